using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Erasure;

/// <summary>
/// The conversations of a user, and what was said in them, as far as the user sees it; of groups that the user has left, its own messages alone.
/// </summary>
/// <param name="walk">Finds the conversations.</param>
/// <param name="log">What was said.</param>
/// <param name="changes">What has become of it.</param>
sealed class MessageExport(ErasedMessages walk, MessageLogStore log, MessageChangeStore changes)
{
    const int MaxPageBytes = 1024 * 1024;

    /// <summary>Pages of conversations that are looked at for one page of the export, where there is nothing of the user.</summary>
    const int PagesInPage = 20;

    public async Task<ExportPage> ConversationsAsync(int userId, ExportPlace place)
    {
        var all = (await log.ConversationsOfAsync(userId)).OrderBy(row => row.A).ThenBy(row => row.B).ToList();
        var rows = all.SkipWhile(row => row.A < place.After.A || (row.A == place.After.A && row.B <= place.After.B)).Take(UserExport.AtOnce).ToList();
        var lines = rows.ConvertAll(row => UserExport.Line("conversation", writer =>
        {
            writer.WriteString("conversation", row.Conversation.ToString());
            writer.WriteNumber("head", row.Head);
            writer.WriteNumber("received", MarkStanding.Trusted(row.ReceivedTo, row.Head));
            writer.WriteNumber("read", MarkStanding.TrustedRead(row.ReadTo, row.Head));
            writer.WriteBoolean("archived", row.IsArchived);
        }));
        return new ExportPage(
            lines, rows.Count == UserExport.AtOnce ? place with { After = new ErasurePlace(0, (int)rows[^1].A, (int)rows[^1].B, ErasurePlace.End) } : UserExport.Behind(place));
    }

    public async Task<ExportPage> ReadAsync(int userId, ExportPlace begin)
    {
        var seen = (await log.ConversationsOfAsync(userId)).ToDictionary(row => row.Conversation, row => Math.Max(0, row.JoinSeq - 1));
        var place = begin.After;
        Queue<ConversationId> ahead = [];
        for (var pages = 0; pages < PagesInPage; pages++)
        {
            if (place.Seq == ErasurePlace.End)
            {
                if (ahead.Count == 0)
                    ahead = new Queue<ConversationId>(await walk.NextAsync(userId, place));
                if (!ahead.TryDequeue(out var next))
                {
                    if (place.Stage + 1 >= ErasedMessages.Stages)
                        return new ExportPage([], null);
                    place = new ErasurePlace(place.Stage + 1, 0, 0, ErasurePlace.End);
                    continue;
                }

                place = new ErasurePlace(place.Stage, next.A, next.B, seen.GetValueOrDefault(next));
            }

            var id = ConversationId.FromStored(place.A, place.B);
            var rows = seen.ContainsKey(id) ? (await log.ReadPageAsync(id, place.Seq, isBackwards: false, UserExport.AtOnce, MaxPageBytes)).Rows : null;
            var to = rows is null ? await walk.EndOfPageAsync(id, place.Seq) : rows.Count > 0 ? rows[^1].Seq : null;
            if (to is not { } end)
            {
                place = place with { Seq = ErasurePlace.End };
                continue;
            }

            rows ??= await OwnAsync(id, place.Seq, end, userId);
            place = place with { Seq = end };
            if (rows.Count > 0)
                return new ExportPage(await LinesAsync(id, rows, userId), begin with { After = place });
        }

        return new ExportPage([], begin with { After = place });
    }

    async Task<List<LogRow>> OwnAsync(ConversationId id, long after, long to, int userId)
    {
        var own = await walk.OwnAsync(id, after, to, userId);
        return own.Count == 0 ? [] : [.. (await log.ReadAtAsync([.. own.Select(message => (id, message.Seq))])).Values.OrderBy(row => row.Seq)];
    }

    async Task<List<byte[]>> LinesAsync(ConversationId id, List<LogRow> rows, int userId)
    {
        var states = (await changes.StatesAsync(id, rows.ConvertAll(row => row.Seq), userId)).ToDictionary(state => state.Seq);
        return rows.ConvertAll(row =>
        {
            var body = ChangedBody.WithoutReferences(ChangedBody.WithoutState(row.Body.Span));
            var push = ChatBody.ToPush(body, id, row.Cmid, row.Seq, row.Ts, references: row.References.Span);
            return UserExport.Line("message", states.TryGetValue(row.Seq, out var state) ? state.AddTo(push) : push);
        });
    }
}
