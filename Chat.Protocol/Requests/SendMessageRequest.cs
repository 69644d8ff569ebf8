using System.Text;
using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>
/// 6 and 10: a message to a user or a group. Keeps the bytes of the object that was sent, so that the text goes to its
/// receivers as it came, and builds from them the <see cref="ChatBody"/> that is logged and delivered.
/// </summary>
public sealed record SendMessageRequest : Request
{
    /// <summary>The longest <c>time</c>, in bytes.</summary>
    public const int MaxTimeBytes = 64;

    /// <summary>The longest <c>cmid</c>, in code points.</summary>
    public const int MaxCmidCodePoints = 64;

    readonly ChatObjectTokens _tokens;

    /// <summary>The object as it came, if it has keys that make no message; else null.</summary>
    readonly byte[]? _withOthers;

    internal SendMessageRequest(ChatObjectTokens tokens, byte[]? withOthers = null) => (_tokens, _withOthers) = (tokens, withOthers);

    /// <summary>Whether it is for a group (10), else for a user (6).</summary>
    public bool IsGroup { get; internal init; }

    /// <summary>The user's or the group's id.</summary>
    public int TargetId { get; internal init; }

    /// <summary>The <c>id</c> in the object: must be the session's own.</summary>
    public int? SenderId { get; internal init; }

    /// <summary>The client's own message id, which a retry repeats.</summary>
    public string? Cmid { get; internal init; }

    /// <summary>What the message refers to, as <see cref="WithReferences"/> has read it.</summary>
    public MessageReferences References { get; private init; } = MessageReferences.None;

    /// <summary>When its bytes were read, by <see cref="System.Diagnostics.Stopwatch"/>: for whoever takes it from a socket; 0: nobody has said.</summary>
    public long ReceivedAt { get; set; }

    /// <summary>Size of the text in UTF-8, escapes undone.</summary>
    public int TextBytes { get; internal init; }

    /// <summary>A message of a client, with the <c>ref</c> that its reply repeats and the id that a retry repeats.</summary>
    public static byte[] ToBytes(bool isGroup, int targetId, string text, string cmid, long requestRef, MessageReferences? references = null) =>
        RequestBytes.Write(isGroup ? MessageKind.GroupChat : MessageKind.DirectChat, requestRef, writer =>
        {
            writer.WriteText("cmid", cmid);
            writer.WriteNumber(isGroup ? "groupid" : "toid", targetId);
            writer.WriteText("msg", text);
            references?.WriteMembers(writer);
        });

    internal static Request Read(ref RequestFields fields, RequestKey target)
    {
        if (!TryInteger(ref fields, target, 1, out var targetId))
            return NoInteger(target);
        if (!OptionalInteger(ref fields, RequestKey.Id, int.MinValue, int.MaxValue, out var sender))
            return NoInteger(RequestKey.Id);
        if (fields[RequestKey.Msg].Type != JsonTokenType.String)
            return NoString(ref fields, RequestKey.Msg);
        if (fields[RequestKey.Name] is { IsMissing: false, Type: not JsonTokenType.String })
            return NoString(ref fields, RequestKey.Name);
        if (fields[RequestKey.Time] is { IsMissing: false } time
            && (time.Type != JsonTokenType.String || RequestReader.Utf8Length(fields.Bytes(RequestKey.Time).Span) > SendMessageRequest.MaxTimeBytes))
            return Invalid($"\"time\" must be a string of at most {SendMessageRequest.MaxTimeBytes} bytes");
        if (!OptionalString(ref fields, RequestKey.Cmid, out var cmid)
            || (cmid is not null && (cmid.Length == 0 || RequestReader.CodePoints(cmid) > SendMessageRequest.MaxCmidCodePoints)))
            return Invalid($"\"cmid\" must be a string of 1 to {SendMessageRequest.MaxCmidCodePoints} code points");

        var text = fields.Bytes(RequestKey.Msg);
        var isCanonical = fields.IsCanonical
            && !fields[RequestKey.Id].IsMissing && !fields[RequestKey.Name].IsMissing && !fields[RequestKey.Time].IsMissing;
        var rewrite = fields.HasLooseEscapes || (fields.HasOthers && !isCanonical);
        return new SendMessageRequest(rewrite
            ? ChatObjectTokens.Rewrite(fields.Frame)
            : new ChatObjectTokens(fields.Frame, isCanonical, text, fields.Bytes(RequestKey.Name), fields.Bytes(RequestKey.Time)), fields.HasOthers ? fields.Frame : null)
        {
            Ref = fields.Ref, // here, so that the most frequent request is not copied for it
            IsGroup = target == RequestKey.GroupId,
            TargetId = (int)targetId,
            SenderId = (int?)sender,
            Cmid = cmid,
            TextBytes = rewrite ? RequestReader.Utf8Length(text.ToArray()) : RequestReader.Utf8Length(text.Span),
        };
    }

    /// <summary>
    /// The same as a client of version 3 of the protocol means it: keys that say what the message refers to are no part of its body. In messages of
    /// other clients they are the sender's own. An <see cref="InvalidRequest"/> says what is wrong with them.
    /// </summary>
    public Request WithReferences()
    {
        if (_withOthers is null)
            return this;
        using var document = JsonDocument.Parse(_withOthers);
        if (!document.RootElement.EnumerateObject().Any(member => MessageReferences.IsKey(member.Name)))
            return this;
        if (document.RootElement.FindRepeated(MessageReferences.Keys) is { } repeated)
            return Invalid($"\"{repeated}\" is there twice: once is expected") with { Ref = Ref };
        if (MessageReferences.TryRead(document.RootElement, out var references) is { } problem)
            return Invalid(problem) with { Ref = Ref };
        return new SendMessageRequest(ChatObjectTokens.Rewrite(_withOthers, withReferences: false))
        {
            Ref = Ref,
            ReceivedAt = ReceivedAt,
            IsGroup = IsGroup,
            TargetId = TargetId,
            SenderId = SenderId,
            Cmid = Cmid,
            TextBytes = TextBytes,
            References = references,
        };
    }

    /// <summary>Whether the <c>name</c> in the object is missing or this one.</summary>
    public bool IsFrom(ChatSender sender) => _tokens.NameIsMissingOr(sender.Name);

    /// <summary>The object as it is logged and delivered: canonical, with what the sender left out filled in.</summary>
    public ChatBody BuildBody(ChatSender sender) => _tokens.Compose(IsGroup, TargetId, sender);
}

/// <summary>Who sends: the id and name of the logged-in user.</summary>
public sealed class ChatSender(int id, string name)
{
    /// <summary>The user's id.</summary>
    public int Id => id;

    /// <summary>The user's name.</summary>
    public string Name => name;

    /// <summary>The name as a JSON token.</summary>
    public ReadOnlyMemory<byte> NameToken { get; } = JsonText.Quote(name);

    /// <summary>The id in digits.</summary>
    public ReadOnlyMemory<byte> IdToken { get; } = Encoding.UTF8.GetBytes(id.ToString());
}
