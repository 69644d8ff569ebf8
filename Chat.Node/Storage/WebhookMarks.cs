using System.Data.Common;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>A conversation in which there may be something that some endpoint does not have yet.</summary>
/// <param name="Conversation">Which.</param>
/// <param name="FirstSeq">The first such number; of changes, the first such rev.</param>
/// <param name="Version">Rises whenever the conversation is marked again.</param>
/// <param name="IsOfChanges">It is about what became of messages, and not about new ones.</param>
sealed record WebhookMark(ConversationId Conversation, long FirstSeq, long Version, bool IsOfChanges = false);

/// <summary>Several events that were in one request: they come again in one, with the same id.</summary>
/// <param name="Id">The header <c>webhook-id</c>.</param>
/// <param name="UpTo">The number, or the rev, of the last one.</param>
sealed record TriedBatch(string Id, long UpTo);

/// <summary>How far an endpoint has come in a conversation.</summary>
/// <param name="Endpoint">Its id.</param>
/// <param name="Conversation">Which.</param>
/// <param name="Seq">It has everything up to here; of changes, up to this rev.</param>
/// <param name="Attempts">How often the next number was tried.</param>
/// <param name="FailingSince">When the first attempt failed, in milliseconds since 1970, UTC; null if none did.</param>
/// <param name="Due">When the next attempt is due, in milliseconds since 1970, UTC.</param>
/// <param name="IsOfChanges">It is about what became of messages, and not about new ones.</param>
/// <param name="Tried">What it did not take, if that was a batch. It is not stored: who reads the cursor begins with another batch.</param>
sealed record WebhookCursor(
    long Endpoint, ConversationId Conversation, long Seq, int Attempts = 0, long? FailingSince = null, long Due = 0, bool IsOfChanges = false, TriedBatch? Tried = null);

/// <summary>Numbers of a conversation that an endpoint could not be brought to receive.</summary>
sealed record WebhookDeadLetter(long Id, long Endpoint, ConversationId Conversation, long FromSeq, long ToSeq, string Reason, long Created);

/// <summary>The statements for what endpoints have not received yet.</summary>
sealed class WebhookMarks(IChatDatabase database, WebhookOutbox outbox, TimeProvider clock)
{
    sealed class MarkQueryRow
    {
        public int A { get; init; }

        public int B { get; init; }

        public long First_Seq { get; init; }

        public long Version { get; init; }

        public WebhookMark ToMark() => new(ConversationId.FromStored(A, B), First_Seq, Version);
    }

    sealed class CursorQueryRow
    {
        public long Endpoint { get; init; }

        public int A { get; init; }

        public int B { get; init; }

        public long Seq { get; init; }

        public int Attempts { get; init; }

        public long? Failing_Since { get; init; }

        public long Due { get; init; }

        public WebhookCursor ToCursor() => new(Endpoint, ConversationId.FromStored(A, B), Seq, Attempts, Failing_Since, Due);
    }

    sealed class DeadQueryRow
    {
        public long Id { get; init; }

        public long Endpoint { get; init; }

        public int A { get; init; }

        public int B { get; init; }

        public long From_Seq { get; init; }

        public long To_Seq { get; init; }

        public string Reason { get; init; } = "";

        public long Created { get; init; }

        public WebhookDeadLetter ToDeadLetter() => new(Id, Endpoint, ConversationId.FromStored(A, B), From_Seq, To_Seq, Reason, Created);
    }

    /// <summary>Marks conversations, each from a number on; a conversation that is marked already keeps its first number.</summary>
    public Task MarkAsync(IReadOnlyList<(ConversationId Conversation, long FirstSeq)> marks) => database.WriteAsync(async (connection, transaction) =>
    {
        foreach (var (conversation, first) in marks.OrderBy(mark => (mark.Conversation.A, mark.Conversation.B))) // one order, for locks
        {
            await connection.ExecuteAsync(database.Dialect.MarkForWebhooks, new { conversation.A, conversation.B, first }, transaction);
        }

        return marks.Count;
    });

