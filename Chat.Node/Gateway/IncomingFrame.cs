using System.Buffers;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>What a reader has found, as the session takes it. Pure.</summary>
static class IncomingFrame
{
    public static Request ToRequest(FrameStatus status, in ReadOnlySequence<byte> frame, bool isSpaced, int maxFrameBytes) => status switch
    {
        FrameStatus.Frame => RequestReader.Read(frame, isSpaced),
        FrameStatus.TooLarge => new InvalidRequest(
            ErrorCode.TooLarge, $"the object is too large: at most {maxFrameBytes} bytes are expected")
        { Ref = RequestReader.FindRef(frame) },
        FrameStatus.TooDeep => new InvalidRequest(
            ErrorCode.Malformed, $"the object is nested too deeply: at most {FrameReader.DefaultMaxDepth} levels are expected")
        { Ref = RequestReader.FindRef(frame) },
        FrameStatus.Lost => new InvalidRequest(ErrorCode.TooLarge, "no end of the object in sight") { IsFatal = true },
        _ => new InvalidRequest(ErrorCode.Malformed, "a JSON object was expected"),
    };
}
