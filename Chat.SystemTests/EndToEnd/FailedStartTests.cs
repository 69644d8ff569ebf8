using Chat.Checker.Processes;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Starts that come to nothing before the database is open: the exit code, and one line that names the setting or the file.</summary>
[Collection(NodeCollection.Name)]
public sealed class FailedStartTests : IDisposable
{
    readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Sqlite", "", 2, "Chat:Storage:ConnectionString names no file")]
    [InlineData("Sqlite", "nonsense", 2, "Chat:Storage:ConnectionString is not one of SQLite")]
    [InlineData("Sqlite", "Data Source=appsettings.txt", 3, "appsettings.txt cannot be the database (Chat:Storage:ConnectionString): it is no SQLite database")]
    [InlineData("Sqlite", "Data Source=/proc/nowhere/chat.db", 3, "/proc/nowhere/chat.db cannot be the database (Chat:Storage:ConnectionString)")]
    [InlineData("MySql", "", 2, "Chat:Storage:ConnectionString names no database")]
    [InlineData("MySql", "Server=127.0.0.1;Port=many;Database=chat", 2, "Chat:Storage:ConnectionString is not one of MySQL")]
    [InlineData("MySql", "Data Source=data/chat.db", 2, "Chat:Storage:ConnectionString names no database")]
    public async Task A_wrong_database_is_named(string provider, string connectionString, int code, string reason)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "appsettings.txt"), new string('x', 5000));
        await using var node = NodeProcess.Launch(_folder, null, $"--Chat:Storage:Provider={provider}", $"--Chat:Storage:ConnectionString={connectionString}");
        await node.ExitAsync(code);
        await Eventually.TrueAsync(() => node.Output.Contains("ChatActors cannot start: ", StringComparison.Ordinal) && node.Output.Contains(reason, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", node.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Told_to_end_while_it_waits_for_the_database_it_ends_in_good_order()
    {
        await using var node = NodeProcess.Launch(
            _folder, null, $"--Chat:Storage:Provider={StorageProvider.MySql}",
            $"--Chat:Storage:ConnectionString=Server=127.0.0.1;Port={FreePort.Next()};User ID=nobody;Database=chat");
        await Eventually.TrueAsync(() => node.Output.Contains("waiting for the database", StringComparison.Ordinal));
        await node.TerminateAsync();
        await node.ExitAsync(0);
    }
}
