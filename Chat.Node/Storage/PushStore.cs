using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>A message that waits for a user, who may have to be woken.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Conversation">Where the message is.</param>
/// <param name="Seq">The first such message.</param>
sealed record PendingPush(int UserId, ConversationId Conversation, long Seq);

/// <summary>
/// The statements for users who may have to be woken: a row a user and conversation, from the first message that waits until that is read. It comes with
/// the offline queue (<see cref="OfflineStore.InsertAsync"/>).
/// </summary>
sealed class PushStore(IChatDatabase database, WebhookOutbox outbox)
{
    /// <summary>So many users' conversations are read at once.</summary>
    const int UsersAtOnce = 25;

    /// <summary>Rows that nobody needs are deleted so many users at a time.</summary>
    const int ForgottenAtOnce = 1000;

    sealed class PendingRow
    {
        public int UserId { get; init; }

        public int A { get; init; }

        public int B { get; init; }

        public long Seq { get; init; }

        public PendingPush ToPending() => new(UserId, ConversationId.FromStored(A, B), Seq);
    }

    sealed class UnreadRow
    {
        public int UserId { get; init; }

        public long A { get; init; }

        public long B { get; init; }

        public long ReadTo { get; init; }

        public long HiddenTo { get; init; }

        public long JoinSeq { get; init; }

        public long RemovedTo { get; init; }

        public long Head { get; init; }

        public long Sender { get; init; }

        /// <summary>As <see cref="SyncRow.UnreadOf"/> has it: who has written last has read, and what was cleared does not count.</summary>
        public UnreadRange? ToRange() => StoredNumbers.Conversation(A, B) is { } conversation && Sender != UserId
            ? new UnreadRange(UserId, conversation, Math.Max(MarkStanding.TrustedRead(ReadTo, Head), Math.Clamp(Math.Max(Math.Max(HiddenTo, JoinSeq - 1), RemovedTo), 0, Head)), Head)
            : null;
    }

    sealed class CountRow
    {
        public int UserId { get; init; }

        public int Unread { get; init; }
    }

    /// <summary>Those that are to be looked at by now, the oldest first.</summary>
    public Task<IReadOnlyList<PendingPush>> ReadDueAsync(long now, int limit) => database.ReadAsync<IReadOnlyList<PendingPush>>(async connection =>
    [
        .. (await connection.QueryAsync<PendingRow>(
            "SELECT userid, a, b, seq FROM PendingPush WHERE due <= @now ORDER BY due LIMIT @limit", new { now, limit })).Select(row => row.ToPending()),
    ]);

    /// <summary>Writes that they are told of, and the events if endpoints want them, unless the message was read meanwhile.</summary>
    public Task TellAsync(IReadOnlyList<(PendingPush Push, string Data)> told, bool writesEvents) => database.WriteAsync(async (connection, transaction) =>
    {
        foreach (var ((userId, conversation, seq), data) in told)
        {
            var isOpen = await connection.ExecuteAsync(
                "UPDATE PendingPush SET due = NULL WHERE userid = @userId AND a = @A AND b = @B AND seq = @seq AND due IS NOT NULL",
                new { userId, conversation.A, conversation.B, seq }, transaction) > 0;
            if (isOpen && writesEvents)
                await outbox.AddAsync(connection, transaction, WebhookTypes.PushRequired, data);
        }

        return told.Count;
    });

    /// <summary>They are looked at again at a later time.</summary>
    public Task PostponeAsync(IReadOnlyList<PendingPush> pushes, long due) => database.WriteAsync(async (connection, transaction) =>
    {
        foreach (var (userId, conversation, seq) in pushes)
        {
            await connection.ExecuteAsync(
                "UPDATE PendingPush SET due = @due WHERE userid = @userId AND a = @A AND b = @B AND seq = @seq AND due IS NOT NULL",
                new { userId, conversation.A, conversation.B, seq, due }, transaction);
        }

        return pushes.Count;
    });

    /// <summary>Nobody has to be woken by what is not above a number of a conversation: the next message makes a row again.</summary>
    public Task ForgetAsync(IReadOnlyList<PendingPush> readUpTo) => database.WriteAsync(async (connection, transaction) =>
    {
        foreach (var (userId, conversation, seq) in readUpTo.OrderBy(each => (each.UserId, each.Conversation.A, each.Conversation.B))) // one order, for locks
        {
            await connection.ExecuteAsync(
                "DELETE FROM PendingPush WHERE userid = @userId AND a = @A AND b = @B AND seq <= @seq",
                new { userId, conversation.A, conversation.B, seq }, transaction);
        }

        return readUpTo.Count;
    });

