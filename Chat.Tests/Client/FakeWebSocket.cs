using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace Chat.Tests.Client;

/// <summary>The server's side of the handshake; the frames are the platform's.</summary>
static class FakeWebSocket
{
    const string KeyHeader = "Sec-WebSocket-Key: ";

    /// <exception cref="IOException">Nobody asks for a WebSocket.</exception>
    public static async Task<WebSocket> AcceptAsync(Stream stream)
    {
        var key = (await ReadHeadAsync(stream)).FirstOrDefault(line => line.StartsWith(KeyHeader, StringComparison.OrdinalIgnoreCase))
            ?? throw new IOException("no WebSocket");
#pragma warning disable CA5350 // the standard wants it
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key[KeyHeader.Length..] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: chatactors.v2\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"));
        return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, SubProtocol = "chatactors.v2" });
    }

    static async Task<string[]> ReadHeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0)
                throw new IOException("closed");
            head.Append((char)one[0]);
        }

        return head.ToString().Split("\r\n");
    }
}
