using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Chat.Node.Gateway;
using Chat.Protocol;

namespace Chat.Bench.Fuzzing.Targets;

/// <summary>
/// Objects of clients, legacy and modern: each becomes a request or a refusal with an errno and its ref. What is refused is told in valid JSON, and
/// nobody sends in another's name.
/// </summary>
sealed partial class RequestTarget : FuzzTarget
{
    const int MaxFrameBytes = 65_536;

    static readonly ChatSender Sender = new(3, "al\"ice\\ é");
    static readonly ConversationId Conversation = ConversationId.Direct(3, 17);

    public override string Name => "requests";

    /// <summary>A document of each message, twice, and the texts of its keys.</summary>
    public override long MaxAllocated(int length) => (256 * 1024) + (2000L * length);

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            // legacy
            """{"msgid":1,"id":5,"password":"p"}""", """{"msgid":3,"id":5}""", """{"msgid":4,"name":"bob","password":"p"}""",
            """{"id":3,"msg":"hi 你😀","msgid":6,"name":"alice","time":"2026-01-02 03:04:05","toid":17}""", """{"msgid":7,"id":3,"friendid":4}""",
            """{"msgid":8,"id":3,"groupname":"g","groupdesc":"d"}""", """{"msgid":9,"id":3,"groupid":4}""", """{"groupid":5,"id":3,"msg":"x","msgid":10,"name":"alice","time":"t"}""",
            // modern
            """{"msgid":100,"protocol":3,"client":"c","ref":1}""", """{"msgid":1,"name":"bob","token":"t","ref":"r","device":{"id":"d-1","name":"phone","platform":"ios"}}""", """{"msgid":1,"jwt":"a.b.c"}""",
            """{"msgid":6,"toid":17,"msg":"a\u00e9\n\"","cmid":"c-1","ref":7}""", """{"msgid":6,"toid":17,"msg":"x","reply":41,"thread":7,"mentions":[17,18],"attachments":[{"id":"a_0123456789abcdef0123456789abcdef"}]}""",
            """{"msgid":10,"groupid":5,"msg":"x","mentions":"all","other":{"b":[1,2.5e3,null],"a":"\ud83d\ude00"}}""", """{"msgid":103,"conversation":"d:3:17","seq":42,"ref":1}""", """{"msgid":103,"offline":7}""",
            """{"msgid":104}""", """{"msgid":107,"conversation":"g:5","after":1,"limit":50,"thread":7}""", """{"msgid":107,"conversation":"g:5","seqs":[1,2,3]}""", """{"msgid":108,"since":"x","limit":5}""",
            """{"msgid":110}""", """{"msgid":111,"presence":"nobody","mute":"d:3:17","notify":{"conversation":"g:5","level":"mentions"},"receipts":"off"}""",
            """{"msgid":114,"conversation":"g:5","seq":4}""", """{"msgid":115,"users":[1,2],"conversations":["d:3:17"]}""", """{"msgid":116,"state":"away"}""", """{"msgid":117,"conversation":"d:3:17","on":true}""",
            """{"msgid":120,"id":4,"action":"add"}""", """{"msgid":122,"ids":[1,2,3]}""", """{"msgid":122,"prefix":"al","limit":5}""", """{"msgid":122,"name":"bob"}""", """{"msgid":123,"display":"A","avatar":"https://x","about":"me"}""",
            """{"msgid":124,"group":5,"name":"g","keep_days":7}""", """{"msgid":125,"group":5,"add":[1,2]}""", """{"msgid":126,"name":"g"}""", """{"msgid":130,"conversation":"g:5"}""",
            """{"msgid":131,"conversation":"g:5","seq":4,"edit":{"msg":"new","mentions":[3]}}""", """{"msgid":131,"conversation":"g:5","seq":4,"react":"👍"}""", """{"msgid":133,"conversation":"g:5","after":4}""",
            """{"msgid":134,"limit":5,"archived":true,"cursor":"x"}""", """{"msgid":135,"conversation":"g:5","draft":"d"}""", """{"msgid":137,"text":"word","conversation":"g:5","limit":5}""",
            """{"msgid":138,"name":"a.png","type":"image/png","size":5,"sha256":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}""", """{"msgid":139}""", """{"msgid":140,"device":"d-1","name":"n","push":{"provider":"p","token":"t"}}""",
            """{"msgid":141,"jwt":"a.b.c"}""", """{"msgid":143,"conversation":"g:5","seq":4,"reason":"spam"}""", """{"msgid":99}""", """{"msgid":"6"}""", """{ "msgid" : 104 , "ref" : -7 }""",
        }.Select(Utf8),
        // every kind, with nothing and with a little of what others have
        .. Enumerable.Range(0, 150).SelectMany(kind => new[] { Utf8($$"""{"msgid":{{kind}},"ref":{{kind}}}"""), Utf8($$"""{"msgid":{{kind}},"conversation":"g:5","group":5,"id":3,"seq":4,"limit":9}""") }),
        Utf8("{\"msgid\":104}\n{\"msgid\":104}\0garbage\n{\"msgid\":104}"),
    ];

    public override IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "\"ref\":1", "\"ref\":\"x\"", "\"id\":3", "\"id\":4", "\"name\":\"mallory\"", "\"toid\":17", "\"msg\":\"x\"", "\"cmid\":\"c\"", "\"seq\":1", "\"ts\":1", "\"offline\":1", "\"conversation\":\"d:3:17\"",
            "\"conversation\":\"g:5\"", "\"group\":5", "\"members\":[1]", "\"mentions\":\"all\"", "\"thread\":1", "\"reply\":1", "\"\\u006dsgid\":6", "\"\\u0069d\":9", "\"\\ud800\":1", "\"time\":\"t\"", "\"limit\":1", "\"device\":{}",
            "\"keep_days\":1", "\"cursor\":\"\"", "\"action\":\"add\"", "\"role\":\"admin\"", "\"users\":[]", ",\"msgid\":10", "\"attachments\":[{}]", "\"text\":\"t\"", "\"until\":1", "\"to\":4", "\"all\":true",
        }.Select(Utf8),
    ];

    public override string Run(byte[] input)
    {
        var frames = FramesOf(input);
        var outcome = new StringBuilder();
        foreach (var (status, frame, isSpaced) in frames)
        {
            var request = IncomingFrame.ToRequest(status, new(frame), isSpaced, MaxFrameBytes, readAt: 1);
            CheckRefusal(request, request is InvalidRequest { Error: var error } ? error : ErrorCode.TooFast, request is InvalidRequest { Reason: var reason } ? reason : "too fast");
            switch (request)
            {
                case SendMessageRequest message:
                    CheckMessage(message);
                    break;
                case { Number: > 0 }:
                    CheckWritten(request);
                    break;
            }

            if (outcome.Length < 200)
                outcome.Append(request.GetType().Name).Append(request is InvalidRequest { Reason: var why } ? Digits().Replace(why, "N") : "").Append(';');
        }

        return outcome.ToString();
    }

    static List<(FrameStatus Status, byte[] Frame, bool IsSpaced)> FramesOf(byte[] input)
    {
        var (reader, buffer) = (new FrameReader(MaxFrameBytes), new System.Buffers.ReadOnlySequence<byte>(input));
        var found = new List<(FrameStatus, byte[], bool)>();
        while (reader.Read(ref buffer, out var frame) is var status && status != FrameStatus.NeedMore && found.Count < 8)
            found.Add((status, System.Buffers.BuffersExtensions.ToArray(frame), reader.IsSpaced));
        return found;
    }

    static void CheckRefusal(Request request, ErrorCode error, string reason)
    {
        Require(error != ErrorCode.None, "a refusal without an errno");
        Require(reason.Length > 0, "a refusal without a reason");
        var frame = Refusal.Of(request, error, reason);
        Require(frame[^1] == (byte)'\n' && frame.AsSpan(0, frame.Length - 1).IndexOf((byte)'\n') < 0, "a refusal is not one line");
        using var json = JsonDocument.Parse(frame);
        Require(json.RootElement.GetProperty("errno").GetInt32() == (int)error, "a refusal with another errno");
        var hasRef = json.RootElement.TryGetProperty("ref", out var found);
        Require(hasRef != request.Ref.IsNone && (!hasRef || found.GetRawText() == Encoding.UTF8.GetString(request.Ref.Token.Span)), "a refusal with another ref");
    }

    static void CheckMessage(SendMessageRequest message)
    {
        Require(message.TargetId > 0, "a message for nobody");
        var read = message.WithReferences();
        if (read is InvalidRequest { Error: var error, Reason: var reason } invalid)
            CheckRefusal(invalid, error, reason);
        else
            CheckBody((SendMessageRequest)read);
        CheckBody(message);
    }

    /// <summary>As a node does that has found the claims of the message to be true.</summary>
    static void CheckBody(SendMessageRequest message)
    {
        if (message.SenderId is { } id && id != Sender.Id || !message.IsFrom(Sender))
            return;
        var body = message.BuildBody(Sender).Stamp(1_795_410_443_660);
        using var json = JsonDocument.Parse(body);
        var root = json.RootElement;
        Require(root.GetProperty("id").GetInt32() == Sender.Id && root.GetProperty("name").GetString() == Sender.Name, "a message in another's name");
        Require(root.GetProperty("msgid").GetInt32() == (message.IsGroup ? 10 : 6) && root.GetProperty(message.IsGroup ? "groupid" : "toid").GetInt32() == message.TargetId, "a body for somebody else");
        Require(root.GetProperty("msg").ValueKind == JsonValueKind.String && root.GetProperty("time").ValueKind == JsonValueKind.String, "a body without a text or a time");
        Require(!root.EnumerateObject().Any(member => member.Name is "seq" or "ts" or "cmid" or "ref" or "conversation" or "offline"), "a body with a key that only the server says");
        Require(body.Span.IndexOfAnyInRange((byte)0, (byte)0x1F) < 0, "a body with a line end");
        Require(Encoding.UTF8.GetByteCount(ChangedBody.TextOf(body.Span)) == message.TextBytes, "the size of the text is another one");
        using var push = JsonDocument.Parse(ChatBody.ToPush(body.Span, Conversation, message.Cmid, 42, 1, references: message.References.ToBytes()));
        Require(push.RootElement.GetProperty("seq").GetInt64() == 42 && push.RootElement.GetProperty("conversation").GetString() == "d:3:17", "a push with another number");
        using var edited = JsonDocument.Parse(ChangedBody.WithText(body.Span, "new \"text\""));
        Require(edited.RootElement.GetProperty("msg").GetString() == "new \"text\"", "an edit that does not take");
    }

    /// <summary>What was read and can be written is read again as the same.</summary>
    static void CheckWritten(Request request)
    {
        var written = request.ToBytes();
        var again = RequestReader.Read(written[..^1], isSpaced: false);
        Require(again.GetType() == request.GetType() && again.ToBytes().AsSpan().SequenceEqual(written), $"{request.GetType().Name} is written as something else");
    }

    [GeneratedRegex("[0-9A-F]{2,}|[0-9]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Digits();
}
