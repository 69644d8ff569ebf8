using System.Text;
using Chat.Protocol;

namespace Chat.Bench.Fuzzing.Targets;

/// <summary>A byte stream as sockets bring it: what is found does not depend on how it was cut, and nothing is kept that is larger than a frame.</summary>
sealed class FrameTarget : FuzzTarget
{
    const int MaxFrameBytes = 64;
    const int MaxDepth = 4;

    public override string Name => "frames";

    public override int MaxBytes => 512; // each is fed byte by byte too

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        Utf8("{\"msgid\":100,\"protocol\":2}\n"), Utf8("{\"a\":{\"b\":[1,{\"c\":\"}\"}]}}\0{\"d\":\"\\\"{\"}"), Utf8("\uFEFF {\"a\":1}\r\n\r\n{\"b\":2}"), Utf8("garbage\n{\"a\":1}\0"),
        Utf8("{\"a\":\"" + new string('x', 100) + "\"}{}"), Utf8("{[[[[[[[[]]]]]]]]}{}"), Utf8("{\"a\":\"\\\n{}"), Utf8("{{{{{"), [0xEF, 0xBB, (byte)'{', (byte)'}'],
    ];

    public override IReadOnlyList<byte[]> Words { get; } = [Utf8("{\"a\":"), Utf8("}\0"), Utf8("}\n"), Utf8("\\\""), [0xEF], [0xBB], [0xBF], Utf8("[[[[[")];

    /// <summary>Two readings, one of them a segment a byte, and the notes about them.</summary>
    public override long MaxAllocated(int length) => (64 * 1024) + (16_000L * length);

    public override string Run(byte[] input)
    {
        var whole = FrameFeed.Whole(input, MaxFrameBytes, MaxDepth);
        Require(whole.SequenceEqual(FrameFeed.ByteByByte(input, MaxFrameBytes, MaxDepth)), "what is found depends on how the stream is cut");
        var outcome = new StringBuilder();
        foreach (var (status, text, isSpaced) in whole)
        {
            Require(text.Length <= MaxFrameBytes, "a frame is larger than the limit");
            Require(status != FrameStatus.Frame || (text.StartsWith('{') && FrameReader.LengthOf(Encoding.Latin1.GetBytes(text)) == text.Length), "a frame is no object from brace to brace");
            if (outcome.Length < 24)
                outcome.Append(status.ToString()[..3]).Append(isSpaced ? '1' : '0');
        }

        return outcome.ToString();
    }
}
