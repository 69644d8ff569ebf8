using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Chat.Node.Gateway;
using Xunit;

namespace Chat.Tests.Gateway;

/// <summary>Flushes that wait for a round of the sockets; each turn of the pool is taken by hand.</summary>
public sealed class AckCoalescerTests : TestKit
{
    readonly Queue<IThreadPoolWorkItem> _pool = new();
    readonly AckCoalescer _round;

    public AckCoalescerTests() => _round = new AckCoalescer(_pool.Enqueue);

    [Fact]
    public async Task Who_still_waits_after_three_turns_is_told_to_flush()
    {
        var (waiting, _) = Enter();
        var (flushed, flush) = Enter();
        flush.End();
        Turn();
        Turn();
        await ExpectAsync(waiting, isDue: false);
        Turn();

        await ExpectAsync(waiting, isDue: true);
        await ExpectAsync(flushed, isDue: false);
        Assert.Empty(_pool); // nobody is left
    }

    [Fact]
    public async Task Who_comes_during_a_round_waits_for_the_whole_of_the_next()
    {
        var (first, _) = Enter();
        Turn();
        var (second, _) = Enter();
        Turn();
        Turn();
        await ExpectAsync(first, isDue: true);
        Turn();
        Turn();
        await ExpectAsync(second, isDue: false);
        Turn();

        await ExpectAsync(second, isDue: true);
        Assert.Empty(_pool);
    }

    [Fact]
    public async Task A_round_runs_by_itself_on_the_pool()
    {
        var session = CreateTestProbe();
        new AckCoalescer().Enter(new DeferredFlush(session.Ref));
        await session.ExpectMsgAsync<FlushDue>(TimeSpan.FromSeconds(15));
    }

    (TestProbe Session, DeferredFlush Flush) Enter()
    {
        var session = CreateTestProbe();
        var flush = new DeferredFlush(session.Ref);
        _round.Enter(flush);
        return (session, flush);
    }

    void Turn()
    {
        Assert.Single(_pool);
        _pool.Dequeue().Execute();
    }

    /// <summary>Whatever was told has come before what is told now.</summary>
    static async Task ExpectAsync(TestProbe session, bool isDue)
    {
        session.Ref.Tell("fence", session.Ref);
        if (isDue)
            await session.ExpectMsgAsync<FlushDue>();
        await session.ExpectMsgAsync("fence");
    }
}
