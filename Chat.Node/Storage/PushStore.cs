using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>A message that waits for a user, who may have to be woken.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Conversation">Where the message is.</param>
/// <param name="Seq">The first such message.</param>
sealed record PendingPush(int UserId, ConversationId Conversation, long Seq);

/// <summary>One that is due, and what the user sees of its conversation.</summary>
/// <param name="Push">What waits.</param>
/// <param name="IsMember">Whether the user takes part.</param>
/// <param name="HiddenTo">The user is shown nothing up to here.</param>
/// <param name="IsRecalled">Whether the message was taken back.</param>
sealed record DuePush(PendingPush Push, bool IsMember, long HiddenTo, bool IsRecalled)
{
    /// <summary>Whether the user does not see the message: then the next one counts.</summary>
    public bool IsUnseen => IsRecalled || HiddenTo >= Push.Seq;

    /// <summary>The next one is behind this number.</summary>
    public long Above => Math.Max(HiddenTo, Push.Seq);
}

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

        public long HiddenTo { get; init; }

        /// <summary>The first number that a member sees who came later; null: it is in no group, or is no member of this one.</summary>
        public long? JoinSeq { get; init; }

        public long RecalledBy { get; init; }

        public DuePush ToDue() => new(
            new PendingPush(UserId, ConversationId.FromStored(A, B), Seq), A > 0 || JoinSeq is not null, Math.Max(HiddenTo, (JoinSeq ?? 0) - 1), RecalledBy > 0);
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
    public Task<IReadOnlyList<DuePush>> ReadDueAsync(long now, int limit) => database.ReadAsync<IReadOnlyList<DuePush>>(async connection =>
    [
        .. (await connection.QueryAsync<PendingRow>(
            """
            SELECT q.userid, q.a, q.b, q.seq, COALESCE(d.hidden_to, 0) AS hiddento, COALESCE(s.recalled_by, 0) AS recalledby,
                (SELECT MIN(CASE WHEN p.history = 1 THEN g.join_seq ELSE 0 END) FROM GroupUser g LEFT JOIN GroupPolicy p ON p.groupid = g.groupid
                    WHERE q.a = 0 AND g.groupid = q.b AND g.userid = q.userid) AS joinseq
            FROM PendingPush q LEFT JOIN DeliveryMark d ON d.userid = q.userid AND d.a = q.a AND d.b = q.b
                LEFT JOIN MessageState s ON s.a = q.a AND s.b = q.b AND s.seq = q.seq
            WHERE q.due <= @now ORDER BY q.due LIMIT @limit
            """,
            new { now, limit })).Select(row => row.ToDue()),
    ]);

    /// <summary>The first message that may wake the user in the place of one that the user does not see, if there is one.</summary>
    public Task<long?> NextAsync(DuePush unseen) => database.ReadAsync(connection => connection.ExecuteScalarAsync<long?>(
        """
        SELECT l.seq FROM MessageLog l LEFT JOIN MessageState s ON s.a = l.a AND s.b = l.b AND s.seq = l.seq
        WHERE l.a = @A AND l.b = @B AND l.seq > @Above AND l.sender > 0 AND l.sender <> @UserId AND COALESCE(s.recalled_by, 0) = 0 ORDER BY l.seq LIMIT 1
        """,
        new { unseen.Push.Conversation.A, unseen.Push.Conversation.B, unseen.Above, unseen.Push.UserId }));

    /// <summary>Nothing waits that the user sees; unless there is something by now: it was written before its own row of the offline queue, which has found this one here.</summary>
    public Task ForgetUnseenAsync(IReadOnlyList<DuePush> unseen) => database.WriteAsync(async (connection, transaction) =>
    {
        foreach (var due in unseen.OrderBy(each => (each.Push.UserId, each.Push.Conversation.A, each.Push.Conversation.B))) // one order, for locks
        {
            var (userId, conversation, seq) = due.Push;
            await connection.ExecuteAsync(
                """
                DELETE FROM PendingPush WHERE userid = @userId AND a = @A AND b = @B AND seq <= @seq
                    AND NOT EXISTS (SELECT 1 FROM MessageLog l LEFT JOIN MessageState s ON s.a = l.a AND s.b = l.b AND s.seq = l.seq
                        WHERE l.a = @A AND l.b = @B AND l.seq > @Above AND l.sender > 0 AND l.sender <> @userId AND COALESCE(s.recalled_by, 0) = 0)
                """,
                new { userId, conversation.A, conversation.B, seq, due.Above }, transaction);
        }

        return unseen.Count;
    });

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
    /// For the same reason a row stays whose user is woken by every message by now, having said so, or because the group has become small: it is due at once.
    /// </summary>
    public Task ForgetUnmentionedAsync(IReadOnlyList<(PendingPush Push, long ReadTo)> unmentioned, WakeLevels levels) => database.WriteAsync(async (connection, transaction) =>
    {
        var gone = new List<PendingPush>();
        foreach (var (push, readTo) in unmentioned.OrderBy(each => (each.Push.UserId, each.Push.Conversation.A, each.Push.Conversation.B)))
        {
            var (userId, conversation, seq) = push;
            var isGone = await connection.ExecuteAsync(
                """
                DELETE FROM PendingPush WHERE userid = @userId AND a = @A AND b = @B AND seq <= @seq
                    AND NOT EXISTS (SELECT 1 FROM Mention m WHERE m.userid IN (@userId, 0) AND m.a = @A AND m.b = @B AND m.seq > @readTo AND m.sender <> @userId)
                """,
                new { userId, conversation.A, conversation.B, seq, readTo }, transaction) > 0;
            if (isGone)
                gone.Add(push);
        }

        // Looked at behind the deletion, which has locked the rows: what a message has found before is known by now, and later ones make rows of their own.
        var held = gone.Count == 0 ? [] : await levels.ReadAsync(connection, transaction, [.. gone.Select(push => (push.UserId, push.Conversation))]);
        foreach (var (userId, conversation, seq) in gone.Where(push => held[(push.UserId, push.Conversation)] == NotifyLevel.All))
        {
            await connection.ExecuteAsync(
                "INSERT INTO PendingPush (userid, a, b, seq, due) VALUES (@userId, @A, @B, @seq, 0)", new { userId, conversation.A, conversation.B, seq }, transaction);
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
