using System.IO.Pipelines;
using Chat.Node.Gateway;
using Chat.Node.Settings;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Gateway;

/// <summary>When frames leave, and what comes of it.</summary>
public sealed class FrameWriterTests : SessionPartsTest
{
    static readonly Receipt Acknowledgement = new(ReceiptKind.Acknowledgement);

    readonly Pipe _pipe = new();

    [Fact]
    public void Everything_that_is_queued_leaves_with_one_flush()
    {
        var frames = Core(_pipe).Frames;
        for (var i = 1; i <= 3; i++)
            Assert.True(frames.TryAdd(Frame($"{i}"), Pushed(i)));
        Assert.Equal(FlushStep.Flushed, frames.TryFlush(isFinishing: false));
        Assert.Equal([1, 2, 3], frames.InFlight.ToArray().Select(receipt => receipt.Number));
        Assert.Equal("123", Left(_pipe));
        frames.OnFlushed();
        Assert.Equal(FlushStep.None, frames.TryFlush(isFinishing: false));
    }

    [Fact]
    public void Acknowledgements_alone_wait_for_the_round_of_the_sockets()
    {
        var frames = Core(_pipe).Frames;
        frames.TryAdd(Frame("a"), Acknowledgement);
        Assert.Equal(FlushStep.None, frames.TryFlush(isFinishing: false));
        Assert.Equal("", Left(_pipe));
        frames.OnFlushDue();
        Assert.Equal(FlushStep.Flushed, frames.TryFlush(isFinishing: false));
        Assert.Equal("a", Left(_pipe));
    }

    [Fact]
    public void Acknowledgements_leave_with_whatever_else_there_is()
    {
        var frames = Core(_pipe).Frames;
        frames.TryAdd(Frame("a"), Acknowledgement);
        frames.TryAdd(Frame("p"), Pushed(1));
        Assert.Equal(FlushStep.Flushed, frames.TryFlush(isFinishing: false));
        Assert.Equal("ap", Left(_pipe));
    }

    [Fact]
    public void At_the_end_nothing_waits_for_a_round()
    {
        var frames = Core(_pipe).Frames;
        frames.TryAdd(Frame("a"), Acknowledgement);
        Assert.Equal(FlushStep.Flushed, frames.TryFlush(isFinishing: true));
        Assert.Equal("a", Left(_pipe));
    }

    [Fact]
    public async Task While_a_flush_is_under_way_there_is_no_other()
    {
        var slow = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
        var frames = Core(slow).Frames;
        frames.TryAdd(Frame("first"), Pushed(1));
        Assert.Equal(FlushStep.None, frames.TryFlush(isFinishing: false));
        Assert.True(frames.IsFlushing);
        frames.TryAdd(Frame("second"), Pushed(2));
        Assert.Equal(FlushStep.None, frames.TryFlush(isFinishing: false));

        Assert.Equal("first", Left(slow));
        Assert.False((await Self.ExpectMsgAsync<FlushEnded>(Patience)).IsOver);
        frames.OnFlushed();
        frames.TryFlush(isFinishing: false);
        Assert.Equal("second", Left(slow));
    }

    [Fact]
    public void A_client_that_does_not_take_what_is_queued_is_too_slow()
    {
        var slow = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
        var frames = Core(slow, new ChatLimits { OutboxFrames = 16 }).Frames;
        frames.TryAdd(Frame("first"), Pushed(1));
        frames.TryFlush(isFinishing: false);
        for (var i = 2; i < 18; i++)
            Assert.True(frames.TryAdd(Frame("x"), Pushed(i)));
        Assert.False(frames.TryAdd(Frame("x"), Pushed(18)));
    }

    [Fact]
    public void A_connection_that_has_ended_is_noticed_and_takes_what_comes_nowhere()
    {
        _pipe.Reader.Complete();
        var frames = Core(_pipe).Frames;
        frames.TryAdd(Frame("a"), Pushed(1));
        Assert.Equal(FlushStep.Over, frames.TryFlush(isFinishing: false));

        var later = Core(new Pipe()).Frames;
        later.OnOver();
        Assert.True(later.TryAdd(Frame("b"), Pushed(2)));
        Assert.True(later.IsEmpty);
        Assert.Equal(FlushStep.None, later.TryFlush(isFinishing: false));
    }

    [Fact]
    public void The_end_comes_when_everything_has_left()
    {
        var frames = Core(_pipe).Frames;
        frames.TryAdd(Frame("last"), Pushed(1));
        frames.CloseWhenFlushed();
        Assert.Equal(FlushStep.Flushed, frames.TryFlush(isFinishing: false));
        frames.OnFlushed();
        Assert.Equal(FlushStep.Last, frames.TryFlush(isFinishing: false));
        Assert.Equal("last", Left(_pipe));
    }

    static Receipt Pushed(long number) => new(ReceiptKind.Push, ConversationId.Group(5), 0, number);
}
