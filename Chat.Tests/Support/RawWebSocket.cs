using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Chat.Tests.Support;

/// <summary>A WebSocket as a bad client speaks it: frame by frame, right or wrong.</summary>
sealed class RawWebSocket : IDisposable
{
    public const int Continuation = 0;
    public const int Text = 1;
    public const int Close = 8;
    public const int Ping = 9;
    public const int Pong = 10;

    readonly TcpClient _tcp = new() { NoDelay = true };

    public NetworkStream Stream => _tcp.GetStream();

    /// <summary>The first line of the answer is given too: 101 when it went well.</summary>
    public static async Task<(RawWebSocket Socket, string Answer)> RequestAsync(int port, params string[] headers)
    {
        var socket = new RawWebSocket();
        await socket._tcp.ConnectAsync(IPAddress.Loopback, port);
        string[] lines =
        [
            "GET /ws HTTP/1.1", $"Host: 127.0.0.1:{port}", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", .. headers, "", "",
        ];
        await socket.Stream.WriteAsync(Encoding.ASCII.GetBytes(string.Join("\r\n", lines)));
        return (socket, await socket.ReadHeadAsync());
    }

    public static async Task<RawWebSocket> OpenAsync(int port)
    {
        var (socket, answer) = await RequestAsync(port);
        Assert.StartsWith("HTTP/1.1 101 ", answer, StringComparison.Ordinal);
        return socket;
    }

    public Task SendTextAsync(string text) => SendAsync(Text, Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(int opcode, ReadOnlyMemory<byte> payload, bool isFinal = true, bool isMasked = true) =>
        await Stream.WriteAsync(FrameOf(opcode, payload.Span, isFinal, isMasked));

    /// <summary>With a mask of zeroes, which changes nothing.</summary>
    public static byte[] FrameOf(int opcode, ReadOnlySpan<byte> payload, bool isFinal = true, bool isMasked = true)
    {
        var length = payload.Length < 126 ? 0 : payload.Length <= ushort.MaxValue ? 2 : 8;
        var head = 2 + length + (isMasked ? 4 : 0);
        var frame = new byte[head + payload.Length];
        frame[0] = (byte)((isFinal ? 0x80 : 0) | opcode);
        frame[1] = (byte)((isMasked ? 0x80 : 0) | (length == 0 ? payload.Length : length == 2 ? 126 : 127));
        if (length == 2)
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)payload.Length);
        else if (length == 8)
            BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(2), (ulong)payload.Length);
        payload.CopyTo(frame.AsSpan(head));
        return frame;
    }

    /// <summary>The next frame of the server.</summary>
    /// <exception cref="EndOfStreamException">It has ended the connection.</exception>
    public async Task<(int Opcode, byte[] Payload)> ReadAsync()
    {
        using var deadline = new CancellationTokenSource(Eventually.Patience);
        var head = new byte[2];
        await Stream.ReadExactlyAsync(head, deadline.Token);
        var length = (long)(head[1] & 0x7F);
        if (length >= 126)
        {
            var more = new byte[length == 126 ? 2 : 8];
            await Stream.ReadExactlyAsync(more, deadline.Token);
            length = more.Length == 2 ? BinaryPrimitives.ReadUInt16BigEndian(more) : BinaryPrimitives.ReadInt64BigEndian(more);
        }

        var payload = new byte[length];
        await Stream.ReadExactlyAsync(payload, deadline.Token);
        return (head[0] & 0x0F, payload);
    }

    /// <summary>The code of the server's close frame, behind whatever comes before it.</summary>
    public async Task<int> CloseCodeAsync()
    {
        while (true)
        {
            var (opcode, payload) = await ReadAsync();
            if (opcode == Close)
                return BinaryPrimitives.ReadUInt16BigEndian(payload);
        }
    }

    public void Dispose() => _tcp.Dispose();

    async Task<string> ReadHeadAsync()
    {
        using var deadline = new CancellationTokenSource(Eventually.Patience);
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await Stream.ReadAsync(one, deadline.Token) == 0)
                break;
            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
