namespace Chat.Protocol;

/// <summary>
/// A message of the history or of a queue, as one client is told it: never larger than what there is room for. It may be larger as it is stored, because people react to it, because others
/// have written into the table, or because an operator has made frames smaller. Then it comes without what does not fit, and says so.
/// </summary>
/// <param name="Body">A canonical body.</param>
/// <param name="Conversation">Where it belongs, if known.</param>
/// <param name="Cmid">The sender's message id, if it gave one.</param>
/// <param name="Seq">The number in the conversation; 0 without a history.</param>
/// <param name="Ts">Milliseconds since 1970, UTC; 0 when unknown.</param>
public sealed record DeliveredMessage(ReadOnlyMemory<byte> Body, ConversationId? Conversation, string? Cmid, long Seq, long Ts)
{
    /// <summary>The row of the offline queue, for a queued message that has no number.</summary>
    public long OfflineId { get; init; }

    /// <summary>What it refers to (<see cref="MessageReferences.ToBytes"/>), for clients of version 3.</summary>
    public ReadOnlyMemory<byte> References { get; init; }

    /// <summary>What has become of it; null: nothing, or it is not told here.</summary>
    public MessageState? State { get; init; }

    /// <summary>The thread that has begun with it; null: none, or it is not told here.</summary>
    public ThreadSummary? Thread { get; init; }

    /// <summary>
    /// The push (<see cref="ChatBody.ToPush"/>). What does not fit is left out in this order: reactions, the keys that its sender made up, the end of the text, what it refers to.
    /// </summary>
    /// <param name="room">Bytes, the line end too.</param>
    public byte[] ToPush(int room)
    {
        var push = Make();
        return push.Length <= room ? push : MakeSmaller(room);
    }

    byte[] MakeSmaller(int room)
    {
        var cut = this with { State = State?.WithoutReactions() };
        if (cut.State != State && cut.MakeCut(ChangedBody.WithoutMark(Body.Span)) is var withoutReactions && withoutReactions.Length <= room)
            return withoutReactions;
        var body = ChangedBody.WithoutOwnKeys(Body.Span);
        foreach (var each in (DeliveredMessage[])[cut, cut with { References = default }])
        {
            var push = each.MakeCut(body);
            if (push.Length > room)
                push = each.MakeCut(ChangedBody.WithShorterText(body, push.Length - room));
            if (push.Length <= room)
                return push;
        }

        return (cut with { References = default }).MakeCut(ChangedBody.Empty); // only others than we write such names and times
    }

    byte[] MakeCut(byte[] body)
    {
        var push = (this with { Body = body }).Make();
        return [.. push.AsSpan(0, push.Length - 2), .. ",\"truncated\":true}\n"u8];
    }

    byte[] Make()
    {
        var push = ChatBody.ToPush(Body.Span, Conversation, Cmid, Seq, Ts, OfflineId, References.Span);
        push = State?.AddTo(push) ?? push;
        return Thread?.AddTo(push) ?? push;
    }
}
