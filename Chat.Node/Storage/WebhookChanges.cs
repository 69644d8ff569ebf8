using System.Data.Common;
using System.Text;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>What became of a message. The values are stored.</summary>
enum ChangedKind
{
    Edited = 1,
    Recalled = 2,
    Reacted = 3,
}

/// <summary>A change of a message, with the message as it is by now, for the product's own servers.</summary>
sealed class ChangedMessage
{
    public long Seq { get; init; }

    public ChangedKind Kind { get; init; }

    /// <summary>The conversation's rev when the message was changed so last.</summary>
    public long Rev { get; init; }

    /// <summary>When the message was changed last, in milliseconds since 1970, UTC.</summary>
    public long Changed { get; init; }

    public long Edited { get; init; }

    public int RecalledBy { get; init; }

    public long Recalled { get; init; }

    public int Sender { get; init; }

    /// <summary>As the database gives it: <see cref="SqlDialect.TextOf"/>.</summary>
    public object? Cmid { get; init; }

    /// <summary>When it was sent.</summary>
    public long Ts { get; init; }

    public byte[] Body { get; init; } = [];

    public SortedDictionary<string, int> Reactions { get; } = new(StringComparer.Ordinal);
}

/// <summary>
/// Which changes endpoints lack: of each message and kind the last rev, and a mark for the conversation. Written in the transaction of the change, so neither is
/// there without the other, and gone when every endpoint has all of it.
/// </summary>
sealed class WebhookChanges(IChatDatabase database, WebhookOutbox outbox)
{
    sealed class MarkRow
    {
        public int A { get; init; }

        public int B { get; init; }

        public long First { get; init; }

        public long Version { get; init; }

        public WebhookMark ToMark() => new(ConversationId.FromStored(A, B), First, Version, IsOfChanges: true);
    }

    sealed class CursorRow
    {
        public long Endpoint { get; init; }

        public int A { get; init; }

        public int B { get; init; }

        public long Rev { get; init; }

        public int Attempts { get; init; }

        public long? Failing { get; init; }

        public long Due { get; init; }

        public WebhookCursor ToCursor() => new(Endpoint, ConversationId.FromStored(A, B), Rev, Attempts, Failing, Due, IsOfChanges: true);
    }

    sealed class ReactionRow
    {
        public long Seq { get; init; }

        public byte[] Emoji { get; init; } = [];

        public long Total { get; init; }
    }

    /// <summary>Last of all that is written of changes. What no endpoint wants is not written.</summary>
    public async Task MarkAsync(DbConnection connection, DbTransaction transaction, ChangeSet set)
    {
        var (id, last) = (set.Conversation, 0L);
        foreach (var (message, kind) in set.Messages.SelectMany(message => KindsOf(set, message).Select(kind => (message, kind))).Where(each => outbox.Wants(TypeOf(each.kind))))
        {
            await connection.ExecuteAsync(
                "REPLACE INTO WebhookChange (a, b, seq, kind, rev) VALUES (@A, @B, @Seq, @kind, @Rev)", new { id.A, id.B, message.Seq, kind, message.Rev }, transaction);
            last = message.Rev;
        }

        if (last > 0)
            await connection.ExecuteAsync(database.Dialect.MarkChangesForWebhooks, new { id.A, id.B, first = set.BasisRev + 1, last }, transaction);
    }

    public static string TypeOf(ChangedKind kind) => kind switch
    {
        ChangedKind.Edited => WebhookTypes.MessageEdited,
        ChangedKind.Recalled => WebhookTypes.MessageRecalled,
        _ => WebhookTypes.MessageReacted,
    };

    static IEnumerable<ChangedKind> KindsOf(ChangeSet set, StoredMessage message)
    {
        if (set.Rewritten.Contains(message.Seq))
            yield return message.IsRecalled ? ChangedKind.Recalled : ChangedKind.Edited;
        if (set.Reactions.Any(reaction => reaction.Seq == message.Seq))
            yield return ChangedKind.Reacted;
    }

