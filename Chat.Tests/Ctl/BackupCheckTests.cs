using System.Text.Json;
using Chat.Ctl;
using Chat.Node.Settings;
using Chat.Tests.Storage;
using Chat.Tests.Support;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Chat.Tests.Ctl;

/// <summary><c>chatctl backup check</c> on a database with a whole conversation, from which something is taken, or to which something is added.</summary>
public abstract class BackupCheckTests : StorageTest
{
    readonly TestFolder _folder = new();

    private protected BackupCheckTests(StorageProvider provider)
        : base(provider)
    {
    }

    private protected sealed record Run(int Exit, string Output, string Error)
    {
        public JsonElement Json => JsonDocument.Parse(Output).RootElement;

        public IEnumerable<string> Faults => Json.GetProperty("faults").EnumerateArray().Select(fault => fault.GetProperty("name").GetString()!);
    }

    [Fact]
    public async Task A_whole_one_is_called_whole_and_told_how_old_it_is()
    {
        await FillAsync(Database);
        var told = await CheckAsync();
        Assert.Equal((0, true), (told.Exit, told.Output.EndsWith($"whole{Environment.NewLine}", StringComparison.Ordinal)));
        if (Provider == StorageProvider.Sqlite) // on the other one the test's database is a copy of tables alone
            Assert.DoesNotContain("note:", told.Output, StringComparison.Ordinal);
        var report = (await CheckAsync("--json")).Json;
        Assert.True(report.GetProperty("whole").GetBoolean());
        Assert.Equal((5000, 1003), (report.GetProperty("taken").GetInt64(), report.GetProperty("newestMessage").GetInt64()));
        Assert.Equal((3, 1), (report.GetProperty("rows").GetProperty("MessageLog").GetInt64(), report.GetProperty("rows").GetProperty("OfflineMessage").GetInt64()));
    }

