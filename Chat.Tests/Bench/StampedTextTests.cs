using System.Text;
using Chat.Bench.Checking;
using Xunit;

namespace Chat.Tests.Bench;

public sealed class StampedTextTests
{
    static readonly Stamp Stamp = new(0xCAFE1234, 77, 4_000_000_001, 123_456_789_012_345);

    [Theory]
    [InlineData(StampedText.MinBytes)]
    [InlineData(200)]
    [InlineData(StampedText.MaxBytes)]
    public void What_was_written_is_read_from_the_middle_of_a_frame(int bytes)
    {
        Assert.Equal(StampStatus.Valid, StampedText.TryRead(Frame(bytes), out var read));
        Assert.Equal(Stamp, read);
    }

    [Fact]
    public void Any_changed_byte_is_noticed()
    {
        var frame = Frame(120);
        var from = frame.AsSpan().IndexOf("~b1"u8) + 3;
        for (var i = from; i < from + 117; i++)
        {
            var changed = frame.ToArray();
            changed[i] = changed[i] == (byte)'0' ? (byte)'1' : (byte)'0';
            Assert.Equal(StampStatus.Corrupt, StampedText.TryRead(changed, out _));
        }
    }

    [Fact]
    public void Two_messages_do_not_have_the_same_filling()
    {
        var (first, second) = (new byte[200], new byte[200]);
        StampedText.Write(first, Stamp);
        StampedText.Write(second, Stamp with { Number = Stamp.Number + 1 });
        Assert.NotEqual(first[100..], second[100..]);
    }

    [Theory]
    [InlineData("""{"msgid":105}""", nameof(StampStatus.Absent))]
    [InlineData("""{"msg":"~b1 too short"}""", nameof(StampStatus.Corrupt))]
    [InlineData("""{"msg":"~b1""", nameof(StampStatus.Corrupt))]
    public void Something_else_is_no_message(string frame, string expected) =>
        Assert.Equal(Enum.Parse<StampStatus>(expected), StampedText.TryRead(Encoding.UTF8.GetBytes(frame), out _));

    static byte[] Frame(int bytes)
    {
        var text = new byte[bytes];
        StampedText.Write(text, Stamp);
        return Encoding.UTF8.GetBytes($$"""{"id":1,"msg":"{{Encoding.UTF8.GetString(text)}}","msgid":6}""");
    }
}
