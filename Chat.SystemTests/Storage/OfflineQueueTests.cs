using Chat.Node.Faults;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Storage;
using Chat.Tests.Support;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

public abstract class OfflineQueueTests : StorageTest, IClassFixture<Streams>
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    static readonly ConversationId One = ConversationId.Direct(1, 2);

    readonly UnreliableDatabase _unreliable;
    readonly NodeLease _lease = Leases.Endless();
    readonly OfflineStore _store;
    readonly OfflineQueue _queue;
    readonly List<(long Seq, bool IsDurable)> _settled = [];
    readonly SemaphoreSlim _told = new(0);

    private protected OfflineQueueTests(StorageProvider provider, Streams streams)
        : base(provider)
    {
        _unreliable = new UnreliableDatabase(Database.Chat);
        _store = new OfflineStore(_unreliable, Database.Clock, NullLogger<OfflineStore>.Instance);
        _queue = new OfflineQueue(_store, _lease, new CrashPoints(null), Database.Health, NullLogger<OfflineQueue>.Instance, streams.Materializer);
    }

    public override void Dispose()
    {
        base.Dispose();
        _told.Dispose();
        GC.SuppressFinalize(this);
    }

    public sealed class OnSqlite(Streams streams) : OfflineQueueTests(StorageProvider.Sqlite, streams);

    public sealed class OnMariaDb(Streams streams) : OfflineQueueTests(StorageProvider.MySql, streams);

    [Fact]
    public async Task Rows_are_durable_when_their_users_are_told()
    {
        for (var seq = 1; seq <= 100; seq++)
            Assert.True(_queue.TryAdd(Pending(seq)));
        await _queue.DrainAsync().WaitAsync(Patience);
        Assert.Equal(Enumerable.Range(1, 100).Select(seq => ((long)seq, true)), _settled);
        Assert.Equal(Enumerable.Range(1, 100).Select(seq => (long)seq), (await _store.ReadAsync(2, 0, 1000)).Select(row => row.Seq));
    }

    [Fact]
    public async Task Without_its_lease_a_node_queues_nothing()
    {
        _lease.Lose();
        _queue.TryAdd(Pending(1));
        await _queue.DrainAsync().WaitAsync(Patience);
        Assert.Equal([(1, false)], _settled);
        Assert.Empty(await _store.ReadAsync(2, 0, 10));
    }

    [Fact]
    public async Task When_the_database_fails_users_are_told_so_and_the_queue_goes_on()
    {
        _unreliable.Failure = new StorageException("down");
        _queue.TryAdd(Pending(1));
        Assert.True(await _told.WaitAsync(Patience));
        _unreliable.Failure = null;
        _queue.TryAdd(Pending(1));
        await _queue.DrainAsync().WaitAsync(Patience);
        Assert.Equal([(1, false), (1, true)], _settled);
        Assert.Single(await _store.ReadAsync(2, 0, 10));
    }

    [Fact]
    public async Task A_row_that_the_database_does_not_take_goes_into_quarantine_and_its_neighbours_into_the_queue()
    {
        await Database.ExecuteAsync("DROP TABLE OfflineMessage");
        await Database.ExecuteAsync(
            """
            CREATE TABLE OfflineMessage (userid INT NOT NULL, message VARCHAR(500) NOT NULL, id INTEGER, a INT, b INT, seq BIGINT, cmid VARCHAR(64), ts BIGINT,
                UNIQUE (userid, a, b, seq), CHECK (userid <> 7))
            """);
        _unreliable.Hold(); // they gather behind the first
        foreach (var pending in (PendingOffline[])[Pending(1), Pending(2), Pending(3, userId: 7), Pending(4, userId: 8)])
            Assert.True(_queue.TryAdd(pending));
        _unreliable.Release();
        await _queue.DrainAsync().WaitAsync(Patience);

        Assert.Equal([(1L, true), (2L, true), (3L, true), (4L, true)], _settled.Order());
        Assert.Equal([1L, 2L, 4L], await SeqsAsync());
        Assert.Equal(7, await Database.ScalarAsync<int>("SELECT userid FROM QuarantinedMessage"));
    }

    Task<List<long>> SeqsAsync() => Database.Chat.ReadAsync(async connection =>
        (await connection.QueryAsync<long>("SELECT seq FROM OfflineMessage ORDER BY seq")).AsList());

    PendingOffline Pending(long seq, int userId = 2) => new(new OfflineRow(userId, One, seq, "c", 1000, "{}"u8.ToArray()), (row, isDurable) =>
    {
        _settled.Add((row.Seq, isDurable));
        _told.Release();
    });
}