    /// <summary>Marks behind a conversation, in order, and the cursors of all endpoints in these conversations.</summary>
    public Task<(IReadOnlyList<WebhookMark> Marks, IReadOnlyList<WebhookCursor> Cursors)> MarksAfterAsync(ConversationId? after, int limit) => database.ReadAsync(async connection =>
    {
        var rows = (await connection.QueryAsync<MarkRow>(
            "SELECT a, b, first_rev AS first, version FROM WebhookChangeMark WHERE a >= @a AND (a > @a OR b > @b) ORDER BY a, b LIMIT @limit",
            new { a = after?.A ?? -1, b = after?.B ?? -1, limit })).AsList();
        if (rows.Count == 0)
            return ((IReadOnlyList<WebhookMark>)[], (IReadOnlyList<WebhookCursor>)[]);
        var (first, last) = (rows[0], rows[^1]);
        var cursors = await connection.QueryAsync<CursorRow>(
            """
            SELECT endpoint, a, b, rev, attempts, failing_since AS failing, due FROM WebhookChangeCursor
            WHERE a >= @firstA AND a <= @lastA AND (a > @firstA OR b >= @firstB) AND (a < @lastA OR b <= @lastB)
            """,
            new { firstA = first.A, firstB = first.B, lastA = last.A, lastB = last.B });
        return (
            (IReadOnlyList<WebhookMark>)[.. rows.Select(row => row.ToMark())],
            (IReadOnlyList<WebhookCursor>)[.. cursors.Select(row => row.ToCursor())]);
    });

    /// <summary>The marks of some conversations, as far as there are any, and their cursors.</summary>
    public Task<(IReadOnlyList<WebhookMark> Marks, IReadOnlyList<WebhookCursor> Cursors)> MarksOfAsync(IReadOnlyCollection<ConversationId> conversations) => database.ReadAsync(async connection =>
    {
        var (sql, values) = (database.Dialect.Webhooks, new { ids = SqlDialect.PairsOf(conversations) });
        var marks = await connection.QueryAsync<MarkRow>(sql.ChangeMarks, values);
        var cursors = await connection.QueryAsync<CursorRow>(sql.ChangeCursors, values);
        return ((IReadOnlyList<WebhookMark>)[.. marks.Select(row => row.ToMark())], (IReadOnlyList<WebhookCursor>)[.. cursors.Select(row => row.ToCursor())]);
    });

    /// <summary>Everybody has everything: false if there was a change meanwhile.</summary>
    public Task<bool> ClearAsync(WebhookMark mark) => database.WriteAsync(async (connection, transaction) =>
    {
        var id = mark.Conversation;
        var cleared = await connection.ExecuteAsync(
            "DELETE FROM WebhookChangeMark WHERE a = @A AND b = @B AND version = @Version", new { id.A, id.B, mark.Version }, transaction);
        if (cleared > 0)
        {
            await connection.ExecuteAsync("DELETE FROM WebhookChangeCursor WHERE a = @A AND b = @B", new { id.A, id.B }, transaction);
            await connection.ExecuteAsync("DELETE FROM WebhookChange WHERE a = @A AND b = @B", new { id.A, id.B }, transaction);
        }

        return cleared > 0;
    });

