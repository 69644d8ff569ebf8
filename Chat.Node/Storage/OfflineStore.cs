using System.Text;
using Chat.Node.Telemetry;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>
/// A message that waits for a user. <c>Seq</c> is 0 without a history. <c>RaisesMark</c>: everything before it in its conversation
/// is queued or received, so that the mark may say so.
/// </summary>
sealed record OfflineRow(int UserId, ConversationId Conversation, long Seq, string? Cmid, long Ts, ReadOnlyMemory<byte> Body, bool RaisesMark = true);

/// <summary>
/// A row of the queue as a client is given it; the conversation may be unknown for rows of other servers, and they have no
/// number. <c>Bridged</c> is what another server wrote; it stays on this node.
/// </summary>
sealed record QueuedMessage(
    long Id, ConversationId? Conversation, long Seq, string? Cmid, long Ts, ReadOnlyMemory<byte> Body, BridgedChat? Bridged = null)
{
    /// <inheritdoc cref="LogRow.References" />
    public ReadOnlyMemory<byte> References { get; init; }
}

/// <summary>A row that another server has put into the queue of a user who is here.</summary>
sealed record BridgedArrival(long Id, int UserId);

/// <summary>The statements of the offline queue. Other servers write and delete rows of it at the same time.</summary>
sealed class OfflineStore(
    IChatDatabase database, TimeProvider clock, ILogger<OfflineStore> logger, LegacyTexts? texts = null, WebhookInterest? interest = null)
{
    /// <summary>A user who gets a session within this time after a message need not be woken.</summary>
    public const long PushAfterMilliseconds = 3000;

    const int MaxReasonCharacters = 200;

    readonly LegacyTexts _texts = texts ?? new LegacyTexts(database);

    sealed class OfflineQueryRow
    {
        public long Id { get; init; }

        public int UserId { get; init; }

        public object? A { get; init; }

        public object? B { get; init; }

        public object? Seq { get; init; }

        public object? Cmid { get; init; }

        public object? Ts { get; init; }

        public object? Message { get; init; }

        public int RecalledBy { get; init; }

        /// <summary>Not 0: the group is deleted.</summary>
        public long IsGone { get; init; }

        /// <summary>The body that an edited message has now.</summary>
        public byte[]? Present { get; init; }

        /// <summary>What the message refers to now.</summary>
        public byte[]? Refs { get; init; }

        /// <summary>Other servers do not know of the column.</summary>
        public bool IsOurs => Ts is not null;

        /// <summary>Nobody is given it any more.</summary>
        public bool IsOver => RecalledBy > 0 || IsGone != 0;
    }

    /// <inheritdoc cref="SqlDialect.InsertOfflineAsync" />
    public Task InsertAsync(IReadOnlyList<OfflineRow> rows) => database.Dialect.InsertOfflineAsync(
        database, rows, interest is { WantsPushes: true } ? clock.GetUtcNow().ToUnixTimeMilliseconds() + PushAfterMilliseconds : null);

    /// <summary>
    /// The next rows of a user above a row id, in the order in which they were queued. Rows that no client can be given
    /// go into quarantine on the way.
    /// </summary>
    public async Task<List<QueuedMessage>> ReadAsync(int userId, long after, int limit)
    {
        while (true)
        {
            var rows = (await database.ReadAsync(connection => connection.QueryAsync<OfflineQueryRow>(
                """
                SELECT o.id, o.a, o.b, o.seq, o.cmid, o.ts, o.message, COALESCE(s.recalled_by, 0) AS recalledby, CASE WHEN s.edited > 0 THEN l.body END AS present, r.refs,
                    CASE WHEN o.ts IS NOT NULL AND o.a = 0 AND o.b > 0 AND NOT EXISTS (SELECT 1 FROM AllGroup g WHERE g.id = o.b) THEN 1 WHEN o.seq < f.floor THEN 1 ELSE 0 END AS isgone
                FROM OfflineMessage o LEFT JOIN MessageState s ON s.a = o.a AND s.b = o.b AND s.seq = o.seq
                    LEFT JOIN MessageLog l ON l.a = s.a AND l.b = s.b AND l.seq = s.seq
                    LEFT JOIN MessageReference r ON r.a = o.a AND r.b = o.b AND r.seq = o.seq
                    LEFT JOIN ConversationFloor f ON f.a = o.a AND f.b = o.b
                WHERE o.userid = @userId AND o.id > @after ORDER BY o.id LIMIT @limit
                """,
                new { userId, after, limit }))).AsList();
            await DeleteOverAsync(userId, rows);
            var messages = new List<QueuedMessage>(rows.Count);
            foreach (var row in rows)
            {
                if (row.IsOver)
                    continue;
                if (row.IsOurs)
                    await TakeOwnAsync(userId, row, messages);
                else if (await BridgedMessageAsync(userId, row) is { } message)
                    messages.Add(message);
            }

            if (messages.Count > 0 || rows.Count == 0)
                return messages;
            after = rows[^1].Id; // nothing but quarantine and what nobody is given any more: not the end of the queue
        }
    }

    /// <summary>Nobody is given what was recalled meanwhile, kept long enough, or said in a group that is no more: a row may also have been queued after that.</summary>
    async Task DeleteOverAsync(int userId, List<OfflineQueryRow> rows)
    {
        if (rows.Exists(row => row.IsOver))
            await DeleteAsync(userId, [.. rows.Where(row => row.IsOver).Select(row => row.Id)]);
    }

    async Task TakeOwnAsync(int userId, OfflineQueryRow row, List<QueuedMessage> messages)
    {
        const string Problem = "it is no JSON object";
        var own = OwnMessage(row);
        if (StoredBody.IsObject(own.Body.Span))
        {
            messages.Add(own);
            return;
        }

        Log.MessageQuarantined(logger, userId, Problem);
        await QuarantineAsync(userId, row, Problem);
    }

    QueuedMessage OwnMessage(OfflineQueryRow row) => new(
        row.Id, StoredNumbers.Conversation(StoredNumbers.Of(row.A), StoredNumbers.Of(row.B)), StoredNumbers.OrZero(StoredNumbers.Of(row.Seq)),
        row.Cmid is null ? null : SqlDialect.TextOf(row.Cmid), StoredNumbers.OrZero(StoredNumbers.Of(row.Ts)), row.Present ?? database.Dialect.FromStored(SqlDialect.BytesOf(row.Message)))
    {
        References = row.Refs,
    };

    async Task<QueuedMessage?> BridgedMessageAsync(int userId, OfflineQueryRow row)
    {
        var stored = SqlDialect.TextOf(row.Message);
        await _texts.PrepareAsync([stored]);
        var text = _texts.Read(stored);
        var problem = BridgedChat.TryRead(Encoding.UTF8.GetBytes(text), userId, clock.GetUtcNow().ToUnixTimeMilliseconds(), out var chat);
        if (problem is null)
            return new QueuedMessage(row.Id, chat!.Conversation, 0, null, 0, chat.Body, chat);
        Log.MessageQuarantined(logger, userId, problem);
        await QuarantineAsync(userId, row, problem);
        return null;
    }

    Task<int> QuarantineAsync(int userId, OfflineQueryRow row, string problem) => database.WriteAsync(async (connection, transaction) =>
    {
        var reason = Shorten(problem);
        var moved = await connection.ExecuteAsync(
            """
            INSERT INTO QuarantinedMessage (userid, message, reason, found)
            SELECT userid, message, @reason, @now FROM OfflineMessage WHERE userid = @userId AND id = @Id
            """,
            new { row.Id, userId, reason, now = clock.GetUtcNow().ToUnixTimeMilliseconds() }, transaction);
        return moved + await connection.ExecuteAsync(
            "DELETE FROM OfflineMessage WHERE userid = @userId AND id = @Id", new { row.Id, userId }, transaction);
    });

    /// <summary>Keeps a message that the queue itself does not take.</summary>
    public Task QuarantineAsync(OfflineRow row, string problem)
    {
        Log.MessageQuarantined(logger, row.UserId, problem);
        return database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
            "INSERT INTO QuarantinedMessage (userid, message, reason, found) VALUES (@UserId, @message, @reason, @now)",
            new { row.UserId, message = row.Body.ToArray(), reason = Shorten(problem), now = clock.GetUtcNow().ToUnixTimeMilliseconds() }, transaction));
    }

    /// <summary>Queues what another server published, as that server would have: without a place in the log yet.</summary>
    /// <param name="userId">For whom.</param>
    /// <param name="body">The object, in ASCII.</param>
    public Task InsertBridgedAsync(int userId, string body) => database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
        "INSERT INTO OfflineMessage (userid, message) VALUES (@userId, @body)", new { userId, body }, transaction));

    /// <summary>In whose queues a message waits, and in which rows.</summary>
    public async Task<Dictionary<int, long>> RowsOfAsync(IReadOnlyCollection<int> userIds, ConversationId conversation, long seq) =>
        (await database.ReadAsync(connection => connection.QueryAsync<OfflineQueryRow>(
            "SELECT id, userid FROM OfflineMessage WHERE userid IN @userIds AND a = @A AND b = @B AND seq = @seq",
            new { userIds, conversation.A, conversation.B, seq }))).ToDictionary(row => row.UserId, row => row.Id);

    /// <summary>The newest row there is; 0 if there is none.</summary>
    public async Task<long> NewestIdAsync() =>
        await database.ReadAsync(connection => connection.ExecuteScalarAsync<long?>("SELECT MAX(id) FROM OfflineMessage")) ?? 0;

    /// <summary>Rows above an id that others wrote for users who have sessions at a node.</summary>
    /// <param name="incarnation">The node.</param>
    /// <param name="after">The id.</param>
    /// <param name="ours">Whether others of our own kind may have written some; else only what legacy servers wrote is found.</param>
    /// <param name="limit">At most so many.</param>
    public Task<List<BridgedArrival>> ArrivalsAsync(long incarnation, long after, bool ours, int limit) => database.ReadAsync(async connection =>
        (await connection.QueryAsync<OfflineQueryRow>(
            """
            SELECT o.id, o.userid FROM OfflineMessage o JOIN UserPresence p ON p.userid = o.userid
            WHERE o.id > @after AND (o.ts IS NULL OR @ours) AND p.node = @incarnation ORDER BY o.id LIMIT @limit
            """,
            new { incarnation, after, ours, limit })).Select(row => new BridgedArrival(row.Id, row.UserId)).ToList());

    /// <summary>Removes rows that were written to a socket or acknowledged one by one.</summary>
    public Task DeleteAsync(int userId, IReadOnlyCollection<long> ids) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync(
            "DELETE FROM OfflineMessage WHERE userid = @userId AND id IN @ids", new { userId, ids }, transaction));

    /// <summary>Removes what a device has received of a conversation.</summary>
    public Task DeleteUpToAsync(int userId, ConversationId conversation, long seq) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync(
            "DELETE FROM OfflineMessage WHERE userid = @userId AND a = @A AND b = @B AND seq <= @seq",
            new { userId, conversation.A, conversation.B, seq }, transaction));

    static string Shorten(string problem) => problem.Length > MaxReasonCharacters ? problem[..MaxReasonCharacters] : problem;
}
