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

    /// <summary>A row of the log; the session that sent it is not known.</summary>
    public static AcceptedMessage Of(LogRow row) => new(row.Conversation, row.Seq, row.Sender, row.Cmid, row.Ts, row.Body, OriginSession: 0);

    /// <summary>The same message with another body; not a copy of the record, which would keep the push that was made.</summary>
    public AcceptedMessage WithBody(ReadOnlyMemory<byte> body) => new(Conversation, Seq, Sender, Cmid, Ts, body, OriginSession);

    /// <summary>Nobody has sent it: it tells what has become of a group, those who are here.</summary>
    public bool IsSystem => Sender == 0;

    /// <inheritdoc cref="ImportId.IsBridged" />
    public bool IsBridged => ImportId.IsBridged(Conversation, Cmid);

    /// <summary>The push of the modern protocol, made once for all receivers on this node.</summary>
    public ReadOnlyMemory<byte> Push => _push ??= ChatBody.ToPush(Body.Span, Conversation, Cmid, Seq, Ts);
}
