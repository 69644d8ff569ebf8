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
    [InlineData("Sqlite", "Pooling=False", 2, "Chat:Storage:ConnectionString names no file")]
    [InlineData("Sqlite", "nonsense", 2, "Chat:Storage:ConnectionString is not one of SQLite")]
    [InlineData("Sqlite", "Data Source=appsettings.txt", 3, "appsettings.txt cannot be the database (Chat:Storage:ConnectionString): it is no SQLite database")]
    [InlineData("Sqlite", "Data Source=/proc/nowhere/chat.db", 3, "/proc/nowhere/chat.db cannot be the database (Chat:Storage:ConnectionString)")]
    [InlineData("MySql", "", 2, "Chat:Storage:Provider MySql needs Chat:Storage:ConnectionString")]
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

    [Theory]
    [InlineData("--Logging:LogLevel:Default=Bogus", "Logging:LogLevel:Default is \"Bogus\": expected is one of Trace, ")]
    [InlineData("--Kestrel:Endpoints:Other:Url=garbage", "\"Kestrel:Endpoints:Other:Url\" is not a setting")]
    [InlineData("--Port=6001", "\"Port\" is not a setting")]
    [InlineData("--Chat:Certificate=cert.pem", "Chat:Certificate has no effect without Chat:TlsPort")]
    public async Task A_setting_that_would_be_passed_over_is_named(string setting, string reason)
    {
        await using var node = NodeProcess.Launch(_folder, null, setting);
        await node.ExitAsync(2);
        await Eventually.TrueAsync(() => node.Output.Contains($"ChatActors cannot start: {reason}", StringComparison.Ordinal));
    }

    /// <summary>The file lies beside the program: so this is a program of its own.</summary>
    [Fact]
    public async Task A_file_of_settings_that_cannot_be_read_is_named()
    {
        var program = Directory.CreateDirectory(Path.Combine(_folder.Path, "program")).FullName;
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory))
            File.Copy(file, Path.Combine(program, Path.GetFileName(file)));
        await File.WriteAllTextAsync(Path.Combine(program, "appsettings.json"), "{ \"Chat\": { broken");
        await using var node = NodeProcess.Launch(new NodeLaunch([], _folder.Path) { Program = Path.Combine(program, "Chat.Node.dll") }, 0);
        await node.ExitAsync(2);
        await Eventually.TrueAsync(() => node.Output.Contains("ChatActors cannot start: ", StringComparison.Ordinal));
        Assert.Contains(Path.Combine(program, "appsettings.json"), node.Output, StringComparison.Ordinal);
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