    /// <summary>Marks behind a conversation, in order, and the cursors of all endpoints in these conversations.</summary>
    public Task<(IReadOnlyList<WebhookMark> Marks, IReadOnlyList<WebhookCursor> Cursors)> ReadAfterAsync(ConversationId? after, int limit) => database.ReadAsync(async connection =>
    {
        var marks = (await connection.QueryAsync<MarkQueryRow>(
            "SELECT a, b, first_seq, version FROM WebhookMark WHERE a >= @a AND (a > @a OR b > @b) ORDER BY a, b LIMIT @limit",
            new { a = after?.A ?? -1, b = after?.B ?? -1, limit })).Select(row => row.ToMark()).ToList();
        if (marks.Count == 0)
            return (marks, (IReadOnlyList<WebhookCursor>)[]);
        var (first, last) = (marks[0].Conversation, marks[^1].Conversation);
        var cursors = await connection.QueryAsync<CursorQueryRow>(
            """
            SELECT endpoint, a, b, seq, attempts, failing_since, due FROM WebhookCursor
            WHERE a >= @firstA AND a <= @lastA AND (a > @firstA OR b >= @firstB) AND (a < @lastA OR b <= @lastB)
            """,
            new { firstA = first.A, firstB = first.B, lastA = last.A, lastB = last.B });
        return ((IReadOnlyList<WebhookMark>)marks, (IReadOnlyList<WebhookCursor>)[.. cursors.Select(row => row.ToCursor())]);
    });

    /// <summary>The marks of some conversations, as far as there are any, and their cursors.</summary>
    public Task<(IReadOnlyList<WebhookMark> Marks, IReadOnlyList<WebhookCursor> Cursors)> ReadAsync(IReadOnlyCollection<ConversationId> conversations) => database.ReadAsync(async connection =>
    {
        var (sql, values) = (database.Dialect.Webhooks, new { ids = SqlDialect.PairsOf(conversations) });
        var marks = await connection.QueryAsync<MarkQueryRow>(sql.Marks, values);
        var cursors = await connection.QueryAsync<CursorQueryRow>(sql.Cursors, values);
        return ((IReadOnlyList<WebhookMark>)[.. marks.Select(row => row.ToMark())], (IReadOnlyList<WebhookCursor>)[.. cursors.Select(row => row.ToCursor())]);
    });

    /// <summary>Stores how far endpoints have come.</summary>
    public Task StoreAsync(IReadOnlyList<WebhookCursor> cursors) => database.WriteAsync(async (connection, transaction) =>
    {
        foreach (var cursor in cursors.OrderBy(each => (each.IsOfChanges, each.Endpoint, each.Conversation.A, each.Conversation.B)))
            await StoreAsync(connection, transaction, cursor);
        return cursors.Count;
    });

    /// <summary>Everybody has everything: false if the conversation was marked again meanwhile. Versions of another mark begin at one again, but its first number is another one.</summary>
    public Task<bool> ClearAsync(WebhookMark mark) => database.WriteAsync(async (connection, transaction) =>
    {
        var conversation = mark.Conversation;
        var cleared = await connection.ExecuteAsync(
            "DELETE FROM WebhookMark WHERE a = @A AND b = @B AND version = @Version AND first_seq = @FirstSeq",
            new { conversation.A, conversation.B, mark.Version, mark.FirstSeq }, transaction);
        if (cleared > 0)
            await connection.ExecuteAsync("DELETE FROM WebhookCursor WHERE a = @A AND b = @B", new { conversation.A, conversation.B }, transaction);
        return cleared > 0;
    });

