using System.Text;
using Chat.Checker.Wire;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Checker;

public sealed class FrameScannerTests
{
    [Fact]
    public void A_modern_server_sends_lines() => Assert.Equal(["""{"a":1}""", """{"b":2}"""], Take("{\"a\":1}\n{\"b\":2}\n{\"c\"", isModern: true));

    [Fact]
    public void A_legacy_server_sends_objects_with_padding_or_without_any_end() =>
        Assert.Equal(["""{"a":"}\""}""", """{"b":[{}]}"""], Take("{\"a\":\"}\\\"\"}\0\0  {\"b\":[{}]}\0{\"c\":", isModern: false));

    [Theory]
    [InlineData("""{"a":"{[\\"}x""", 12)]
    [InlineData("""{"a":"\"}""", 0)]
    [InlineData("""{"a":[{}]""", 0)]
    [InlineData("", 0)]
    public void The_length_of_an_object_is_known_when_it_is_there_as_a_whole(string bytes, int length) =>
        Assert.Equal(length, FrameReader.LengthOf(Encoding.UTF8.GetBytes(bytes)));

    static List<string> Take(string text, bool isModern)
    {
        ReadOnlySpan<byte> received = Encoding.UTF8.GetBytes(text);
        var frames = new List<string>();
        while (FrameScanner.TryTake(ref received, isModern, out var frame))
            frames.Add(Encoding.UTF8.GetString(frame));
        return frames;
    }
}