    [Theory]
    [InlineData("hole", "DELETE FROM MessageLog WHERE seq = 2", "d:1:2 has 2 messages from 1 to 3")]
    [InlineData("hole", "DELETE FROM MessageLog WHERE seq = 1", "d:1:2 has 2 messages from 2 to 3")]
    [InlineData("unlisted", "DELETE FROM Conversation", "d:1:2")]
    [InlineData("mark", "UPDATE DeliveryMark SET read_to = 4", "user 2 in d:1:2")]
    [InlineData("queue", "UPDATE OfflineMessage SET seq = 4", "of user 2: d:1:2 4")]
    [InlineData("floor", "INSERT INTO ConversationFloor (a, b, floor, changed, cleaned_to, deleted_to) VALUES (1, 2, 5, 1, 1, 1)", "d:1:2 is kept from 5 on")]
    [InlineData("schema-too-new", "INSERT INTO SchemaVersions (ScriptName, Applied) VALUES ('Other.sql.sqlite.999_future.sql', '2026-01-01 00:00:00')", "999_future.sql")]
    public async Task What_is_missing_or_does_not_fit_is_named(string fault, string damage, string example)
    {
        await FillAsync(Database);
        await Database.ExecuteAsync(damage);
        var found = await CheckAsync("--json");
        Assert.Equal((ExitCode.NotSafe, fault), (found.Exit, Assert.Single(found.Faults)));
        var told = await CheckAsync();
        Assert.Contains(example, told.Output, StringComparison.Ordinal);
        Assert.EndsWith($"NOT whole: do not put it back as it is{Environment.NewLine}", told.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_fault_that_is_there_often_all_are_counted_and_a_few_named()
    {
        await FillAsync(Database);
        for (var user = 3; user < 40; user++)
            await Database.ExecuteAsync($"INSERT INTO DeliveryMark (userid, a, b, received_to) VALUES ({user}, 1, {user}, 7)");
        var fault = Assert.Single((await CheckAsync("--json")).Json.GetProperty("faults").EnumerateArray());
        Assert.Equal((37, 10), (fault.GetProperty("count").GetInt64(), fault.GetProperty("examples").GetArrayLength()));
    }

    [Theory]
    [InlineData("DELETE FROM MessageLog WHERE seq = 1; INSERT INTO ConversationFloor (a, b, floor, changed, cleaned_to, deleted_to) VALUES (1, 2, 3, 1, 3, 2)")] // kept no longer
    [InlineData("INSERT INTO OfflineMessage (userid, message) VALUES (2, 'of another server')")]
    [InlineData("INSERT INTO OfflineMessage (userid, message, a, b, seq, ts) VALUES (2, '{}', 0, 77, 5, 1)")] // of a group that is gone
    [InlineData("INSERT INTO SchemaVersions (ScriptName, Applied) VALUES ('Other.sql.sqlite.999_more.additive.sql', '2026-01-01 00:00:00')")]
    public async Task What_may_be_so_is_no_fault(string change)
    {
        await FillAsync(Database);
        await Database.ExecuteAsync(change);
        var found = await CheckAsync();
        Assert.True(found.Exit == 0, found.Output + found.Error);
    }

    [Fact]
    public async Task What_the_running_database_has_more_is_counted_and_messages_that_it_never_had_are_a_fault()
    {
        using var running = new TemporaryDatabase(Provider);
        await FillAsync(Database);
        await FillAsync(running);
        await running.ExecuteAsync($"{Message(1, 9, 1)}; {Message(1, 2, 4)}; {Message(1, 2, 5)}");
        var behind = (await CheckAsync(Running(running), "--json")).Json.GetProperty("behind");
        Assert.Equal((3, 2, 1005), (behind.GetProperty("messages").GetInt64(), behind.GetProperty("conversations").GetInt64(), behind.GetProperty("newestMessage").GetInt64()));

        await Database.ExecuteAsync($"INSERT INTO Conversation (a, b) VALUES (1, 3); {Message(1, 3, 1)}");
        var other = await CheckAsync(Running(running), "--json");
        Assert.Equal((ExitCode.NotSafe, "ahead"), (other.Exit, Assert.Single(other.Faults)));
    }

    public override void Dispose()
    {
        _folder.Dispose();
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected abstract StorageProvider Provider { get; }

    /// <summary>The options that name a database.</summary>
    private protected abstract string[] Named(TemporaryDatabase database, string prefix);

    /// <summary>A file with a text in it.</summary>
    private protected string FileOf(string text)
    {
        var file = Path.Combine(_folder.Path, $"{Guid.NewGuid():n}.txt");
        File.WriteAllText(file, text);
        return file;
    }

    private protected string NewFile() => Path.Combine(_folder.Path, $"{Guid.NewGuid():n}.db");

    private protected static async Task<Run> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await new CtlProgram(TextReader.Null, output, error).RunAsync(["backup", "check", .. arguments]);
        return new Run(exit, output.ToString(), error.ToString());
    }

    Task<Run> CheckAsync(params string[] more) => RunAsync([.. Named(Database, "--"), .. more]);

    Task<Run> CheckAsync(string[] running, string more) => CheckAsync([.. running, more]);

    string[] Running(TemporaryDatabase database) => Named(database, "--running-");

    /// <summary>Three messages; the second user has received one, and two wait.</summary>
    private protected static Task FillAsync(TemporaryDatabase database) => database.ExecuteAsync(
        $"""
         INSERT INTO Node (incarnation, name, started, heartbeat, confirmed_before) VALUES (7, 'here', 1, 5000, 0);
         INSERT INTO Conversation (a, b) VALUES (1, 2); {Message(1, 2, 1)}; {Message(1, 2, 2)}; {Message(1, 2, 3)};
         INSERT INTO DeliveryMark (userid, a, b, queued_to, received_to, read_to) VALUES (2, 1, 2, 3, 2, 1);
         INSERT INTO OfflineMessage (userid, message, a, b, seq, ts) VALUES (2, '3', 1, 2, 3, 1003)
         """);

    static string Message(int a, int b, int seq) =>
        $"INSERT INTO MessageLog (a, b, seq, sender, cmid, ts, node, body) VALUES ({a}, {b}, {seq}, {a}, 'c{seq}', {1000 + seq}, 7, '1')";

    public sealed class OnSqlite() : BackupCheckTests(StorageProvider.Sqlite)
    {
        private protected override StorageProvider Provider => StorageProvider.Sqlite;

        private protected override string[] Named(TemporaryDatabase database, string prefix) => [$"{prefix}sqlite", FileOf(database)];

        /// <summary>Also of a copy in WAL mode, for which SQLite would make two.</summary>
        [Fact]
        public async Task Nothing_is_made_beside_a_copy_nor_changed_in_it()
        {
            await FillAsync(Database);
            var file = NewFile();
            await CopyAsync(file);
            var before = await File.ReadAllBytesAsync(file);
            Assert.Equal(2, before[18]); // WAL
            Assert.Equal(0, (await RunAsync("--sqlite", file)).Exit);
            Assert.Equal(before, await File.ReadAllBytesAsync(file));
            Assert.Equal([file], Directory.EnumerateFiles(Path.GetDirectoryName(file)!, $"{Path.GetFileName(file)}*"));
        }

        [Fact]
        public async Task A_damaged_file_and_one_that_is_none_of_ours_are_not_whole()
        {
            await FillAsync(Database);
            var file = NewFile();
            await CopyAsync(file);
            var bytes = await File.ReadAllBytesAsync(file);
            Array.Fill(bytes, (byte)0x5a, bytes.Length / 2, bytes.Length / 4);
            await File.WriteAllBytesAsync(file, bytes);
            Assert.Equal(ExitCode.NotSafe, (await RunAsync("--sqlite", file)).Exit);
            Assert.Equal(ExitCode.NotSafe, (await RunAsync("--sqlite", FileOf("this is no database at all, whatever its name is"))).Exit);
            var empty = FileOf("");
            var told = await RunAsync("--sqlite", empty);
            Assert.Equal((ExitCode.NotSafe, true), (told.Exit, told.Error.Contains("no node has ever started on it", StringComparison.Ordinal)));
        }

        [Fact]
        public async Task What_is_not_there_or_not_said_has_an_exit_code()
        {
            Assert.Equal(ExitCode.NotFound, (await RunAsync("--sqlite", NewFile())).Exit);
            Assert.Equal(ExitCode.WrongUsage, (await RunAsync()).Exit);
            Assert.Equal(ExitCode.WrongUsage, (await RunAsync("--sqlite", NewFile(), "--connection-file", NewFile())).Exit);
            Assert.Equal(ExitCode.WrongUsage, (await RunAsync("--connection-file", NewFile())).Exit);
            Assert.Equal(ExitCode.WrongUsage, (await RunAsync("--connection-file", FileOf("Nonsense=1"))).Exit);
            Assert.Equal(ExitCode.WrongUsage, (await RunAsync("--connection-file", FileOf("Server=127.0.0.1"))).Exit);
            using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
            silent.Start();
            var told = await RunAsync("--within", "1", "--connection-file", FileOf($"Server=127.0.0.1;Port={((System.Net.IPEndPoint)silent.LocalEndpoint).Port};Database=chat;User ID=u;Password=pssst"));
            Assert.Equal((ExitCode.Unavailable, false), (told.Exit, told.Error.Contains("pssst", StringComparison.Ordinal)));
        }

        async Task CopyAsync(string file)
        {
            await using var from = new SqliteConnection($"Data Source={FileOf(Database)};Pooling=false");
            await using var to = new SqliteConnection($"Data Source={file};Pooling=false");
            await from.OpenAsync();
            await to.OpenAsync();
            from.BackupDatabase(to);
        }

        static string FileOf(TemporaryDatabase database) => new SqliteConnectionStringBuilder(database.ConnectionString).DataSource;
    }
}