    /// <summary>
    /// Gives up the changes of a conversation that an endpoint lacks: the cursor goes behind them, and an event tells of it, but for an endpoint that is off. Returns the
    /// last rev; null if the endpoint is not off any more.
    /// </summary>
    /// <param name="cursor">From where on.</param>
    /// <param name="offSince">They are given up because the endpoint is off since then; null: because it takes nothing.</param>
    public Task<long?> BuryAsync(WebhookCursor cursor, long? offSince = null) => database.WriteAsync<long?>(async (connection, transaction) =>
    {
        if (offSince is { } since && !await WebhookStore.StaysOffAsync(connection, transaction, cursor.Endpoint, since))
            return null;
        var id = cursor.Conversation;
        var last = await connection.ExecuteScalarAsync<long>(
            "SELECT COALESCE(MAX(rev), 0) FROM MessageState WHERE a = @A AND b = @B", new { id.A, id.B }, transaction);
        var buried = cursor with { Seq = Math.Max(last, cursor.Seq), Attempts = 0, FailingSince = null, Due = 0 };
        if (last <= cursor.Seq || await StoreAsync(connection, transaction, buried) == 0)
            return cursor.Seq;
        if (offSince is null)
        {
            await outbox.AddAsync(
                connection, transaction, WebhookTypes.Gap,
                $$"""{"endpoint":{{cursor.Endpoint}},"conversation":"{{id}}","fromRev":{{cursor.Seq + 1}},"toRev":{{last}}}""");
        }

        return last;
    });

    /// <summary>Conversations whose changes an endpoint does not take, the longest first.</summary>
    public Task<IReadOnlyList<WebhookCursor>> FailingAsync(long endpoint, int limit) => database.ReadAsync<IReadOnlyList<WebhookCursor>>(async connection =>
    [
        .. (await connection.QueryAsync<CursorRow>(
            """
            SELECT endpoint, a, b, rev, attempts, failing_since AS failing, due FROM WebhookChangeCursor
            WHERE endpoint = @endpoint AND failing_since IS NOT NULL ORDER BY failing_since LIMIT @limit
            """,
            new { endpoint, limit })).Select(row => row.ToCursor()),
    ]);

    /// <summary>What was changed after a rev, ascending, with the messages as they are; all of a rev or nothing of it.</summary>
    public Task<List<ChangedMessage>> ReadAfterAsync(ConversationId id, long after, int limit) => database.ReadAsync(async connection =>
    {
        var changes = (await connection.QueryAsync<ChangedMessage>(
            """
            SELECT w.seq, w.kind, w.rev, s.changed, s.edited, s.recalled_by AS recalledby, s.recalled, l.sender, l.cmid, l.ts, l.body
            FROM WebhookChange w JOIN MessageState s ON s.a = w.a AND s.b = w.b AND s.seq = w.seq JOIN MessageLog l ON l.a = w.a AND l.b = w.b AND l.seq = w.seq
            WHERE w.a = @A AND w.b = @B AND w.rev > @after ORDER BY w.rev, w.kind LIMIT @limit
            """,
            new { id.A, id.B, after, limit })).AsList();
        if (changes.Count == limit && changes[0].Rev != changes[^1].Rev)
            RemoveLast(changes); // there may be more of that rev
        if (changes.Count == 0)
            return changes;
        var bySeq = changes.ToLookup(change => change.Seq);
        foreach (var row in await connection.QueryAsync<ReactionRow>(
            "SELECT seq, emoji, COUNT(*) AS total FROM Reaction WHERE a = @A AND b = @B AND seq IN @seqs GROUP BY seq, emoji",
            new { id.A, id.B, seqs = bySeq.Select(group => group.Key) }))
        {
            foreach (var change in bySeq[row.Seq])
                change.Reactions[Encoding.UTF8.GetString(row.Emoji)] = (int)row.Total;
        }

        return changes;
    });

    Task<int> StoreAsync(DbConnection connection, DbTransaction transaction, WebhookCursor cursor) => connection.ExecuteAsync(
        database.Dialect.StoreWebhookChangeCursor,
        new { cursor.Endpoint, cursor.Conversation.A, cursor.Conversation.B, cursor.Seq, cursor.Attempts, cursor.FailingSince, cursor.Due }, transaction);

    static void RemoveLast(List<ChangedMessage> changes)
    {
        var last = changes[^1].Rev;
        changes.RemoveAll(change => change.Rev == last);
    }
}
