using System.IO.Pipelines;
using Chat.Node.Gateway;
using Chat.Node.Settings;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Gateway;

/// <summary>Requests, one after the other and no faster than allowed.</summary>
public sealed class RequestQueueTests : SessionPartsTest
{
    static readonly ChatLimits TwoPerSecond = new() { FramesPerSecond = 2 };

    [Fact]
    public void Requests_wait_in_order_while_one_is_under_way()
    {
        var core = Core(new Pipe());
        var queue = new RequestQueue(core);
        Assert.True(queue.TryPass(new PingRequest(), out var turn));
        Assert.Equal(Turn.Now, turn);
        core.Pause(isLoggingIn: false);
        var (first, second) = (new PingRequest(), new PingRequest());
        Assert.False(queue.TryPass(first, out _));
        Assert.False(queue.TryPass(second, out _));
        Assert.False(queue.TryTake(out _, out _));

        core.Resume();
        Assert.True(queue.TryTake(out var taken, out turn));
        Assert.Equal(Turn.Now, turn);
        Assert.Same(first, taken);
        Assert.True(queue.TryTake(out taken, out _));
        Assert.Same(second, taken);
        Assert.True(queue.IsEmpty);
    }

    [Fact]
    public void Nobody_overtakes_who_waits()
    {
        var core = Core(new Pipe());
        var queue = new RequestQueue(core);
        core.Pause(isLoggingIn: false);
        var first = new PingRequest();
        queue.TryPass(first, out _);
        core.Resume();
        Assert.False(queue.TryPass(new PingRequest(), out _));
        Assert.True(queue.TryTake(out var taken, out _));
        Assert.Same(first, taken);
    }

    [Fact]
    public void A_modern_client_that_is_too_fast_is_told_so()
    {
        var queue = new RequestQueue(Core(new Pipe(), TwoPerSecond));
        Assert.Equal([Turn.Now, Turn.Now, Turn.TooFast], Enumerable.Range(0, 3).Select(_ => queue.TryPass(new PingRequest(), out var turn) ? turn : Turn.NotYet));
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(queue.TryPass(new PingRequest(), out var later));
        Assert.Equal(Turn.Now, later);
    }

    [Fact]
    public async Task One_that_goes_on_is_read_more_slowly()
    {
        var queue = new RequestQueue(Core(new Pipe(), TwoPerSecond));
        var turns = Enumerable.Range(0, 2 + RequestQueue.MaxRefusals).Select(_ => queue.TryPass(new PingRequest(), out var turn) ? turn : Turn.NotYet).ToList();
        Assert.Equal([.. Enumerable.Repeat(Turn.Now, 2), .. Enumerable.Repeat(Turn.TooFast, RequestQueue.MaxRefusals)], turns);
        var next = new PingRequest();
        Assert.False(queue.TryPass(next, out _));
        await Self.ExpectMsgAsync<ContinueRequests>(Patience);
        queue.OnContinue();
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(queue.TryTake(out var taken, out var then));
        Assert.Equal(Turn.Now, then);
        Assert.Same(next, taken);
    }

    [Fact]
    public async Task A_legacy_client_that_is_too_fast_is_read_more_slowly()
    {
        var queue = new RequestQueue(Core(new Pipe(), TwoPerSecond, isModern: false));
        for (var i = 0; i < 2; i++)
            Assert.True(queue.TryPass(new PingRequest(), out _));
        var third = new PingRequest();
        Assert.False(queue.TryPass(third, out _));
        await Self.ExpectMsgAsync<ContinueRequests>(Patience);
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(queue.TryTake(out _, out _)); // its pause is not over

        queue.OnContinue();
        Assert.True(queue.TryTake(out var taken, out var turn));
        Assert.Equal(Turn.Now, turn);
        Assert.Same(third, taken);
    }

    [Fact]
    public void After_the_end_nothing_is_handled()
    {
        var core = Core(new Pipe());
        var queue = new RequestQueue(core);
        core.Frames.CloseWhenFlushed();
        Assert.False(queue.TryPass(new PingRequest(), out _));
        Assert.False(queue.TryTake(out _, out _));
    }
}
