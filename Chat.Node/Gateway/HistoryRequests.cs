using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>What was said, and in which conversations something is new.</summary>
sealed class HistoryRequests(ContactStore contacts, ChangeRequests changes, MessageLogStore log, ConversationViews views, NodeTimes times, int maxFrameBytes, TimeProvider clock)
{
    public async Task<Reply> FetchAsync(FetchHistoryRequest request, Asker asker)
    {
        var id = request.Conversation;
        if (!await contacts.TakesPartAsync(asker.UserId, id))
            return Reply.Fail(ErrorCode.NotYours, Refusal.NotYours(id));
        var isBackwards = request.After is null;
        var hiddenTo = asker.SpeaksNext ? await views.HiddenToAsync(asker.UserId, id) : 0; // clients of version 2 take a hole in the numbers for a loss
        var rows = isBackwards
            ? await log.ReadBeforeAsync(id, request.Before ?? long.MaxValue, request.Limit + 1)
            : await log.ReadAfterAsync(id, Math.Max(request.After!.Value, hiddenTo), request.Limit + 1);
        rows.RemoveAll(row => row.Seq <= hiddenTo);
        var hasMore = rows.Count > request.Limit;
        if (hasMore)
            rows.RemoveAt(isBackwards ? 0 : rows.Count - 1);
        var pushes = await changes.PushesAsync(id, rows, asker);
        return Reply.Ok(ModernFrames.History(request.Ref, pushes, isBackwards, hasMore, maxFrameBytes));
    }

    public async Task<Reply> SyncAsync(SyncRequest request, Asker asker)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var moment = new SyncMoment(now, times.SlowestAt(now), times.NewestStart); // known before the rows are read
        var rows = await log.ConversationsOfAsync(asker.UserId);
        var page = SyncPage.Make(rows, SyncToken.TryDecode(request.Since), moment, maxFrameBytes, asker.SpeaksNext ? asker.UserId : null);
        return Reply.Ok(ModernFrames.Sync(request.Ref, page.Token.Encode(), page.Entries, page.HasMore));
    }
}
