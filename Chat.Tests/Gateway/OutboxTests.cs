using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Chat.Node.Gateway;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class OutboxTests
{
    static readonly Receipt Push = new(ReceiptKind.Push, ConversationId.Direct(1, 2), 0, 7);
    static readonly Receipt Offline = new(ReceiptKind.Offline, Number: 8);
    static readonly Receipt Acknowledgement = new(ReceiptKind.Acknowledgement);

    readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0));
    readonly Outbox _outbox;
    long _now = 1_000_000;

    public OutboxTests() => _outbox = new Outbox(_pipe.Writer, mostFrames: 8, () => _now);

    [Fact]
    public async Task Everything_that_is_queued_goes_out_in_one_flush()
    {
        _outbox.IsModern = true;
        Add("a\n", Push);
        Add("b\n");
        Add("c\n", Acknowledgement);
        Assert.False(_outbox.IsEmpty);

        Assert.Equal("a\nb\nc\n", await FlushAsync());

        Assert.True(_outbox.IsEmpty);
        Assert.Equal([Push, Acknowledgement], _outbox.InFlight);
    }

    [Fact]
    public async Task A_flush_takes_64_kilobytes_and_leaves_the_rest()
    {
        _outbox.IsModern = true;
        for (var i = 0; i < 5; i++)
            Add(new string('x', 20_000));
        Assert.Equal(80_000, (await FlushAsync()).Length);
        Assert.Equal(1, _outbox.Count);
        Assert.Equal(20_000, (await FlushAsync()).Length);
    }

    [Fact]
    public async Task A_flush_is_under_way_until_it_has_been_told_to_have_ended()
    {
        Add("a");
        Assert.False(_outbox.IsFlushing);
        await _outbox.FlushAsync();
        Assert.True(_outbox.IsFlushing);
        _outbox.OnFlushed();
        Assert.False(_outbox.IsFlushing);
    }

    [Fact]
    public async Task A_full_box_refuses_until_it_has_been_emptied()
    {
        _outbox.IsModern = true;
        for (var i = 0; i < 8; i++)
            Assert.True(_outbox.TryAdd(Bytes("x")));
        Assert.False(_outbox.TryAdd(Bytes("x")));
        Assert.Equal(8, (await FlushAsync()).Length);
        Assert.True(_outbox.TryAdd(Bytes("x")));
    }

    [Fact]
    public async Task A_box_is_full_of_bytes_too()
    {
        _outbox.IsModern = true;
        var large = new byte[17 * 1024 * 1024];
        Assert.True(_outbox.TryAdd(large));
        Assert.True(_outbox.TryAdd(large));
        Assert.False(_outbox.TryAdd(Bytes("x")));
        await FlushAsync();
        Assert.True(_outbox.TryAdd(Bytes("x")));
    }

    [Fact]
    public async Task A_lone_frame_to_a_documented_client_is_not_padded()
    {
        Add("{}", Push);
        Assert.Equal("{}", await FlushAsync());
    }

    [Fact]
    public async Task Frames_to_a_documented_client_that_go_together_are_padded_to_its_buffer()
    {
        Add("{1}", Push);
        Add("{22}", Push);
        Add(new string('y', 1024), Push);
        var sent = await FlushAsync();
        Assert.Equal("{1}".PadRight(1024) + "{22}".PadRight(1024) + new string('y', 1024), sent);
    }

    [Theory]
    [InlineData(49, true)]
    [InlineData(50, false)]
    public async Task A_push_that_follows_another_closely_is_padded(long later, bool isPadded)
    {
        Add("{1}", Push);
        await FlushAsync();
        _now += later;
        Add("{2}", Offline);
        Assert.Equal(isPadded ? 1024 : 3, (await FlushAsync()).Length);
    }

    [Fact]
    public async Task An_answer_is_not_padded_however_soon_it_comes()
    {
        Add("{1}", Push);
        await FlushAsync();
        _now += 10;
        Add("{2}", Acknowledgement);
        Assert.Equal("{2}", await FlushAsync());
    }

    [Fact]
    public async Task After_an_unpadded_frame_a_documented_client_is_left_alone_for_a_moment()
    {
        Assert.Equal(TimeSpan.Zero, _outbox.Pause);
        Add("{1}");
        await FlushAsync();
        Assert.Equal(TimeSpan.FromMilliseconds(5), _outbox.Pause);
        _now += 3;
        Assert.Equal(TimeSpan.FromMilliseconds(2), _outbox.Pause);
        _now += 2;
        Assert.Equal(TimeSpan.Zero, _outbox.Pause);
    }

    [Fact]
    public async Task After_a_padded_frame_nobody_waits()
    {
        Add("{1}", Push);
        Add("{2}", Push);
        await FlushAsync();
        Assert.Equal(TimeSpan.Zero, _outbox.Pause);
    }

    [Fact]
    public async Task A_modern_client_is_neither_padded_nor_waited_for()
    {
        _outbox.IsModern = true;
        Add("{1}\n", Push);
        await FlushAsync();
        Add("{2}\n", Push);
        Add("{3}\n", Push);
        Assert.Equal(TimeSpan.Zero, _outbox.Pause);
        Assert.Equal("{2}\n{3}\n", await FlushAsync());
    }

    [Fact]
    public async Task Pushes_that_were_not_sent_can_be_dropped_and_answers_stay_in_order()
    {
        _outbox.IsModern = true;
        Add("1");
        Add("2", Push);
        Add("3", Acknowledgement);
        Add("4", Offline);
        Add("5");
        _outbox.DropPushes();
        Assert.Equal("135", await FlushAsync());
        Assert.Equal([Acknowledgement], _outbox.InFlight);
    }

    [Fact]
    public void What_was_dropped_makes_room()
    {
        var large = new byte[17 * 1024 * 1024];
        _outbox.TryAdd(large, Push);
        _outbox.TryAdd(large, Push);
        Assert.False(_outbox.TryAdd(Bytes("x")));
        _outbox.DropPushes();
        Assert.True(_outbox.TryAdd(Bytes("x")));
    }

    void Add(string frame, Receipt receipt = default) => Assert.True(_outbox.TryAdd(Bytes(frame), receipt));

    /// <summary>What one flush has written.</summary>
    async Task<string> FlushAsync()
    {
        await _outbox.FlushAsync();
        _outbox.OnFlushed();
        Assert.True(_pipe.Reader.TryRead(out var read));
        var text = Encoding.UTF8.GetString(read.Buffer.ToArray());
        _pipe.Reader.AdvanceTo(read.Buffer.End);
        return text;
    }

    static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
