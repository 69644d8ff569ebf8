using System.Diagnostics;
using Chat.Node.Storage;
using Chat.Node.Storage.Sqlite;
using Chat.Tests.Storage;
using Chat.Tests.Support;
using Dapper;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>
/// Several writers of one file. Each has files and locks of its own, as processes have; where one has to die or to
/// freeze, it is a process.
/// </summary>
public sealed class SqliteTurnTests : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly TemporaryDatabase _database = new();
    readonly SqliteDatabase _other;
    readonly List<WriteTurn> _turns = [];
    readonly List<Process> _processes = [];
    int _busyTransactions;

    public SqliteTurnTests() => _other = new SqliteDatabase(_database.ConnectionString);

    string DatabaseFile => new SqliteConnectionStringBuilder(_database.ConnectionString).DataSource;

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            process.Dispose();
        }

        _turns.ForEach(turn => turn.Dispose());
        _other.Dispose();
        _database.Dispose();
    }

    [Fact]
    public async Task A_busy_writer_does_not_starve_another()
    {
        await WriteAsync(_other, 0);
        List<int> ahead = [];
        while (ahead.Count < 30)
        {
            var busy = StartBusyWriter(transactions: 300);
            while (ahead.Count < 30 && !busy.IsCompleted)
                ahead.Add(await WriteBehindAsync().WaitAsync(Patience));
            await busy.WaitAsync(Patience);
        }

        // One, perhaps two; with the pauses of SQLite it is dozens. How late this test itself gets a thread does not count.
        Assert.InRange(ahead.Order().ElementAt(15), 0, 3);

        // How many transactions of the busy writer come before one that is asked for now.
        Task<int> WriteBehindAsync()
        {
            var before = Volatile.Read(ref _busyTransactions);
            return _other.WriteAsync((_, _) => Task.FromResult(Volatile.Read(ref _busyTransactions) - before));
        }
    }

    [Fact]
    public async Task Who_has_just_written_comes_behind_who_is_next()
    {
        WriteTurn first = Open(), second = Open();
        List<string> order = [];
        first.Enter();
        var next = Task.Run(() => Note(second, "next"));
        await Eventually.TrueAsync(() => IsTaken(".next"));
        first.Leave();
        Note(first, "again");
        await next.WaitAsync(Patience);
        Assert.Equal(["next", "again"], order);

        void Note(WriteTurn turn, string who)
        {
            turn.Enter();
            lock (order)
                order.Add(who);
            turn.Leave();
        }
    }

    [Fact]
    public async Task A_writer_that_dies_in_its_turn_frees_the_others()
    {
        var holder = await HoldAsync(".writing");
        var waiting = WriteAsync(_other, 1);
        await Eventually.TrueAsync(() => IsTaken(".next"));
        holder.Kill();
        await waiting.WaitAsync(Patience);
        await Eventually.TrueAsync(() => !IsTaken(".next") && !IsTaken(".writing"));
    }

    [Theory]
    [InlineData(".writing")]
    [InlineData(".next")]
    public async Task One_that_freezes_in_its_turn_holds_the_others_up_once(string which)
    {
        var frozen = await HoldAsync(which);
        await WriteAsync(_other, 1).WaitAsync(Patience);

        // From now on only SQLite decides, without another wait for the frozen one.
        var since = Stopwatch.GetTimestamp();
        for (var i = 0; i < 20; i++)
            await WriteAsync(_other, 2).WaitAsync(Patience);
        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, TimeSpan.FromSeconds(19)); // a wait for each would take 20 s

        frozen.Kill();
        await Eventually.TrueAsync(() => !IsTaken(".next") && !IsTaken(".writing"));
        await WriteAsync(_other, 3).WaitAsync(Patience);
        Assert.Equal("0,1,2,3", await WrittenAsync());
    }

    [Fact]
    public async Task One_that_freezes_while_SQLite_is_locked_costs_a_StorageException_and_no_more()
    {
        await using var frozen = new SqliteConnection($"{_database.ConnectionString};Pooling=False");
        await frozen.OpenAsync();
        await frozen.ExecuteAsync("BEGIN IMMEDIATE");
        var refused = WriteAsync(_other, 1);
        Assert.Equal(0, await _other.ReadAsync(connection => connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM DeliveryMark")));
        // SQLite says so, before its callers give up: what was refused has certainly not been done.
        var refusal = await Assert.ThrowsAsync<StorageException>(() => refused.WaitAsync(Patience));
        Assert.IsType<SqliteException>(refusal.InnerException);

        await frozen.ExecuteAsync("ROLLBACK");
        await WriteAsync(_other, 2).WaitAsync(Patience);
        Assert.Equal("2", await WrittenAsync());
    }

    [Fact]
    public async Task An_end_does_not_wait_for_one_that_is_frozen_in_its_turn()
    {
        var frozen = await HoldAsync(".writing");
        var turn = Open();
        turn.Enter();
        turn.Leave();
        turn.Dispose();
        Assert.True(IsTaken(".next")); // still in the queue
        frozen.Kill();
        await Eventually.TrueAsync(() => !IsTaken(".next") && !IsTaken(".writing"));
    }

    [Theory]
    [InlineData("Data Source=:memory:")]
    [InlineData("Data Source=chat;Mode=Memory;Cache=Shared")]
    [InlineData("Data Source=")]
    public void A_database_in_memory_has_no_turns(string connectionString)
    {
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        using WriteTurn first = WriteTurn.Of(connection), second = WriteTurn.Of(connection);
        var since = Stopwatch.GetTimestamp();
        for (var i = 0; i < 10; i++)
        {
            first.Enter();
            second.Enter();
        }

        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, TimeSpan.FromSeconds(9)); // a wait for each round would take 10 s
        Assert.Empty(Directory.GetFiles(".", "*.writing"));
    }

    [Fact]
    public async Task A_folder_may_have_any_name()
    {
        var folder = Path.Combine(Path.GetDirectoryName(DatabaseFile)!, "a b;c='d\"?#%41 浣犲ソ");
        using var database = new SqliteDatabase(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "chat.db") }.ToString());
        await database.MigrateAsync();
        await WriteAsync(database, 1);
        Assert.Equal(
            ["chat.db.migrating", "chat.db.next", "chat.db.writing"],
            Directory.GetFiles(folder).Select(Path.GetFileName).Where(name => name!.StartsWith("chat.db.", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task Where_the_locks_cannot_be_made_there_is_no_order_but_there_are_writes()
    {
        File.CreateSymbolicLink(DatabaseFile + ".next", "/nowhere/next");
        await WriteAsync(_other, 1).WaitAsync(Patience);
        await WriteAsync(_database.Chat, 2).WaitAsync(Patience);
        Assert.Equal("1,2", await WrittenAsync());
        Assert.False(File.Exists(DatabaseFile + ".writing"));
    }

    /// <summary>
    /// Transactions of a millisecond with nothing between them: pieces that have gathered, and that are done one by one because
    /// there is a bad one among them.
    /// </summary>
    async Task StartBusyWriter(int transactions)
    {
        using var gate = new ManualResetEventSlim();
        var held = _database.Chat.WriteAsync((_, _) => Task.FromResult(gate.Wait(Patience)));
        var bad = _database.Chat.WriteAsync<int>((_, _) => throw new FormatException());
        var good = Enumerable.Range(0, transactions).Select(_ => _database.Chat.WriteAsync((connection, transaction) =>
        {
            Interlocked.Increment(ref _busyTransactions);
            return connection.ExecuteAsync(
                """
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
                UPDATE DeliveryMark SET read_to = (SELECT COUNT(*) FROM n)
                """, transaction: transaction);
        })).ToList();
        gate.Set();
        Assert.True(await held);
        await Assert.ThrowsAsync<FormatException>(() => bad);
        await Task.WhenAll(good);
    }

    static Task<int> WriteAsync(IChatDatabase database, int value) => database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
        """
        INSERT INTO DeliveryMark (userid, a, b, queued_to, updated) VALUES (@value, 1, 2, 0, @value)
        ON CONFLICT (userid, a, b) DO UPDATE SET updated = excluded.updated
        """, new { value }, transaction));

    Task<string?> WrittenAsync() =>
        _database.ScalarAsync<string>("SELECT group_concat(userid) FROM (SELECT userid FROM DeliveryMark ORDER BY userid)");

    WriteTurn Open()
    {
        using var connection = new SqliteConnection($"{_database.ConnectionString};Pooling=False");
        connection.Open();
        var turn = WriteTurn.Of(connection);
        _turns.Add(turn);
        return turn;
    }

    bool IsTaken(string which)
    {
        if (!File.Exists(DatabaseFile + which))
            return false;
        using var file = FileLock.Open(DatabaseFile + which);
        return !file.TryTake();
    }

    /// <summary>A process that has a lock, and keeps it: as one that was frozen, until it is killed.</summary>
    async Task<Process> HoldAsync(string which)
    {
        await WriteAsync(_other, 0); // makes the files
        var holder = Process.Start(new ProcessStartInfo("flock", ["--no-fork", DatabaseFile + which, "sh", "-c", "echo held; exec sleep 600"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        _processes.Add(holder);
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync().WaitAsync(Patience));
        return holder;
    }
}
