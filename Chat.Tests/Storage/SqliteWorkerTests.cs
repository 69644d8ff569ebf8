using Chat.Node.Storage;
using Chat.Node.Storage.Sqlite;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Storage;

public sealed class SqliteWorkerTests : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly string _folder = Directory.CreateTempSubdirectory("chat-worker-").FullName;
    readonly ManualResetEventSlim _gate = new();
    readonly SqliteWorker _writer;
    int _failuresToOpen;

    public SqliteWorkerTests()
    {
        _writer = new SqliteWorker("test writer", 1, isWriter: true, Open, new SqliteFiles(Path.Combine(_folder, "nothing.db"), NullLogger.Instance));
    }

    public void Dispose()
    {
        _gate.Set();
        _writer.Dispose();
        _gate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_has_gathered_shares_a_transaction()
    {
        await ExecuteAsync("CREATE TABLE T (x INTEGER PRIMARY KEY)");
        var busy = await HoldWriterAsync();
        List<SqliteTransaction?> transactions = [];
        var inserts = Enumerable.Range(1, 3).Select(value => InsertAsync(value, transactions)).ToList();

        _gate.Set();
        await busy.WaitAsync(Patience);
        await Task.WhenAll(inserts).WaitAsync(Patience);

        Assert.Equal(3, transactions.Count);
        Assert.NotNull(Assert.Single(transactions.Distinct()));
        Assert.Equal("1,2,3", await ContentsAsync());
    }

    [Fact]
    public async Task A_failing_piece_takes_nobody_with_it()
    {
        await ExecuteAsync("CREATE TABLE T (x INTEGER PRIMARY KEY)");
        var busy = await HoldWriterAsync();
        List<SqliteTransaction?> transactions = [];
        var first = InsertAsync(1, transactions);
        var failing = RunAsync<int>(async (connection, transaction) =>
        {
            await connection.ExecuteAsync("INSERT INTO T VALUES (2)", transaction: transaction);
            throw new FormatException("mine");
        });
        var constraint = InsertAsync(1, transactions);
        var last = InsertAsync(3, transactions);

        _gate.Set();
        await busy.WaitAsync(Patience);
        Assert.Equal(1, await first.WaitAsync(Patience));
        Assert.Equal(1, await last.WaitAsync(Patience));

        Assert.Equal("mine", (await Assert.ThrowsAsync<FormatException>(() => failing)).Message);
        await Assert.ThrowsAsync<DuplicateKeyException>(() => constraint);
        Assert.Equal("1,3", await ContentsAsync());
    }

    [Fact]
    public async Task Alone_a_failure_takes_itself_back_too()
    {
        await ExecuteAsync("CREATE TABLE T (x INTEGER PRIMARY KEY)");
        await Assert.ThrowsAsync<FormatException>(() => RunAsync<int>(async (connection, transaction) =>
        {
            await connection.ExecuteAsync("INSERT INTO T VALUES (1)", transaction: transaction);
            throw new FormatException();
        }));
        await ExecuteAsync("INSERT INTO T VALUES (2)");
        Assert.Equal("2", await ContentsAsync());
    }

    [Fact]
    public async Task Nobody_is_told_before_the_commit()
    {
        await ExecuteAsync("CREATE TABLE T (x INTEGER PRIMARY KEY)");
        var busy = await HoldWriterAsync();
        List<SqliteTransaction?> transactions = [];
        var first = InsertAsync(1, transactions);
        var wasTold = new List<bool>();
        var second = RunAsync((_, _) =>
        {
            wasTold.Add(first.IsCompleted);
            return Task.FromResult(0);
        });
        _gate.Set();
        await Task.WhenAll(busy, first, second).WaitAsync(Patience);
        Assert.Equal([false], wasTold);
    }

    [Fact]
    public async Task When_the_commit_fails_everybody_hears_it()
    {
        await ExecuteAsync("CREATE TABLE P (x INTEGER PRIMARY KEY); CREATE TABLE C (x REFERENCES P (x) DEFERRABLE INITIALLY DEFERRED)");
        await RunAsync((connection, _) => Task.FromResult(0));
        var busy = await HoldWriterAsync();
        var good = ExecuteAsync("INSERT INTO P VALUES (1)");
        var bad = ExecuteAsync("INSERT INTO C VALUES (99)"); // fails when the transaction ends
        _gate.Set();
        await busy.WaitAsync(Patience);
        await Assert.ThrowsAsync<StorageException>(() => good.WaitAsync(Patience));
        await Assert.ThrowsAsync<StorageException>(() => bad.WaitAsync(Patience));
        Assert.Equal(0, await RunAsync((connection, transaction) =>
            connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM P", transaction: transaction)));
    }

    [Fact]
    public async Task A_full_queue_refuses()
    {
        var busy = await HoldWriterAsync();
        Task<int> Nothing() => RunAsync((_, _) => Task.FromResult(0));
        var taken = Enumerable.Range(0, 16 * 1024).Select(_ => Nothing()).ToList();
        Assert.Throws<StorageException>(() => { _ = Nothing(); });

        _gate.Set();
        await Task.WhenAll(taken).WaitAsync(Patience);
        await busy;
    }

    [Fact]
    public async Task A_database_that_cannot_be_opened_fails_its_callers_and_is_tried_again()
    {
        _failuresToOpen = 1;
        await Assert.ThrowsAsync<StorageException>(() => ExecuteAsync("SELECT 1"));
        Assert.Equal(7, await RunAsync((connection, transaction) => connection.ExecuteScalarAsync<int>("SELECT 7", transaction: transaction)));
    }

    [Fact]
    public async Task An_end_waits_for_what_is_queued_and_takes_nothing_more()
    {
        var busy = await HoldWriterAsync();
        var last = ExecuteAsync("SELECT 1");
        _gate.Set();
        _writer.Dispose();
        Assert.True(busy.IsCompleted);
        Assert.True(last.IsCompleted);
        Assert.Throws<StorageException>(() => { _ = ExecuteAsync("SELECT 1"); });
    }

    [Fact]
    public async Task What_was_given_up_before_it_began_is_never_done()
    {
        await ExecuteAsync("CREATE TABLE T (x INTEGER PRIMARY KEY)");
        var busy = await HoldWriterAsync();
        var givenUp = new SqliteWork<int>((connection, transaction) => connection.ExecuteAsync("INSERT INTO T VALUES (1)", transaction: transaction));
        _writer.Enqueue(givenUp);
        var kept = InsertAsync(2, []);
        givenUp.GiveUp();

        _gate.Set();
        await Task.WhenAll(busy, kept).WaitAsync(Patience);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp.Done.WaitAsync(Patience));
        Assert.Equal("2", await ContentsAsync());
    }

    Task<T> RunAsync<T>(Func<SqliteConnection, SqliteTransaction?, Task<T>> run)
    {
        var work = new SqliteWork<T>(run);
        _writer.Enqueue(work);
        return work.Done;
    }

    /// <summary>Comes back when the writer is busy, so that what is asked for next gathers behind it.</summary>
    async Task<Task<bool>> HoldWriterAsync()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var busy = RunAsync((_, _) =>
        {
            entered.SetResult();
            return Task.FromResult(_gate.Wait(Patience));
        });
        await entered.Task.WaitAsync(Patience);
        return busy;
    }

    Task<int> InsertAsync(int value, List<SqliteTransaction?> transactions) => RunAsync((connection, transaction) =>
    {
        transactions.Add(transaction);
        return connection.ExecuteAsync("INSERT INTO T VALUES (@value)", new { value }, transaction);
    });

    Task<int> ExecuteAsync(string sql) => RunAsync((connection, transaction) => connection.ExecuteAsync(sql, transaction: transaction));

    Task<string?> ContentsAsync() => RunAsync((connection, transaction) =>
        connection.ExecuteScalarAsync<string>("SELECT group_concat(x) FROM (SELECT x FROM T ORDER BY x)", transaction: transaction));

    SqliteConnection Open()
    {
        if (Interlocked.Decrement(ref _failuresToOpen) >= 0)
            throw new SqliteException("not now", 14);
        var connection = new SqliteConnection($"Data Source={Path.Combine(_folder, "t.db")};Pooling=False;Foreign Keys=True");
        connection.Open();
        return connection;
    }
}
