using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>A page of a history.</summary>
/// <param name="Pushes">Its messages, ascending; there may be more of them than have room in a frame.</param>
/// <param name="IsBackwards">Whether it ends where it was asked for, and not begins: what has no room is left out in front.</param>
/// <param name="HasMore">Whether there are others further on.</param>
/// <param name="Floor">Messages below it are not shown; 0: all are.</param>
sealed record HistoryPage(IReadOnlyList<byte[]> Pushes, bool IsBackwards, bool HasMore, long Floor);

/// <summary>What was said, and in which conversations something is new.</summary>
sealed class HistoryRequests(
    ContactStore contacts, ChangeRequests changes, MessageLogStore log, ThreadStore threads, ConversationViews views, NodeTimes times, int maxFrameBytes, TimeProvider clock)
{
    /// <summary>Of messages that are not beside each other.</summary>
    const int RowsAtOnce = 100;

    public async Task<Reply> FetchAsync(FetchHistoryRequest request, Asker asker)
    {
        var id = request.Conversation;
        if (!await contacts.TakesPartAsync(asker.UserId, id))
            return Reply.Fail(ErrorCode.NotYours, Refusal.NotYours(id));
        if (asker.SpeaksNext && request.Problem is { } problem)
            return Reply.Fail(ErrorCode.Malformed, problem);
        var page = await ReadAsync(request, asker, HistoryReply.Room(request.Ref, maxFrameBytes));
        return Reply.Ok(ModernFrames.History(request.Ref, page.Pushes, page.IsBackwards, page.HasMore, maxFrameBytes, page.Floor));
    }

    /// <summary>The messages that are asked for, of a request that is as it should be, by somebody who may ask.</summary>
    /// <param name="request">Which.</param>
    /// <param name="asker">To whom they are shown.</param>
    /// <param name="maxBytes">No more of them are read than have this room, and one more. None is larger: what does not fit is left out of it.</param>
    public async Task<HistoryPage> ReadAsync(FetchHistoryRequest request, Asker asker, int maxBytes)
    {
        var id = request.Conversation;
        var isBackwards = request.After is null;
        var hiddenTo = asker.SpeaksNext ? await views.HiddenToAsync(asker.UserId, id) : await views.UnseenToAsync(asker.UserId, id); // clients of version 2 take a hole in the numbers for a loss
        if (asker.SpeaksNext && (request.Thread > 0 || request.Seqs.Count > 0))
            return await ReadSomeAsync(request, asker, hiddenTo, maxBytes);
        var from = isBackwards ? request.Before ?? long.MaxValue : Math.Max(request.After!.Value, hiddenTo);
        var (rows, isCut) = await log.ReadPageAsync(id, from, isBackwards, request.Limit + 1, maxBytes);
        var hasMore = rows.RemoveAll(row => row.Seq <= hiddenTo) == 0 && isCut;
        if (rows.Count > request.Limit)
        {
            hasMore = true;
            rows.RemoveAt(isBackwards ? 0 : rows.Count - 1);
        }

        return new HistoryPage(await changes.PushesAsync(id, rows, asker, maxBytes), isBackwards, hasMore, FloorOf(asker, hiddenTo));
    }

    /// <summary>Messages that are not beside each other: of a thread, or by their numbers. Those that are not there, or not shown, are left out.</summary>
    async Task<HistoryPage> ReadSomeAsync(FetchHistoryRequest request, Asker asker, long hiddenTo, int maxBytes)
    {
        var (id, root, limit) = (request.Conversation, request.Thread, request.Limit);
        var isBackwards = root > 0 && request.After is null;
        IReadOnlyList<long> seqs = root == 0
            ? request.Seqs
            : isBackwards
                ? await threads.BeforeAsync(id, root, request.Before ?? long.MaxValue, limit + 1)
                : await threads.AfterAsync(id, root, Math.Max(request.After!.Value, hiddenTo), limit + 1);
        seqs = [.. seqs.Where(seq => seq > hiddenTo)]; // before it is said that there are more: below the first that is shown there are none
        var hasMore = root > 0 && seqs.Count > limit;
        if (hasMore)
            seqs = [.. isBackwards ? seqs.Skip(seqs.Count - limit) : seqs.Take(limit)];
        var rows = await ReadRowsAsync(id, [.. seqs], isBackwards, maxBytes);
        var pushes = await changes.PushesAsync(id, rows.Rows, asker, maxBytes, areTogether: false);
        hasMore = (hasMore || rows.IsCut) && pushes.Count > 0; // without a message there is no number to go on from
        return new HistoryPage(pushes, isBackwards, hasMore, FloorOf(asker, hiddenTo));
    }

    /// <summary>As many of them as fill the room; the newest if they are asked for from the end.</summary>
    async Task<LogPage> ReadRowsAsync(ConversationId id, long[] seqs, bool isBackwards, int maxBytes)
    {
        var rows = new List<LogRow>();
        var (bytes, read) = (0L, 0);
        var ordered = seqs.Distinct().Order().ToArray();
        if (isBackwards)
            Array.Reverse(ordered);
        foreach (var some in ordered.Chunk(RowsAtOnce))
        {
            var found = await log.ReadAtAsync([.. some.Select(seq => (id, seq))]);
            rows.AddRange(found.Values);
            bytes += found.Values.Sum(row => (long)row.Body.Length);
            read += some.Length;
            if (bytes > maxBytes)
                break;
        }

        rows.Sort((one, other) => one.Seq.CompareTo(other.Seq));
        return new LogPage(rows, read < ordered.Length);
    }

    /// <summary>Below it nothing is shown; version 2 knows no such number.</summary>
    static long FloorOf(Asker asker, long hiddenTo) => asker.SpeaksNext && hiddenTo > 0 ? hiddenTo + 1 : 0;

    public async Task<Reply> SyncAsync(SyncRequest request, Asker asker)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var moment = new SyncMoment(now, times.SlowestAt(now), times.NewestStart); // known before the rows are read
        var rows = await log.ConversationsOfAsync(asker.UserId);
        var page = SyncPage.Make(rows, SyncToken.TryDecode(request.Since), moment, maxFrameBytes, asker.SpeaksNext ? asker.UserId : null);
        return Reply.Ok(ModernFrames.Sync(request.Ref, page.Token.Encode(), page.Entries, page.HasMore));
    }
}
