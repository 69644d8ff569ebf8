using System.Net;
using System.Text;
using Chat.Checker.Wire;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Checker;

public sealed class WebSocketFramingTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    public async Task What_is_wrapped_is_read_by_the_platform(int length)
    {
        var text = new string('x', length);
        var frame = new byte[length + WebSocketFraming.MaxHead];
        var count = WebSocketFraming.Wrap(Encoding.ASCII.GetBytes(text), frame);
        using var stream = new MemoryStream(frame, 0, count);
        using var server = System.Net.WebSockets.WebSocket.CreateFromStream(stream, new() { IsServer = true });
        var received = new byte[length + 1];
        var at = 0;
        while (true)
        {
            var result = await server.ReceiveAsync(received.AsMemory(at), CancellationToken.None);
            at += result.Count;
            if (result.EndOfMessage)
                break;
        }

        Assert.Equal(text, Encoding.ASCII.GetString(received, 0, at));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void Texts_come_out_of_their_frames_however_these_are_cut(int piece)
    {
        string[] texts = ["one\n", new string('a', 200) + "\n", "", new string('b', 70_000) + "\n", "end\n"];
        byte[] stream =
        [
            .. texts.SelectMany(text => RawWebSocket.FrameOf(RawWebSocket.Text, Encoding.ASCII.GetBytes(text), isMasked: false)),
            .. RawWebSocket.FrameOf(RawWebSocket.Ping, "ping"u8, isMasked: false), .. RawWebSocket.FrameOf(RawWebSocket.Text, "last"u8, isMasked: false),
            .. RawWebSocket.FrameOf(RawWebSocket.Close, [3, 233], isMasked: false), .. "nothing more"u8,
        ];
        var framing = new WebSocketFraming();
        var read = new StringBuilder();
        foreach (var part in stream.Chunk(piece))
            read.Append(Encoding.ASCII.GetString(part, 0, framing.Unwrap(part)));
        Assert.Equal(string.Concat(texts) + "last", read.ToString());
        Assert.True(framing.IsClosed);
    }

    [Fact]
    public void An_answer_is_a_WebSocket_when_it_is_whole()
    {
        Assert.False(WebSocketFraming.IsOpen("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"u8));
        Assert.True(WebSocketFraming.IsOpen("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"u8));
        Assert.Contains("404", Assert.Throws<InvalidOperationException>(() => WebSocketFraming.IsOpen("HTTP/1.1 404 Not Found\r\n\r\n"u8)).Message, StringComparison.Ordinal);
        Assert.StartsWith("GET /ws HTTP/1.1\r\n", Encoding.ASCII.GetString(WebSocketFraming.Request(new IPEndPoint(IPAddress.Loopback, 8000))), StringComparison.Ordinal);
    }
}
