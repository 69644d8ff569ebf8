using Chat.Protocol;

namespace Chat.Checker.Wire;

/// <summary>Where the frames of a server are in what was received. Pure.</summary>
static class FrameScanner
{
    /// <summary>
    /// Takes the next frame off the front: a line of a modern server, an object of a legacy one (which may have
    /// padding around it and no end).
    /// </summary>
    public static bool TryTake(scoped ref ReadOnlySpan<byte> received, bool isModern, out ReadOnlySpan<byte> frame)
    {
        int length;
        if (isModern)
        {
            length = received.IndexOf((byte)'\n');
            frame = length < 0 ? default : received[..length];
            if (length >= 0)
                received = received[(length + 1)..];
            return length >= 0;
        }

        var begin = received.IndexOfAnyExcept(" \0\r\n"u8);
        received = begin < 0 ? default : received[begin..];
        length = FrameReader.LengthOf(received);
        frame = received[..length];
        received = received[length..];
        return length > 0;
    }
}