    /// <summary>
    /// The same where only mentions count, unless there is one by now: it was written before its own row of the offline queue, which has found this one here.
    /// </summary>
    public Task ForgetUnmentionedAsync(IReadOnlyList<(PendingPush Push, long ReadTo)> unmentioned) => database.WriteAsync(async (connection, transaction) =>
    {
        foreach (var ((userId, conversation, seq), readTo) in unmentioned.OrderBy(each => (each.Push.UserId, each.Push.Conversation.A, each.Push.Conversation.B)))
        {
            await connection.ExecuteAsync(
                """
                DELETE FROM PendingPush WHERE userid = @userId AND a = @A AND b = @B AND seq <= @seq
                    AND NOT EXISTS (SELECT 1 FROM Mention m WHERE m.userid IN (@userId, 0) AND m.a = @A AND m.b = @B AND m.seq > @readTo AND m.sender <> @userId)
                """,
                new { userId, conversation.A, conversation.B, seq, readTo }, transaction);
        }

        return unmentioned.Count;
    });

    /// <summary>Some of the rows, if no endpoint wants them: those of the caller may be old. False if none are left.</summary>
    public Task<bool> ForgetSomeAsync() => database.WriteAsync(async (connection, transaction) =>
    {
        if ((await WebhookStore.AllAsync(connection, transaction)).Any(endpoint => endpoint.Gets(WebhookTypes.PushRequired)))
            return false;
        var users = (await connection.QueryAsync<int>(
            "SELECT userid FROM PendingPush WHERE userid > 0 ORDER BY userid LIMIT @ForgottenAtOnce", new { ForgottenAtOnce }, transaction)).AsList();
        if (users.Count > 0)
            await connection.ExecuteAsync("DELETE FROM PendingPush WHERE userid <= @last", new { last = users[^1] }, transaction);
        return users.Count > 0;
    });

    /// <summary>How many messages of others users have not read, in all conversations, each up to <see cref="UnreadCount.Max"/>.</summary>
    public async Task<UnreadCount> UnreadAsync(IReadOnlyCollection<int> userIds)
    {
        var ranges = new List<UnreadRange>();
        foreach (var users in userIds.Chunk(UsersAtOnce))
            ranges.AddRange(await RangesAsync(users));
        var unread = new UnreadCount(ranges);
        while (unread.Next() is { Count: > 0 } messages)
        {
            var ids = $"[{string.Join(',', messages.Select(each => $"[{each.UserId},{each.Conversation.A},{each.Conversation.B},{each.Seq}]"))}]";
            foreach (var row in await database.ReadAsync(connection => connection.QueryAsync<CountRow>(database.Dialect.CountOfOthers, new { ids })))
                unread.Add(row.UserId, row.Unread);
        }

        return unread;
    }

    async Task<IEnumerable<UnreadRange>> RangesAsync(int[] users)
    {
        var rows = await database.ReadAsync(connection => connection.QueryAsync<UnreadRow>(
            """
            SELECT c.userid, c.a, c.b, c.joinseq, COALESCE(m.read_to, 0) AS readto, COALESCE(m.hidden_to, 0) AS hiddento, l.seq AS head, l.sender,
                COALESCE(f.floor, 1) - 1 AS removedto
            FROM (SELECT a AS userid, a, b, 0 AS joinseq FROM Conversation WHERE a IN @users
                  UNION SELECT b, a, b, 0 FROM Conversation WHERE b IN @users AND a > 0
                  UNION SELECT g.userid, 0, g.groupid, MIN(CASE WHEN p.history = 1 THEN g.join_seq ELSE 0 END)
                      FROM GroupUser g LEFT JOIN GroupPolicy p ON p.groupid = g.groupid WHERE g.userid IN @users GROUP BY g.userid, g.groupid) c
            JOIN MessageLog l ON l.a = c.a AND l.b = c.b
                AND l.seq = (SELECT h.seq FROM MessageLog h WHERE h.a = c.a AND h.b = c.b AND h.seq BETWEEN 1 AND 9007199254740991 ORDER BY h.seq DESC LIMIT 1)
            LEFT JOIN DeliveryMark m ON m.userid = c.userid AND m.a = c.a AND m.b = c.b
            LEFT JOIN ConversationFloor f ON f.a = c.a AND f.b = c.b
            WHERE COALESCE(m.read_to, 0) < l.seq
            """,
            new { users }));
        return rows.Select(row => row.ToRange()).OfType<UnreadRange>();
    }
}
