using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Chat.Bench.Micro;
using Chat.Node.Gateway;
using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class OutboxTests
{
    const int MaxFrames = 4;
    static readonly Receipt Push = new(ReceiptKind.Push, ConversationId.Group(5), 1, 7);
    static readonly Receipt Offline = new(ReceiptKind.Offline, Number: 8);
    static readonly Receipt Acknowledgement = new(ReceiptKind.Acknowledgement, ConversationId.Group(5), 1, 9);

    readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0));
    readonly Outbox _outbox;
    readonly ManualClock _clock = new();

    public OutboxTests()
    {
        _outbox = new Outbox(new PipeOutput(_pipe.Writer), MaxFrames, _clock);
    }

    [Fact]
    public async Task Everything_queued_goes_out_in_one_flush()
    {
        _outbox.IsModern = true;
        Add("one\n", Push);
        Add("two\n");
        Add("three\n", Acknowledgement);
        Assert.Equal("one\ntwo\nthree\n", await FlushAsync());
        Assert.True(_outbox.IsEmpty);
        Assert.Equal([Push, Acknowledgement], _outbox.InFlight.ToArray());
    }

    [Fact]
    public async Task A_flush_is_under_way_until_it_has_ended_and_names_only_its_own_receipts()
    {
        _outbox.IsModern = true;
        Add("one\n", Push);
        var flush = _outbox.FlushAsync();
        Assert.True(_outbox.IsFlushing);
        await flush;
        _outbox.OnFlushed();
        Assert.False(_outbox.IsFlushing);
        Add("two\n", Offline);
        await _outbox.FlushAsync();
        Assert.Equal([Offline], _outbox.InFlight.ToArray());
    }

    [Fact]
    public async Task What_is_over_64_KiB_waits_for_the_next_flush()
    {
        _outbox.IsModern = true;
        var large = new string('x', 40 * 1024);
        Add(large);
        Add(large);
        Add("last");
        Assert.Equal(80 * 1024, (await FlushAsync()).Length);
        Assert.Equal("last", await FlushAsync());
    }

    [Fact]
    public async Task A_box_that_fills_during_a_flush_refuses_and_keeps_what_it_has()
    {
        Add("slow");
        await _outbox.FlushAsync();
        for (var i = 0; i < MaxFrames; i++)
            Add("{}");
        Assert.False(_outbox.TryAdd("{}"u8.ToArray()));
        Assert.Equal(MaxFrames, _outbox.Count);
    }

    [Fact]
    public void While_nothing_is_being_flushed_nobody_is_too_slow()
    {
        for (var i = 0; i < 2 * MaxFrames; i++)
            Add("{}");
        Assert.Equal(2 * MaxFrames, _outbox.Count);
    }

    [Fact]
    public async Task A_page_of_the_offline_queue_does_not_fill_the_box()
    {
        Add("slow");
        await _outbox.FlushAsync();
        for (var i = 0; i < 3 * MaxFrames; i++)
            Add("{}", Offline);
        for (var i = 0; i < MaxFrames; i++)
            Add("{}", Push);
        Assert.False(_outbox.TryAdd("{}"u8.ToArray(), Push));
    }

    [Fact]
    public void Too_many_bytes_are_refused_too()
    {
        var large = new byte[33 * 1024 * 1024];
        Assert.True(_outbox.TryAdd(large));
        Assert.False(_outbox.TryAdd("{}"u8.ToArray()));
    }

    [Fact]
    public async Task Boxes_that_nobody_empties_share_the_memory_and_leave_some_to_others()
    {
        const int Max = 4 * 1024 * 1024;
        var budget = new OutboxBudget(Max);
        var frame = new byte[32 * 1024];
        var slow = Enumerable.Range(0, 50).Select(_ => new Outbox(new PipeOutput(_pipe.Writer), MaxFrames, _clock, budget: budget)).ToList();
        foreach (var box in slow)
        {
            while (box.TryAdd(frame))
                Assert.InRange(budget.Taken, 0, Max + (slow.Count * OutboxBudget.Step));
        }

        Assert.InRange(budget.Taken, Max - OutboxBudget.Step, Max + (slow.Count * OutboxBudget.Step));
        var other = new Outbox(new PipeOutput(_pipe.Writer), MaxFrames, _clock, budget: budget) { IsModern = true };
        Assert.True(other.TryAdd(frame));
        Assert.True(other.TryAdd(frame));
        await other.FlushAsync();
        Assert.True(other.TryAdd(frame));

        slow.ForEach(box => box.Release());
        other.Release();
        Assert.Equal(0, budget.Taken);
    }

    [Fact]
    public async Task What_has_left_and_what_was_dropped_takes_no_memory()
    {
        var budget = new OutboxBudget(1024 * 1024);
        var box = new Outbox(new PipeOutput(_pipe.Writer), MaxFrames, _clock, budget: budget) { IsModern = true };
        for (var i = 0; i < 4; i++)
            Assert.True(box.TryAdd(new byte[100 * 1024], i < 2 ? default : Push));
        Assert.Equal(6 * OutboxBudget.Step, budget.Taken);
        box.DropPushes();
        Assert.Equal(3 * OutboxBudget.Step, budget.Taken);
        await box.FlushAsync();
        await box.FlushAsync();
        Assert.Equal(0, budget.Taken);
        Assert.Equal(1024 * 1024, budget.MaxOfOne);
    }

    [Fact]
    public async Task A_box_that_was_emptied_takes_frames_again()
    {
        _outbox.IsModern = true;
        Assert.True(_outbox.TryAdd(new byte[33 * 1024 * 1024]));
        await _outbox.FlushAsync();
        Assert.True(_outbox.TryAdd("{}"u8.ToArray()));
    }

    [Fact]
    public async Task Legacy_pushes_in_one_flush_are_padded_to_1024_bytes_each()
    {
        Add("{\"a\":1}", Push);
        Add("{\"b\":2}", Offline);
        var written = await FlushAsync();
        Assert.Equal("{\"a\":1}".PadRight(1024) + "{\"b\":2}".PadRight(1024), written);
    }

    [Fact]
    public async Task A_frame_of_exactly_1024_bytes_needs_no_padding()
    {
        var full = new string('x', 1024);
        Add(full, Push);
        Add("{}", Push);
        Assert.Equal(full + "{}".PadRight(1024), await FlushAsync());
    }

    [Fact]
    public async Task Every_legacy_push_is_padded_however_long_nothing_was_written()
    {
        Add("{}", Push);
        Assert.Equal("{}".PadRight(1024), await FlushAsync());
        _clock.Now += TimeSpan.FromMinutes(1);
        Add("{}", Offline);
        Assert.Equal("{}".PadRight(1024), await FlushAsync());
    }

    [Fact]
    public async Task A_legacy_answer_is_not_padded_before_the_first_push_and_is_behind_it()
    {
        Add("{\"errno\":0}");
        Assert.Equal("{\"errno\":0}", await FlushAsync());
        Add("{}", Push);
        await FlushAsync();
        _clock.Now += TimeSpan.FromMinutes(1);
        Add("{\"errno\":0}"); // the push in front of it may not have been read
        Assert.Equal("{\"errno\":0}".PadRight(1024), await FlushAsync());
    }

    [Fact]
    public async Task A_modern_frame_is_never_padded()
    {
        _outbox.IsModern = true;
        Add("{}\n", Push);
        Add("{}\n", Push);
        Assert.Equal("{}\n{}\n", await FlushAsync());
        Add("{}\n", Push);
        Assert.Equal("{}\n", await FlushAsync());
    }

    [Fact]
    public async Task A_push_waits_behind_an_unpadded_answer_and_the_next_answer_does_not()
    {
        Assert.Equal(TimeSpan.Zero, _outbox.Pause);
        Add("{\"errno\":0}");
        await FlushAsync();
        Assert.Equal(TimeSpan.Zero, _outbox.Pause);
        Add("{}", Push);
        Assert.Equal(TimeSpan.FromMilliseconds(50), _outbox.Pause);
        _clock.Now += TimeSpan.FromMilliseconds(20);
        Assert.Equal(TimeSpan.FromMilliseconds(30), _outbox.Pause);
        _clock.Now += TimeSpan.FromMilliseconds(30);
        Assert.Equal(TimeSpan.Zero, _outbox.Pause);
    }

    [Fact]
    public async Task After_a_padded_or_a_modern_frame_there_is_no_pause()
    {
        Add("{}", Push);
        await FlushAsync();
        Add("{}", Push);
        Assert.Equal(TimeSpan.Zero, _outbox.Pause);
        _outbox.IsModern = true;
        await FlushAsync();
        Add("{}", Push);
        Assert.Equal(TimeSpan.Zero, _outbox.Pause);
    }

    [Fact]
    public async Task Dropping_pushes_keeps_replies_in_order()
    {
        _outbox.IsModern = true;
        Add("reply\n");
        Add("push\n", Push);
        Add("acknowledgement\n", Acknowledgement);
        Add("offline\n", Offline);
        _outbox.DropPushes();
        Assert.Equal("reply\nacknowledgement\n", await FlushAsync());
        Assert.Equal([Acknowledgement], _outbox.InFlight.ToArray());
    }

    [Fact]
    public async Task What_is_being_flushed_when_pushes_are_dropped_is_nobodys_to_tell_any_more()
    {
        Add("push\n", Push);
        await _outbox.FlushAsync();
        _outbox.DropPushes();
        Assert.Empty(_outbox.InFlight.ToArray());
    }

    [Fact]
    public void What_was_dropped_makes_room()
    {
        var large = new byte[17 * 1024 * 1024];
        Assert.True(_outbox.TryAdd(large, Push));
        Assert.True(_outbox.TryAdd(large, Push));
        Assert.False(_outbox.TryAdd(new byte[1]));
        _outbox.DropPushes();
        Assert.True(_outbox.TryAdd(new byte[1]));
    }

    void Add(string frame, Receipt receipt = default) => Assert.True(_outbox.TryAdd(Encoding.UTF8.GetBytes(frame), receipt));

    /// <summary>Flushes once and reads what has come out.</summary>
    async Task<string> FlushAsync()
    {
        await _outbox.FlushAsync();
        _outbox.OnFlushed();
        Assert.True(_pipe.Reader.TryRead(out var read));
        var text = Encoding.UTF8.GetString(read.Buffer.ToArray());
        _pipe.Reader.AdvanceTo(read.Buffer.End);
        return text;
    }
}
