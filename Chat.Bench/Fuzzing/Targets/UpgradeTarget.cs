using System.Text;
using Chat.Node.Settings;
using Chat.Node.Web;

namespace Chat.Bench.Fuzzing.Targets;

/// <summary>The first request of a browser on the web port: a usual one for a WebSocket, or somebody else's business.</summary>
sealed class UpgradeTarget : FuzzTarget
{
    const string Usual = "GET /ws HTTP/1.1\r\nHost: chat.example:8000\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    static readonly OriginRule Origins = new(new WebSettings { Origins = ["https://chat.example"] });

    public override string Name => "upgrade";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        Utf8(Usual + "\r\n"), Utf8(Usual + "Origin: https://chat.example\r\nSec-WebSocket-Protocol: a, chatactors.v2\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"),
        Utf8(Usual.Replace("chat.example", "xn--bcher-kva.example", StringComparison.Ordinal) + "\r\n"), Utf8(Usual + "X-Forwarded-For: 192.0.2.1\r\n\r\n{\"msgid\":100}"), Utf8("GET / HTTP/1.1\r\n\r\n"), Utf8("POST /ws HTTP/1.0\r\n\r\n"),
    ];

    public override IReadOnlyList<byte[]> Words { get; } = [Utf8("xn--"), Utf8("\r\nHost: "), Utf8("\r\nOrigin: "), Utf8("[::1]"), Utf8(":65536"), Utf8("%00"), Utf8("\r\n\r\n"), Utf8("https://"), Utf8("null")];

    public override string Run(byte[] input)
    {
        var request = UpgradeRequest.TryRead(new(input), out _);
        if (request is null)
            return "not usual";
        var isAllowed = Origins.Allows(request.Origin, request.Address);
        var answer = Encoding.ASCII.GetString(request.ToAnswer(WebSocketEndpoint.Protocol));
        Require(answer.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal) && answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) == answer.Length - 4, "an answer with more than its own lines");
        return $"{isAllowed} {request.WantsProtocol} {request.HasExtensions} {request.IsForwarded}";
    }
}