    /// <summary>
    /// Gives up everything of a conversation that an endpoint lacks: it is kept, the cursor goes behind it, and an event tells of the gap, but for an endpoint that is off:
    /// of that one event tells in the end. Returns the last number that was given up; null if the endpoint was removed, or is not off any more.
    /// </summary>
    /// <param name="cursor">From where on.</param>
    /// <param name="reason">For people.</param>
    /// <param name="offSince">It is given up because the endpoint is off since then; null: because it takes nothing.</param>
    public Task<long?> BuryAsync(WebhookCursor cursor, string reason, long? offSince = null) => database.WriteAsync<long?>(async (connection, transaction) =>
    {
        if (offSince is { } since && !await WebhookStore.StaysOffAsync(connection, transaction, cursor.Endpoint, since))
            return null;
        var fromSeq = cursor.Seq + 1;
        var toSeq = await connection.ExecuteScalarAsync<long>(
            "SELECT COALESCE(MAX(seq), 0) FROM MessageLog WHERE a = @A AND b = @B", new { cursor.Conversation.A, cursor.Conversation.B }, transaction);
        if (toSeq < fromSeq)
            return cursor.Seq;
        // What was given up the day before is one dead letter with what comes behind it: else there would be one for each day.
        var letter = new { cursor.Endpoint, cursor.Conversation.A, cursor.Conversation.B, before = cursor.Seq, fromSeq, toSeq, reason, now = clock.GetUtcNow().ToUnixTimeMilliseconds() };
        var buried = await connection.ExecuteAsync(
            """
            UPDATE WebhookDeadLetter SET to_seq = @toSeq, reason = @reason
            WHERE a = @A AND b = @B AND endpoint = @Endpoint AND to_seq = @before AND EXISTS (SELECT 1 FROM WebhookEndpoint w WHERE w.id = @Endpoint)
            """,
            letter, transaction);
        if (buried == 0)
        {
            buried = await connection.ExecuteAsync(
                """
                INSERT INTO WebhookDeadLetter (endpoint, a, b, from_seq, to_seq, reason, created)
                SELECT id, @A, @B, @fromSeq, @toSeq, @reason, @now FROM WebhookEndpoint WHERE id = @Endpoint
                """,
                letter, transaction);
        }

        if (buried == 0)
            return null; // the endpoint was removed meanwhile: nothing of it may stay
        await StoreAsync(connection, transaction, cursor with { Seq = toSeq, Attempts = 0, FailingSince = null, Due = 0, Tried = null });
        if (offSince is null)
        {
            await outbox.AddAsync(
                connection, transaction, WebhookTypes.Gap,
                $$"""{"endpoint":{{cursor.Endpoint}},"conversation":"{{cursor.Conversation}}","from":{{fromSeq}},"to":{{toSeq}}}""");
        }

        return toSeq;
    });

    /// <summary>Conversations in which an endpoint does not take the next message, the longest first.</summary>
    public Task<IReadOnlyList<WebhookCursor>> FailingAsync(long endpoint, int limit) => database.ReadAsync<IReadOnlyList<WebhookCursor>>(async connection =>
    [
        .. (await connection.QueryAsync<CursorQueryRow>(
            """
            SELECT endpoint, a, b, seq, attempts, failing_since, due FROM WebhookCursor
            WHERE endpoint = @endpoint AND failing_since IS NOT NULL ORDER BY failing_since LIMIT @limit
            """,
            new { endpoint, limit })).Select(row => row.ToCursor()),
    ]);

    /// <summary>The newest dead letters of an endpoint.</summary>
    public Task<IReadOnlyList<WebhookDeadLetter>> DeadLettersAsync(long endpoint, int limit) => database.ReadAsync<IReadOnlyList<WebhookDeadLetter>>(async connection =>
    [
        .. (await connection.QueryAsync<DeadQueryRow>(
            "SELECT id, endpoint, a, b, from_seq, to_seq, reason, created FROM WebhookDeadLetter WHERE endpoint = @endpoint ORDER BY id DESC LIMIT @limit",
            new { endpoint, limit })).Select(row => row.ToDeadLetter()),
    ]);

    /// <summary>The next dead letter of an endpoint behind one; null if there is none.</summary>
    public async Task<WebhookDeadLetter?> NextDeadLetterAsync(long endpoint, long after) => (await database.ReadAsync(connection =>
        connection.QueryFirstOrDefaultAsync<DeadQueryRow>(
            """
            SELECT id, endpoint, a, b, from_seq, to_seq, reason, created FROM WebhookDeadLetter
            WHERE endpoint = @endpoint AND id > @after ORDER BY id LIMIT 1
            """,
            new { endpoint, after })))?.ToDeadLetter();

    /// <summary>A dead letter was brought after all. False: more was given up meanwhile, that is left of it.</summary>
    public Task<bool> RemoveDeadLetterAsync(WebhookDeadLetter letter) => database.WriteAsync(async (connection, transaction) =>
        await connection.ExecuteAsync("DELETE FROM WebhookDeadLetter WHERE id = @Id AND to_seq = @ToSeq", new { letter.Id, letter.ToSeq }, transaction) > 0
        || await connection.ExecuteAsync("UPDATE WebhookDeadLetter SET from_seq = @ToSeq + 1 WHERE id = @Id", new { letter.Id, letter.ToSeq }, transaction) == 0);

    Task<int> StoreAsync(DbConnection connection, DbTransaction transaction, WebhookCursor cursor) => connection.ExecuteAsync(
        cursor.IsOfChanges ? database.Dialect.StoreWebhookChangeCursor : database.Dialect.StoreWebhookCursor,
        new { cursor.Endpoint, cursor.Conversation.A, cursor.Conversation.B, cursor.Seq, cursor.Attempts, cursor.FailingSince, cursor.Due },
        transaction);
}
