using System.Text.Json;
using Chat.Protocol;

namespace Chat.Bench.Fuzzing.Targets;

/// <summary>What a legacy server publishes or queues: a chat that every client can read, or the reason why it is none.</summary>
sealed class BridgedTarget : FuzzTarget
{
    public override string Name => "bridged";

    public override long MaxAllocated(int length) => (256 * 1024) + (2000L * length);

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            """{"id":3,"msg":"hi 你😀","msgid":6,"name":"alice","time":"2026-01-02 03:04:05","toid":17}""", """{"groupid":5,"id":3,"msg":"x","msgid":10,"name":"alice","time":"t"}""", "{\"msg\":\"x\"}\0", "\uFEFF {\"msg\":null,\"groupid\":5}\n",
            """{"msg":{"a":[1,2,{"b":"c"}]},"id":"x","name":7,"time":[],"seq":1,"cmid":"c"}""", """{"msg":"\ud800"}""", """{"msg":1e999}""", "[]", "", """{"msgid":3,"msg":"x"}""",
        }.Select(Utf8),
    ];

    public override IReadOnlyList<byte[]> Words { get; } = [.. new[] { "\"msg\":\"x\"", "\"msgid\":10", "\"groupid\":5", "\"groupid\":-1", "\"id\":3", "\"name\":\"n\"", "\"toid\":4", "\"seq\":1", "\"time\":\"t\"", "\0" }.Select(Utf8)];

    public override string Run(byte[] input)
    {
        if (BridgedChat.TryRead(input, receiverId: 17, now: 1_795_410_443_660, out var chat) is { } problem)
            return problem[..Math.Min(8, problem.Length)];
        using var json = JsonDocument.Parse(chat!.Body);
        var root = json.RootElement;
        var isGroup = root.GetProperty("msgid").GetInt32() == 10;
        Require(root.GetProperty("msg").ValueKind == JsonValueKind.String && root.GetProperty("name").ValueKind == JsonValueKind.String && root.GetProperty("time").ValueKind == JsonValueKind.String, "a body that legacy clients cannot read");
        Require(root.GetProperty("id").GetInt32() >= 0 && root.GetProperty(isGroup ? "groupid" : "toid").GetInt32() > 0, "a body without numbers that legacy clients need");
        Require(!root.EnumerateObject().Any(member => member.Name is "seq" or "ts" or "cmid" or "ref" or "conversation" or "offline"), "a body with a key that only the server says");
        Require(chat.Body.Span.IndexOfAnyInRange((byte)0, (byte)0x1F) < 0, "a body with a line end");
        return $"{isGroup} {chat.Conversation is not null} {root.EnumerateObject().Count()}";
    }
}
