using System.Buffers;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>What a reader has found, as the session takes it. Pure.</summary>
static class IncomingFrame
{
    /// <param name="status">What it is.</param>
    /// <param name="frame">Its bytes.</param>
    /// <param name="isSpaced">Whether there is space in it.</param>
    /// <param name="maxFrameBytes">How large it may be.</param>
    /// <param name="readAt">When its last bytes were read, by <see cref="System.Diagnostics.Stopwatch"/>.</param>
    public static Request ToRequest(FrameStatus status, in ReadOnlySequence<byte> frame, bool isSpaced, int maxFrameBytes, long readAt)
    {
        var request = ToRequest(status, frame, isSpaced, maxFrameBytes);
        if (request is SendMessageRequest message)
            message.ReceivedAt = readAt;
        return request;
    }

    static Request ToRequest(FrameStatus status, in ReadOnlySequence<byte> frame, bool isSpaced, int maxFrameBytes) => status switch
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
