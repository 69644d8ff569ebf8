using System.Diagnostics;
using Chat.Node.Storage;
using Chat.Node.Storage.Sqlite;
using Chat.Protocol;
using Dapper;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Chat.Tests.Storage;

/// <summary>What one process does to a file while another has it open.</summary>
public sealed class SqliteProcessesTests : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly TemporaryDatabase _database = new();

    public void Dispose() => _database.Dispose();

    FileInfo Wal => new(new SqliteConnectionStringBuilder(_database.ConnectionString).DataSource + "-wal");

    [Fact]
    public async Task Prepared_statements_survive_a_change_of_the_schema_by_another_process()
    {
        Assert.Equal(AppendStatus.Written, (await AppendAsync(_database.Chat, 1)).Status);
        using (var other = new SqliteDatabase(_database.ConnectionString))
        {
            await other.WriteAsync((connection, transaction) => connection.ExecuteAsync(
                "ALTER TABLE MessageLog ADD COLUMN later; CREATE INDEX Later ON MessageLog (later)", transaction: transaction));
            Assert.Equal(AppendStatus.Written, (await AppendAsync(other, 2)).Status);
        }

        Assert.Equal(AppendStatus.Conflict, (await AppendAsync(_database.Chat, 2, "another")).Status);
        Assert.Equal(AppendStatus.Written, (await AppendAsync(_database.Chat, 3)).Status);
        Assert.Equal("1,2,3", await _database.ScalarAsync<string>("SELECT group_concat(seq) FROM (SELECT seq FROM MessageLog ORDER BY seq)"));
    }

    [Fact]
    public async Task A_node_starts_while_another_writes_without_a_pause()
    {
        using var enough = new CancellationTokenSource();
        var written = 0;
        var busy = Task.Run(async () =>
        {
            for (var seq = 1; !enough.IsCancellationRequested; seq++)
            {
                Assert.Equal(AppendStatus.Written, (await AppendAsync(_database.Chat, seq)).Status);
                written = seq;
            }
        });
        using (var starting = new SqliteDatabase(_database.ConnectionString))
            await starting.MigrateAsync().WaitAsync(Patience);
        await enough.CancelAsync();
        await busy.WaitAsync(Patience);
        Assert.Equal(written, await _database.ScalarAsync<int>("SELECT COUNT(*) FROM MessageLog"));
    }

    [Fact]
    public async Task The_last_one_to_close_the_file_leaves_no_log_behind()
    {
        using (var other = new SqliteDatabase(_database.ConnectionString))
        {
            await AppendAsync(other, 1);
            ((SqliteDatabase)_database.Chat).Dispose();
            await AppendAsync(other, 2);
            Assert.True(Wal.Exists);
        }

        Assert.False(Wal.Exists);
    }

    [Fact]
    public void A_log_that_has_grown_long_is_cut_when_its_readers_let_go()
    {
        const int limit = 1 << 20;
        using SqliteConnection writer = Open(), reader = Open();
        writer.Execute("PRAGMA wal_autocheckpoint = 0; CREATE TABLE T (x)"); // as if readers put it off for ever
        var wal = new WalLimit(writer, limit);
        var since = Stopwatch.GetTimestamp();
        using (var read = reader.BeginTransaction(deferred: true))
        {
            reader.ExecuteScalar("SELECT COUNT(*) FROM T", transaction: read);
            for (var i = 0; i < 35; i++)
                Write();
        }

        Assert.InRange(Wal.Length, limit, 2 * limit);
        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, TimeSpan.FromSeconds(9)); // a wait for each write would take 10 s
        for (var i = 0; i < 35 && Wal.Length > 0; i++)
            Write();
        Assert.Equal(0, Wal.Length); // tried again when it was twice as long
        Assert.InRange(writer.ExecuteScalar<int>("SELECT COUNT(*) FROM T"), 36, 70);

        void Write()
        {
            writer.Execute("INSERT INTO T VALUES (zeroblob(50000))");
            wal.Keep();
        }
    }

    [Fact]
    public void A_log_that_is_short_is_left_alone()
    {
        using var writer = Open();
        writer.Execute("CREATE TABLE T (x); INSERT INTO T VALUES (zeroblob(50000))");
        new WalLimit(writer).Keep();
        Assert.True(Wal.Length > 50_000);
    }

    SqliteConnection Open()
    {
        var connection = new SqliteConnection($"{_database.ConnectionString};Pooling=False");
        connection.Open();
        connection.Execute("PRAGMA journal_mode = WAL");
        return connection;
    }

    static async Task<AppendOutcome> AppendAsync(IChatDatabase database, long seq, string cmid = "c") =>
        (await database.Dialect.AppendAsync(database, 1, [new LogRow(ConversationId.Direct(1, 2), seq, 1, $"{cmid}-{seq}", 0, "{}"u8.ToArray())]))[0];
}
