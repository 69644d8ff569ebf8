using System.Buffers;
using System.Text;
using Chat.Node.Web;
using Xunit;

namespace Chat.Tests.Web;

public sealed class UpgradeRequestTests
{
    const string Usual = "GET /ws HTTP/1.1\r\nHost: a.example:8000\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    [Fact]
    public void The_usual_request_is_read_and_answered_as_the_standard_says()
    {
        var request = Read(Usual + "Origin: https://a.example\r\nSec-WebSocket-Protocol: mqtt, chatactors.v2\r\nCookie: a=b\r\n\r\n", out var rest)!;
        Assert.Equal(("a.example:8000", "https://a.example", true, false, false, ""), (request.Host, request.Origin, request.WantsProtocol, request.IsForwarded, request.HasExtensions, rest));
        Assert.Equal(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chatactors.v2\r\n\r\n",
            Encoding.ASCII.GetString(request.ToAnswer("chatactors.v2"))); // the example of RFC 6455
    }

    [Theory]
    [InlineData("xn--")]
    [InlineData("xn--99999999999.example:8000")]
    [InlineData("a%00b")]
    public void A_host_is_taken_as_it_is_also_where_it_cannot_be_decoded(string host) =>
        Assert.Equal(host, Read(Usual.Replace("a.example:8000", host, StringComparison.Ordinal) + "\r\n", out _)!.Address.Value);

    [Fact]
    public void What_comes_behind_it_is_left()
    {
        Assert.NotNull(Read(Usual + "\r\nfirst frame", out var rest));
        Assert.Equal("first frame", rest);
    }

    [Fact]
    public void It_may_be_cut_into_segments()
    {
        var bytes = Encoding.ASCII.GetBytes(Usual + "\r\n");
        var first = new Segment(bytes.AsMemory(0, 20));
        var last = first.Append(bytes.AsMemory(20, 90)).Append(bytes.AsMemory(110));
        Assert.NotNull(UpgradeRequest.TryRead(new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length), out _));
    }

    [Theory]
    [InlineData("X-Forwarded-For: 198.51.100.7", true, false)]
    [InlineData("x-forwarded-proto: https", true, false)]
    [InlineData("Sec-WebSocket-Extensions: permessage-deflate", false, true)]
    public void What_has_to_be_thought_about_is_named(string header, bool isForwarded, bool hasExtensions)
    {
        var request = Read($"{Usual}{header}\r\n\r\n", out _)!;
        Assert.Equal((isForwarded, hasExtensions), (request.IsForwarded, request.HasExtensions));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0\0")]
    [InlineData("{\"msgid\":100}\n")]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("GET /ws?token=secret HTTP/1.1\r\n")]
    [InlineData("GET /WS HTTP/1.1\r\n")]
    [InlineData("GET http://a.example/ws HTTP/1.1\r\n")]
    [InlineData("POST /ws HTTP/1.1\r\n")]
    [InlineData("GET /ws HTTP/1.0\r\n")]
    [InlineData("GET /ws HTTP/2.0\r\n")]
    public void Any_other_request_is_somebody_elses(string line) =>
        Assert.Null(Read(line + Usual[(Usual.IndexOf('\n', StringComparison.Ordinal) + 1)..] + "\r\n", out _));

    [Theory]
    [InlineData("Host: a.example:8000\r\n", "")]
    [InlineData("Host: a.example:8000", "Host: a.example:8000\r\nHost: b.example")]
    [InlineData("Connection: keep-alive, Upgrade", "Connection: close")]
    [InlineData("Upgrade: websocket", "Upgrade: h2c")]
    [InlineData("Version: 13", "Version: 8")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "short")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")]
    [InlineData("Upgrade: websocket", "Upgrade: websocket\r\nOrigin: https://a.example\r\nOrigin: https://b.example")]
    [InlineData("Upgrade: websocket", "Upgrade: websocket\r\nContent-Length: 5")]
    [InlineData("Upgrade: websocket", "Upgrade: websocket\r\nTransfer-Encoding: chunked")]
    [InlineData("Upgrade: websocket", "Upgrade: websocket\r\nExpect: 100-continue")]
    [InlineData("Upgrade: websocket", "Upgrade: websocket\r\n folded")]
    [InlineData("Upgrade: websocket", "Upgrade : websocket")]
    [InlineData("Upgrade: websocket", "Upgrade websocket")]
    public void Whatever_is_unusual_is_left_to_the_web_server(string usual, string unusual)
    {
        Assert.Contains(usual, Usual, StringComparison.Ordinal);
        Assert.Null(Read(Usual.Replace(usual, unusual, StringComparison.Ordinal) + "\r\n", out _));
    }

    [Fact]
    public void A_request_that_is_not_there_as_a_whole_or_is_very_long_is_left_too()
    {
        for (var length = 0; length < Usual.Length + 2; length++)
            Assert.Null(Read((Usual + "\r\n")[..length], out _));
        Assert.Null(Read($"{Usual}Cookie: {new string('x', 20_000)}\r\n\r\n", out _));
    }

    static UpgradeRequest? Read(string text, out string rest)
    {
        var bytes = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(text));
        var request = UpgradeRequest.TryRead(bytes, out var end);
        rest = Encoding.ASCII.GetString(bytes.Slice(end));
        return request;
    }

    sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
