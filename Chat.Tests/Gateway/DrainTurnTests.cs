using System.IO.Pipelines;
using Chat.Node.Gateway;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Gateway;

/// <summary>When a session sends its client to another node.</summary>
public sealed class DrainTurnTests : SessionPartsTest
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Its_turn_comes_by_itself(bool isModern)
    {
        var turn = TurnOf(Core(new Pipe(), isModern: isModern));
        turn.Start(TimeSpan.FromMilliseconds(1));
        await Self.ExpectMsgAsync<DrainNow>(Patience);
        Assert.False(turn.IsDue); // nobody has asked yet whether it can go
    }

    [Fact]
    public void With_nothing_on_its_way_it_can_go_at_once()
    {
        var turn = TurnOf(Core(new Pipe()));
        Assert.False(turn.MustWait());
        Assert.False(turn.IsDue);
    }

    [Fact]
    public async Task While_something_is_just_leaving_it_waits_and_goes_then()
    {
        var slow = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
        var core = Core(slow);
        var turn = TurnOf(core);
        core.Frames.TryAdd(Frame("push"), new Receipt(ReceiptKind.Push, ConversationId.Group(5), 0, 1));
        core.Frames.TryFlush(isFinishing: false);
        Assert.True(turn.MustWait());
        Assert.True(turn.IsDue);

        Assert.Equal("push", Left(slow));
        await Self.ExpectMsgAsync<FlushEnded>(Patience);
        core.Frames.OnFlushed();
        Assert.False(turn.MustWait());
        Assert.False(turn.IsDue);
    }

    [Fact]
    public void Who_has_gone_by_itself_is_waited_for_no_more()
    {
        var core = Core(new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1)));
        var turn = TurnOf(core);
        core.Frames.TryAdd(Frame("push"), new Receipt(ReceiptKind.Push, ConversationId.Group(5), 0, 1));
        core.Frames.TryFlush(isFinishing: false);
        Assert.True(turn.MustWait());
        turn.Forget();
        Assert.False(turn.IsDue);
    }

    static DrainTurn TurnOf(SessionCore core) => new(core, new SessionPushes(core));
}
