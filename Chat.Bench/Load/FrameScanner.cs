using System.Buffers;

namespace Chat.Bench.Load;

/// <summary>Where the frames of a server are in what was received. Pure.</summary>
static class FrameScanner
{
    static readonly SearchValues<byte> Outside = SearchValues.Create("\"{}"u8);
    static readonly SearchValues<byte> Inside = SearchValues.Create("\"\\"u8);

    /// <summary>
    /// Takes the next frame off the front: a line of a modern server, an object of a legacy one (which may have
    /// padding around it and no end).
    /// </summary>
    public static bool TryTake(ref ReadOnlySpan<byte> received, bool isModern, out ReadOnlySpan<byte> frame)
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
        length = ObjectLength(received);
        frame = received[..length];
        received = received[length..];
        return length > 0;
    }

    /// <summary>The length of the object at the beginning, 0 if it is not there as a whole.</summary>
    static int ObjectLength(ReadOnlySpan<byte> bytes)
    {
        var depth = 0;
        var isInside = false;
        for (var at = 0; at < bytes.Length; at++)
        {
            var next = bytes[at..].IndexOfAny(isInside ? Inside : Outside);
            if (next < 0)
                return 0;
            at += next;
            switch (bytes[at])
            {
                case (byte)'\\':
                    at++;
                    break;
                case (byte)'"':
                    isInside = !isInside;
                    break;
                case (byte)'{':
                    depth++;
                    break;
                default:
                    if (--depth == 0)
                        return at + 1;
                    break;
            }
        }

        return 0;
    }
}
