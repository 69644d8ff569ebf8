using System.Threading.Channels;
using Chat.Node.Faults;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Storage;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

public abstract class MessageLogTests : StorageTest, IClassFixture<Streams>
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    static readonly ConversationId One = ConversationId.Direct(1, 2);
    static readonly ConversationId Other = ConversationId.Group(7);

    readonly UnreliableDatabase _unreliable;
    readonly NodeLease _lease = Leases.Endless();
    readonly MessageLogStore _store;
    readonly MessageLog _log;

    private protected MessageLogTests(StorageProvider provider, Streams streams)
        : base(provider)
    {
        _unreliable = new UnreliableDatabase(Database.Chat);
        _store = new MessageLogStore(_unreliable, Database.Node);
        _log = new MessageLog(_store, _lease, new CrashPoints(null), Database.Health, NullLogger<MessageLog>.Instance, streams.Materializer);
    }

    public sealed class OnSqlite(Streams streams) : MessageLogTests(StorageProvider.Sqlite, streams);

    public sealed class OnMariaDb(Streams streams) : MessageLogTests(StorageProvider.MySql, streams);

    [Fact]
    public async Task Without_its_lease_a_node_writes_nothing()
    {
        var one = new Settlements();
        _lease.Lose();
        Assert.True(_log.TryAppend(Row(One, 1, "c1"), one.Receiver));
        await one.CountAsync(1);
        Assert.Equal(AppendStatus.Unknown, Assert.Single(one.All).Outcome.Status);
        Assert.Equal(0L, await Database.ScalarAsync<long>("SELECT COUNT(*) FROM MessageLog"));
    }

    [Fact]
    public async Task Rows_are_written_and_their_receivers_told_in_order()
    {
        var one = new Settlements();
        var other = new Settlements();
        for (var seq = 1; seq <= 50; seq++)
        {
            Assert.True(_log.TryAppend(Row(One, seq, $"c{seq}"), one.Receiver));
            Assert.True(_log.TryAppend(Row(Other, seq, $"c{seq}"), other.Receiver));
        }

        await _log.DrainAsync().WaitAsync(Patience);

        Assert.Equal(Enumerable.Range(1, 50).Select(seq => ((long)seq, new AppendOutcome(AppendStatus.Written, seq, 1000))), one.All);
        Assert.Equal(one.All, other.All);
        Assert.Equal(50, (await _store.ReadAfterAsync(One, 0, 99)).Count);
    }

    [Fact]
    public async Task What_gathers_during_a_write_is_one_transaction()
    {
        var settled = new Settlements();
        _unreliable.Hold();
        _log.TryAppend(Row(One, 1, "c1"), settled.Receiver);
        while (_unreliable.Writes == 0)
            await Task.Yield();
        for (var seq = 2; seq <= 100; seq++)
            _log.TryAppend(Row(One, seq, $"c{seq}"), settled.Receiver);
        Assert.Empty(settled.All);
        _unreliable.Release();
        await _log.DrainAsync().WaitAsync(Patience);
        Assert.Equal(100, settled.All.Count);
        Assert.Equal(2, _unreliable.Writes);
    }

    [Fact]
    public async Task After_a_failed_row_its_receiver_is_stopped_and_nothing_behind_it_is_written()
    {
        await _store.AppendAsync([Row(One, 2, "foreign", sender: 2)]);
        var one = new Settlements();
        var other = new Settlements();
        foreach (var seq in new[] { 1, 2, 3 })
        {
            _log.TryAppend(Row(One, seq, $"c{seq}"), one.Receiver);
            _log.TryAppend(Row(Other, seq, $"c{seq}"), other.Receiver);
        }

        await one.CountAsync(3);
        Assert.True(one.Receiver.IsStopped);
        _log.TryAppend(Row(One, 4, "c4"), one.Receiver); // in another batch
        await _log.DrainAsync().WaitAsync(Patience);

        Assert.Equal([AppendStatus.Written, AppendStatus.Conflict, AppendStatus.Unknown, AppendStatus.Unknown], one.All.Select(each => each.Outcome.Status));
        Assert.Equal([1, 2], (await _store.ReadAfterAsync(One, 0, 99)).Select(row => row.Seq));
        Assert.All(other.All, each => Assert.Equal(AppendStatus.Written, each.Outcome.Status));
        Assert.False(other.Receiver.IsStopped);
    }

    [Fact]
    public async Task ADatabase_that_fails_leaves_everybody_in_doubt_and_later_rows_are_written_again()
    {
        var one = new Settlements();
        var other = new Settlements();
        _unreliable.Failure = new StorageException("down");
        _log.TryAppend(Row(One, 1, "a"), one.Receiver);
        _log.TryAppend(Row(Other, 1, "a"), other.Receiver);
        await one.CountAsync(1);
        await other.CountAsync(1);
        _unreliable.Failure = null;
        _log.TryAppend(Row(One, 2, "b"), one.Receiver); // stopped
        var successor = new Settlements();
        _log.TryAppend(Row(One, 1, "a"), successor.Receiver);
        await _log.DrainAsync().WaitAsync(Patience);

        Assert.Equal([AppendStatus.Unknown, AppendStatus.Unknown], one.All.Select(each => each.Outcome.Status));
        Assert.Equal([AppendStatus.Unknown], other.All.Select(each => each.Outcome.Status));
        Assert.Equal([AppendStatus.Written], successor.All.Select(each => each.Outcome.Status));
        Assert.Equal([1], (await _store.ReadAfterAsync(One, 0, 99)).Select(row => row.Seq));
    }

    [Fact]
    public async Task After_the_end_nothing_is_taken()
    {
        await _log.DrainAsync().WaitAsync(Patience);
        Assert.False(_log.TryAppend(Row(One, 1, "a"), new Settlements().Receiver));
    }

    static LogRow Row(ConversationId id, long seq, string cmid, int sender = 1) => new(id, seq, sender, cmid, 1000, "{}"u8.ToArray());

    /// <summary>Remembers what a receiver was told.</summary>
    sealed class Settlements
    {
        readonly Channel<bool> _told = Channel.CreateUnbounded<bool>();

        public Settlements() => Receiver = new AppendReceiver((_, row, outcome) =>
        {
            All.Add((row.Seq, outcome));
            _told.Writer.TryWrite(true);
        });

        public AppendReceiver Receiver { get; }

        public List<(long Seq, AppendOutcome Outcome)> All { get; } = [];

        public async Task CountAsync(int count)
        {
            for (; count > 0; count--)
                await _told.Reader.ReadAsync().AsTask().WaitAsync(Patience);
        }
    }
}
