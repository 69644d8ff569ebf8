using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

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
        var isBackwards = request.After is null;
        var hiddenTo = asker.SpeaksNext ? await views.HiddenToAsync(asker.UserId, id) : await views.UnseenToAsync(asker.UserId, id); // clients of version 2 take a hole in the numbers for a loss
        if (asker.SpeaksNext && request.Problem is { } problem)
            return Reply.Fail(ErrorCode.Malformed, problem);
        if (asker.SpeaksNext && (request.Thread > 0 || request.Seqs.Count > 0))
            return await FetchSomeAsync(request, asker, hiddenTo);
        var from = isBackwards ? request.Before ?? long.MaxValue : Math.Max(request.After!.Value, hiddenTo);
        var (rows, isCut) = await log.ReadPageAsync(id, from, isBackwards, request.Limit + 1, maxFrameBytes);
        var hasMore = rows.RemoveAll(row => row.Seq <= hiddenTo) == 0 && isCut;
        if (rows.Count > request.Limit)
        {
            hasMore = true;
            rows.RemoveAt(isBackwards ? 0 : rows.Count - 1);
        }

        var pushes = await changes.PushesAsync(id, rows, asker);
        return Reply.Ok(ModernFrames.History(request.Ref, pushes, isBackwards, hasMore, maxFrameBytes, FloorOf(asker, hiddenTo)));
    }

    /// <summary>Messages that are not beside each other: of a thread, or by their numbers. Those that are not there, or not shown, are left out.</summary>
    async Task<Reply> FetchSomeAsync(FetchHistoryRequest request, Asker asker, long hiddenTo)
    {
        var (id, root, limit) = (request.Conversation, request.Thread, request.Limit);
        var isBackwards = root > 0 && request.After is null;
        IReadOnlyList<long> seqs = root == 0
            ? request.Seqs
            : isBackwards
                ? await threads.BeforeAsync(id, root, request.Before ?? long.MaxValue, limit + 1)
                : await threads.AfterAsync(id, root, Math.Max(request.After!.Value, hiddenTo), limit + 1);
        var hasMore = root > 0 && seqs.Count > limit;
        if (hasMore)
            seqs = [.. isBackwards ? seqs.Skip(seqs.Count - limit) : seqs.Take(limit)];
        var rows = await ReadAsync(id, [.. seqs.Where(seq => seq > hiddenTo)], isBackwards);
        var pushes = await changes.PushesAsync(id, rows.Rows, asker, areTogether: false);
        hasMore |= rows.IsCut;
        return Reply.Ok(ModernFrames.History(request.Ref, pushes, isBackwards, hasMore, maxFrameBytes, FloorOf(asker, hiddenTo)));
    }

    /// <summary>As many of them as fill a frame; the newest if they are asked for from the end.</summary>
    async Task<LogPage> ReadAsync(ConversationId id, long[] seqs, bool isBackwards)
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
            if (bytes > maxFrameBytes)
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
