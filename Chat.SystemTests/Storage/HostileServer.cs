using Chat.Checker.Processes;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>A server whose sessions begin with settings that make less of a commit, or cut answers.</summary>
public sealed class HostileServer : IAsyncLifetime
{
    const string User = "plain";

    internal MariaDbServer Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await MariaDbServer.StartNewAsync("--enforce-storage-engine=");
        // Not an administrator: for those init_connect is not run.
        await Server.ExecuteAsync(
            $"""
            CREATE USER {User}@'%'; GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, DROP, CREATE TEMPORARY TABLES ON `chat%`.* TO {User}@'%';
            CREATE DATABASE elsewhere; GRANT ALL ON elsewhere.* TO {User}@'%'
            """);
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();

    internal string ConnectionString(string database, string more = "") =>
        Server.ConnectionString(database, more).Replace("User ID=root", $"User ID={User}", StringComparison.Ordinal);
}
