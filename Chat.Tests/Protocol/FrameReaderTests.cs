using System.Buffers;
using System.Diagnostics;
using System.Text;
using Chat.Bench.Fuzzing;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

public sealed class FrameReaderTests
{
    const string Ping = """{"msgid":104}""";

    [Theory]
    [InlineData("\0")]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("")]
    [InlineData(" \t ")]
    [InlineData("\0\0\n\n")]
    public void Objects_are_found_whatever_ends_them(string terminator) =>
        Assert.Equal([Frame(Ping), Frame(Ping), Frame(Ping)], FrameFeed.Whole(Ping + terminator + Ping + terminator + Ping + terminator));

    [Theory]
    [InlineData("\uFEFF")]
    [InlineData(" \r\n\t\0")]
    [InlineData("\uFEFF \uFEFF\n")]
    public void A_byte_order_mark_and_white_space_in_front_are_skipped(string front) =>
        Assert.Equal([Frame(Ping)], FrameFeed.Whole(front + Ping));

    [Fact]
    public void Half_a_byte_order_mark_is_garbage_until_the_line_ends()
    {
        byte[] stream = [0xEF, 0xBB, .. Encoding.UTF8.GetBytes($"{Ping}\n{Ping}")];
        Assert.Equal([Bad, Frame(Ping)], FrameFeed.Whole(stream));
    }

    [Fact]
    public void One_object_may_come_in_many_segments() =>
        Assert.Equal([Frame(Ping)], FrameFeed.ByteByByte(Encoding.UTF8.GetBytes(Ping)));

    [Fact]
    public void Without_a_closing_brace_there_is_no_object_yet() => Assert.Empty(FrameFeed.Whole("""{"msgid":104"""));

    [Theory]
    [InlineData("""{"a":"}"}""")]
    [InlineData("""{"a":"{[\"}]","b":"\\"}""")]
    [InlineData("""{"a\\\"}":"\\\\"}""")]
    [InlineData("""{"a":[{"b":[]},"]}"]}""")]
    [InlineData("""{"a":"\ud83d\ude00 \u007d 😀"}""")]
    public void Braces_quotes_and_backslashes_in_strings_do_not_end_an_object(string json) =>
        Assert.Equal([Frame(json), Frame(Ping)], FrameFeed.Whole(json + Ping).Select(AsUtf8));

    [Fact]
    public void White_space_between_tokens_is_noticed_and_that_in_strings_is_not()
    {
        var found = FrameFeed.Whole("""{"a":"b c"}{"a": "b"}{"a":"b"}""");
        Assert.Equal([false, true, false], found.Select(each => each.IsSpaced));
    }

    [Fact]
    public void A_frame_of_exactly_the_limit_is_taken_and_one_byte_more_is_not()
    {
        Assert.Equal([Frame(Ping)], FrameFeed.Whole(Ping, maxFrameBytes: Ping.Length));
        Assert.Equal([new FrameFound(FrameStatus.TooLarge, Ping[..^1], false), Frame("{}")], FrameFeed.Whole(Ping + "{}", maxFrameBytes: Ping.Length - 1));
    }

    [Fact]
    public void What_is_too_large_is_skipped_to_its_end_also_if_that_looks_like_other_objects()
    {
        var large = """{"msg":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}{\"msgid\":104}","x":{"y":[1,2,3]}}""";
        Assert.Equal([FrameStatus.TooLarge, FrameStatus.Frame], FrameFeed.Whole(large + Ping, maxFrameBytes: 24).Select(each => each.Status));
    }

    [Fact]
    public void Ten_thousand_levels_cost_one_error_and_the_next_object_is_found()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":[", 5000)) + string.Concat(Enumerable.Repeat("]}", 5000));
        var found = FrameFeed.Whole(deep + Ping, maxFrameBytes: 65536);
        Assert.Equal([FrameStatus.TooDeep, FrameStatus.Frame], found.Select(each => each.Status));
        Assert.Equal(Ping, found[1].Text);
    }

    [Fact]
    public void Thirty_two_levels_are_allowed_and_thirty_three_are_not()
    {
        static string Nested(int levels) => string.Concat(Enumerable.Repeat("{\"a\":", levels - 1)) + "{}" + new string('}', levels - 1);
        Assert.Equal(FrameStatus.Frame, Assert.Single(FrameFeed.Whole(Nested(32))).Status);
        Assert.Equal(FrameStatus.TooDeep, Assert.Single(FrameFeed.Whole(Nested(33))).Status);
    }

    [Theory]
    [InlineData("hello\0")]
    [InlineData("hello\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("[1,2]\n")]
    [InlineData("\"text {\"\n")]
    public void Garbage_is_told_once_and_the_next_object_is_found(string garbage) =>
        Assert.Equal([Bad, Frame(Ping)], FrameFeed.Whole(garbage + Ping));

    [Fact]
    public void Garbage_after_an_object_is_told_again() =>
        Assert.Equal([Bad, Frame(Ping), Bad, Frame(Ping)], FrameFeed.Whole($"one\ntwo\n{Ping}three\nfour\n{Ping}"));

    [Fact]
    public void Where_messages_have_ends_garbage_is_told_with_each_and_counts_together_until_an_object_comes()
    {
        var reader = new FrameReader(maxFrameBytes: 16);
        var told = new List<FrameStatus>();
        for (var message = 0; message < 200 && !told.Contains(FrameStatus.Lost); message++)
        {
            var buffer = FrameFeed.Sequence("garbage!\0"u8.ToArray(), 0, 9, []);
            while (reader.Read(ref buffer, out _) is var status && status != FrameStatus.NeedMore)
                told.Add(status);
            reader.EndMessage();
        }

        Assert.Equal(Enumerable.Repeat(FrameStatus.Malformed, 129).Append(FrameStatus.Lost), told); // 64 times 16 bytes, 8 a message
    }

    [Theory]
    [InlineData("{\"a\":\"b\n")]
    [InlineData("{\"a\":\"b\\\n")]
    [InlineData("{\"a\":\"b\0")]
    [InlineData("{\"a\":\0")]
    [InlineData("{\"a\":\"b\\\0")]
    public void An_object_that_is_cut_short_costs_nothing_but_itself(string broken) =>
        Assert.Equal([Bad, Frame(Ping)], FrameFeed.Whole(broken + Ping));

    [Fact]
    public void A_line_end_between_tokens_belongs_to_the_object() =>
        Assert.Equal([new FrameFound(FrameStatus.Frame, "{\"a\":\r\n1\n}", true)], FrameFeed.Whole("{\"a\":\r\n1\n}"));

    [Fact]
    public void An_endless_object_is_lost_and_so_is_an_endless_line()
    {
        const int max = 16;
        var endlessObject = "{\"a\":\"" + new string('x', 100 * max);
        var endlessLine = new string('x', 100 * max);
        Assert.Equal([FrameStatus.TooLarge, FrameStatus.Lost], FrameFeed.Whole(endlessObject, max).Select(each => each.Status));
        Assert.Equal([FrameStatus.Malformed, FrameStatus.Lost], FrameFeed.Whole(endlessLine, max).Select(each => each.Status));
    }

    [Fact]
    public void A_large_object_that_ends_before_all_hope_is_gone_is_not_lost()
    {
        const int max = 16;
        var large = "{\"a\":\"" + new string('x', 60 * max) + "\"}";
        Assert.Equal([FrameStatus.TooLarge, FrameStatus.Frame], FrameFeed.Whole(large + "{}", max).Select(each => each.Status));
    }

    [Fact]
    public void Time_grows_with_the_bytes_and_not_with_their_square()
    {
        const int segment = 64;
        const int small = 256 * 1024;
        const double most = 24; // 8 when linear, 64 when every segment makes the reader look at all bytes again
        var (one, eight) = (double.MaxValue, double.MaxValue);
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < 5 || (eight / one > most && watch.Elapsed.TotalSeconds < 10); round++)
        {
            // By turns, and the quickest of many: what else the machine does falls on both. When it is very busy,
            // the quickest is found later.
            one = Math.Min(one, Enumerable.Range(0, 8).Min(_ => Seconds(small, segment)));
            eight = Math.Min(eight, Seconds(8 * small, segment));
        }

        Assert.InRange(eight / one, 0, most);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public void A_byte_that_was_looked_at_is_never_looked_at_again(int segment)
    {
        var stream = Encoding.UTF8.GetBytes("{\"a\":\"" + string.Concat(Enumerable.Repeat("x\\\"{}[] ", 100)) + "\",\"b\":[{},[1, 2]]}");
        var reader = new FrameReader(stream.Length);
        for (var end = segment; end < stream.Length; end += segment)
        {
            var buffer = new ReadOnlySequence<byte>(stream, 0, end);
            Assert.Equal(FrameStatus.NeedMore, reader.Read(ref buffer, out _));
            stream.AsSpan(0, end).Clear(); // a NUL would end the object at once
        }

        var last = new ReadOnlySequence<byte>(stream);
        Assert.Equal(FrameStatus.Frame, reader.Read(ref last, out var frame));
        Assert.Equal(stream.Length, frame.Length);
    }

    static double Seconds(int bytes, int segment)
    {
        var stream = Encoding.ASCII.GetBytes("{\"a\":\"" + new string('x', bytes - 8) + "\"}");
        var reader = new FrameReader(bytes);
        var frames = 0;
        var watch = Stopwatch.StartNew();
        for (var end = segment; end <= bytes; end += segment)
        {
            var buffer = new ReadOnlySequence<byte>(stream, 0, end);
            if (reader.Read(ref buffer, out _) == FrameStatus.Frame)
                frames++;
        }

        var seconds = watch.Elapsed.TotalSeconds;
        Assert.Equal(1, frames);
        return seconds;
    }

    static FrameFound Bad => new(FrameStatus.Malformed, "", false);

    static FrameFound Frame(string text) => new(FrameStatus.Frame, text, false);

    static FrameFound AsUtf8(FrameFound found) => found with { Text = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(found.Text)) };
}
