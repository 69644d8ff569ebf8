using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Chat.Checker.Wire;

/// <summary>
/// The client's side of a WebSocket for those who look at sockets themselves: makes messages of what is sent, and takes the frames' heads out
/// of what is received, in place. Only what our servers send: text in one part, and the close frame. One for each connection.
/// </summary>
sealed class WebSocketFraming
{
    /// <summary>A frame is so much longer than its text, at most.</summary>
    public const int MaxHead = 14;

    const int MaxServerHead = 10;
    const byte Mask = 0x5A; // four times the same: a server has its work with it all the same
    const byte FinalText = 0x81;
    const byte Masked = 0x80;
    const int Close = 8;

    readonly byte[] _head = new byte[MaxServerHead];
    int _headBytes;
    long _payload;
    bool _isControl;

    /// <summary>The server has closed, or has sent what no server of ours sends.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>What asks a node for a WebSocket.</summary>
    public static byte[] Request(IPEndPoint server) => Encoding.ASCII.GetBytes(
        $"GET /ws HTTP/1.1\r\nHost: {server}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

    /// <summary>Whether the answer is there as a whole: the server says nothing behind it before it is asked.</summary>
    /// <exception cref="InvalidOperationException">It is no WebSocket.</exception>
    public static bool IsOpen(ReadOnlySpan<byte> answer)
    {
        if (!answer.EndsWith("\r\n\r\n"u8))
            return false;
        return answer.StartsWith("HTTP/1.1 101 "u8) ? true : throw new InvalidOperationException($"no WebSocket: {Encoding.ASCII.GetString(answer[..answer.IndexOf((byte)'\r')])}");
    }

    /// <summary>One text message; returns its length. There have to be <see cref="MaxHead"/> bytes more than in the text.</summary>
    public static int Wrap(ReadOnlySpan<byte> text, Span<byte> frame)
    {
        frame[0] = FinalText;
        int head;
        if (text.Length < 126)
        {
            frame[1] = (byte)(Masked | text.Length);
            head = 2;
        }
        else if (text.Length <= ushort.MaxValue)
        {
            frame[1] = Masked | 126;
            BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)text.Length);
            head = 4;
        }
        else
        {
            frame[1] = Masked | 127;
            BinaryPrimitives.WriteUInt64BigEndian(frame[2..], (ulong)text.Length);
            head = 10;
        }

        frame.Slice(head, 4).Fill(Mask);
        head += 4;
        for (var i = 0; i < text.Length; i++)
            frame[head + i] = (byte)(text[i] ^ Mask);
        return head + text.Length;
    }

    /// <summary>Moves the texts of these bytes together at the front; returns how much there is of them.</summary>
    public int Unwrap(Span<byte> received)
    {
        var (from, to) = (0, 0);
        while (from < received.Length && !IsClosed)
        {
            if (_payload == 0)
            {
                _head[_headBytes++] = received[from++];
                TakeHead();
                continue;
            }

            var count = (int)Math.Min(_payload, received.Length - from);
            if (!_isControl)
            {
                received.Slice(from, count).CopyTo(received[to..]);
                to += count;
            }

            from += count;
            _payload -= count;
        }

        return to;
    }

    void TakeHead()
    {
        if (_headBytes < 2)
            return;
        var length = _head[1] & 0x7F;
        if (_headBytes < (length < 126 ? 2 : length == 126 ? 4 : 10))
            return;
        _payload = length < 126 ? length : length == 126 ? BinaryPrimitives.ReadUInt16BigEndian(_head.AsSpan(2)) : BinaryPrimitives.ReadInt64BigEndian(_head.AsSpan(2));
        var opcode = _head[0] & 0x0F;
        _isControl = opcode >= Close;
        IsClosed = opcode == Close || (_head[1] & Masked) != 0 || _payload < 0;
        _headBytes = 0;
    }
}
