using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Contracts;

/// <summary>
/// An accepted message on its way to its receivers. <c>Seq</c> is 0 without a history; <c>OriginSession</c> is the
/// session that sent it (0 when unknown), which gets no copy.
/// </summary>
sealed record AcceptedMessage(
    ConversationId Conversation, long Seq, int Sender, string Cmid, long Ts, ReadOnlyMemory<byte> Body, long OriginSession)
{
    byte[]? _push;
    byte[]? _nextPush;

    /// <summary>What it refers to (<see cref="MessageReferences.ToBytes"/>); empty: nothing.</summary>
    public ReadOnlyMemory<byte> References { get; init; }

    /// <summary>A row of the log; the session that sent it is not known.</summary>
    public static AcceptedMessage Of(LogRow row) =>
        new(row.Conversation, row.Seq, row.Sender, row.Cmid, row.Ts, row.Body, OriginSession: 0) { References = row.References };

    /// <summary>The same message with another body; not a copy of the record, which would keep the push that was made.</summary>
    public AcceptedMessage WithBody(ReadOnlyMemory<byte> body, ReadOnlyMemory<byte> references) =>
        new(Conversation, Seq, Sender, Cmid, Ts, body, OriginSession) { References = references };

    /// <inheritdoc cref="ImportId.IsBridged" />
    public bool IsBridged => ImportId.IsBridged(Conversation, Cmid);

    /// <summary>The push of the modern protocol, made once for all receivers on this node.</summary>
    public ReadOnlyMemory<byte> Push => _push ??= ChatBody.ToPush(Body.Span, Conversation, Cmid, Seq, Ts);

    /// <summary>The same for version 3: with what the message refers to. For most messages it is the same object.</summary>
    public ReadOnlyMemory<byte> NextPush => _nextPush ??= MakeNextPush();

    byte[] MakeNextPush()
    {
        var body = ChangedBody.WithoutReferences(Body.Span);
        if (!References.IsEmpty || body != Body.Span)
            return ChatBody.ToPush(body, Conversation, Cmid, Seq, Ts, references: References.Span);
        return _push ??= ChatBody.ToPush(body, Conversation, Cmid, Seq, Ts);
    }
}
