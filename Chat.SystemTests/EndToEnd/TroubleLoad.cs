using System.Collections.Concurrent;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>
/// Pairs that chat while something goes wrong: a sender repeats what it was asked to repeat, a receiver only listens. In the end
/// everything that was acknowledged has been received, once and in order.
/// </summary>
sealed class TroubleLoad : IAsyncDisposable
{
    const int Pairs = 4;
    static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(20);

    readonly TestNode _node;
    readonly List<SteadyPair> _pairs = [];
    readonly CancellationTokenSource _end = new();
    LegacyTestClient _legacySender = null!;
    LegacyTestClient _legacyReceiver = null!;
    int _legacySenderId;
    int _legacyReceiverId;
    int _legacySent;
    int _refused;

    TroubleLoad(TestNode node) => _node = node;

    /// <summary>Messages that were refused with <c>retry</c>.</summary>
    public int Refused => Volatile.Read(ref _refused);

    public static async Task<TroubleLoad> StartAsync(TestNode node)
    {
        var load = new TroubleLoad(node);
        for (var i = 0; i < Pairs; i++)
            load._pairs.Add(new SteadyPair(await node.LogInNewAsync("from"), await node.LogInNewAsync("to")));
        (load._legacySender, load._legacySenderId) = await load.LogInLegacyAsync("old-from");
        (load._legacyReceiver, load._legacyReceiverId) = await load.LogInLegacyAsync("old-to");
        foreach (var pair in load._pairs)
            pair.Sending = load.SendAsync(pair);
        await load.ProgressAsync();
        return load;
    }

    /// <summary>Waits until messages are acknowledged again, to everybody.</summary>
    public async Task ProgressAsync()
    {
        var before = _pairs.ConvertAll(pair => pair.Acknowledged.Count);
        await Eventually.TrueAsync(() => _pairs.Select((pair, i) => pair.Acknowledged.Count > before[i] + 2).All(has => has));
    }

    /// <summary>Waits until senders are told to try again.</summary>
    public async Task RefusalAsync()
    {
        var before = Refused;
        await Eventually.TrueAsync(() => Refused > before);
    }

    /// <summary>A legacy client sends without ever being answered.</summary>
    public async Task SendLegacyAsync() =>
        await _legacySender.SendChatAsync(_legacySenderId, "old-from", _legacyReceiverId, $"legacy {++_legacySent}");

    /// <summary>Stops sending and checks the promise.</summary>
    public async Task FinishAsync()
    {
        await ProgressAsync();
        await _end.CancelAsync();
        foreach (var pair in _pairs)
        {
            await pair.Sending.WaitAsync(TestNode.Patience);
            await Eventually.TrueAsync(() => pair.NoteReceived() >= pair.Acknowledged.Count);
            // One sender that waits for each answer: what is acknowledged is all there is, in its order.
            Assert.Equal(pair.Acknowledged.Select(ack => (ack.Seq, ack.Cmid)), pair.Received);
            Assert.Equal(Enumerable.Range(1, pair.Acknowledged.Count).Select(i => (long)i), pair.Acknowledged.Select(ack => ack.Seq));
        }

        for (var i = 1; i <= _legacySent; i++)
            Assert.Equal($"legacy {i}", (await _legacyReceiver.NextAsync()).Text("msg"));
        Assert.Equal(_pairs.Sum(pair => pair.Acknowledged.Count) + _legacySent, await _node.ScalarAsync<long>("SELECT COUNT(*) FROM MessageLog"));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (var pair in _pairs)
        {
            await pair.From.DisposeAsync();
            await pair.To.DisposeAsync();
        }

        await _legacySender.DisposeAsync();
        await _legacyReceiver.DisposeAsync();
        _end.Dispose();
    }

    async Task<(LegacyTestClient Client, int Id)> LogInLegacyAsync(string name)
    {
        var client = await _node.ConnectLegacyAsync();
        var id = await client.RegisterAsync(name);
        Assert.Equal(0, (await client.LogInAsync(id)).Number("errno"));
        return (client, id);
    }

    async Task SendAsync(SteadyPair pair)
    {
        for (var i = 1; !_end.IsCancellationRequested; i++)
        {
            var cmid = $"c{i}";
            var ack = await pair.From.StartRequestAsync(new { msgid = 6, toid = pair.To.UserId, msg = cmid, cmid });
            while (ack.Number("errno") != 0)
            {
                Assert.True(ack.GetProperty("retry").GetBoolean(), ack.ToString());
                Interlocked.Increment(ref _refused);
                await Task.Delay(RetryPause);
                ack = await pair.From.StartRequestAsync(new { msgid = 6, toid = pair.To.UserId, msg = cmid, cmid });
            }

            pair.Acknowledged.Enqueue((ack.Number("seq"), cmid));
        }
    }

    sealed class SteadyPair(ModernTestClient from, ModernTestClient to)
    {
        public ModernTestClient From => from;

        public ModernTestClient To => to;

        public ConcurrentQueue<(long Seq, string Cmid)> Acknowledged { get; } = new();

        public List<(long, string)> Received { get; } = [];

        public Task Sending { get; set; } = Task.CompletedTask;

        public int NoteReceived()
        {
            Received.AddRange(to.TakeAll().Where(push => push.Has("seq")).Select(push => (push.Number("seq"), push.Text("cmid"))));
            return Received.Count;
        }
    }
}
