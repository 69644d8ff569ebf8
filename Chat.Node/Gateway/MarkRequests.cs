using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>How far a user has read, and others have.</summary>
sealed class MarkRequests(
    MarkQueue marks, ReceiptStore receipts, ContactStore contacts, ConversationViews views, Lazy<IActorRef> users, Lazy<NoticeBoard> notices, int maxFrameBytes,
    TimeProvider clock)
{
    /// <summary>Answered when the mark is stored, with whatever else gathered meanwhile.</summary>
    /// <exception cref="TimeoutException">Nobody knows whether it is stored; the same mark again does no harm.</exception>
    public async Task<Reply> ReadAsync(ReadRequest request, Asker asker, TimeSpan patience)
    {
        var (userId, id) = (asker.UserId, request.Conversation);
        if (!id.IsGroup && !id.IsBetween(userId))
            return Reply.Fail(ErrorCode.NotYours, Refusal.NotYours(id));
        var verdict = await RaiseAsync(asker, id, request.Seq).WaitAsync(patience, clock);
        var error = verdict.Outcome switch
        {
            MarkOutcome.Stored => ErrorCode.None,
            MarkOutcome.NotYours => ErrorCode.NotYours,
            _ => ErrorCode.Malformed,
        };
        if (error != ErrorCode.None)
            return new Reply(error, "", Refusal.OfMark(request.Ref, id, request.Seq, error, verdict.Head));
        return request.Ref.IsNone ? Reply.None : Reply.Ok(ModernFrames.Success(request.Ref));
    }

    /// <summary>Others, and the user's other devices, are told when it is stored, also if nobody has waited so long: the same mark again would be no news.</summary>
    async Task<MarkVerdict> RaiseAsync(Asker asker, ConversationId id, long readTo)
    {
        var userId = asker.UserId;
        var verdict = (await marks.RaiseAsync([new DeliveryMark(userId, id, 0, 0, readTo)]))[0];
        if (verdict.Receipt is { } receipt && MarkStored.IsTold(id))
            users.Value.Tell(new MarkStored(userId, id, receipt.Received, receipt.Read));
        if (id.IsGroup && verdict.ShownRead is { } shown)
            notices.Value.TellRead(id, userId, shown);
        if (verdict.IsNewsToDevices)
            notices.Value.TellUser(userId, new ConversationReadPush(id, readTo).ToBytes(), asker.SessionId);
        return verdict;
    }

    public async Task<Reply> ReceiptsAsync(GetReceiptsRequest request, Asker asker)
    {
        var (id, seq) = (request.Conversation, request.Seq);
        if (!await contacts.TakesPartAsync(asker.UserId, id))
            return Reply.Fail(ErrorCode.NotYours, Refusal.NotYours(id));
        if (seq <= await views.UnseenToAsync(asker.UserId, id) || await receipts.CountAsync(id, seq) is not { } counts)
            return Reply.Fail(ErrorCode.NotYours, $"there is no message {seq} in {id}");
        var who = await receipts.WhoAsync(id, seq, counts, request.After, request.Limit + 1);
        var hasMore = who.Count > request.Limit;
        if (hasMore)
            who.RemoveAt(who.Count - 1);
        return Reply.Ok(new ReceiptsReply(counts.Members, counts.Received, counts.HasRead, who, hasMore).ToBytes(request.Ref, maxFrameBytes));
    }
}
