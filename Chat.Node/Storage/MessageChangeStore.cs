using System.Data.Common;
using System.Text;
using Chat.Node.Faults;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>
/// What becomes of messages after they were sent. A rev is given where it is written: a set of changes says which rev it was judged by, and is
/// written only if that is still the newest. So revs are dense, and neither a second writer nor a write that comes late can harm them.
/// </summary>
/// <param name="database">Where they are.</param>
/// <param name="lease">Whether this node may write.</param>
/// <param name="crashPoints">For tests.</param>
/// <param name="touches">Hears where a text is another one; null: nobody wants to know.</param>
/// <param name="webhooks">Hears of all changes; null: nobody wants to know.</param>
sealed class MessageChangeStore(
    IChatDatabase database, NodeLease lease, CrashPoints crashPoints, SearchTouches? touches = null, WebhookChanges? webhooks = null)
{
    sealed class HiddenRow
    {
        public int UserId { get; init; }

        public long HiddenTo { get; init; }
    }

    sealed class RoleRow
    {
        public int UserId { get; init; }

        public string? Role { get; init; }
    }

    sealed class ReactionRow
    {
        public long Seq { get; init; }

        public int UserId { get; init; }

        public byte[] Emoji { get; init; } = [];

        public long Total { get; init; }

        public long Own { get; init; }

        public string Text => Encoding.UTF8.GetString(Emoji);
    }

    /// <summary>What changes of some messages by some users are judged by.</summary>
    public Task<ChangeBasis> ReadBasisAsync(ConversationId id, IReadOnlyCollection<long> seqs, IReadOnlyCollection<int> users) => database.ReadAsync(async connection =>
    {
        var rev = await RevAsync(connection, null, id);
        var messages = (await connection.QueryAsync<StoredMessage>(
            """
            SELECT l.seq, l.sender, l.ts, l.body, COALESCE(s.rev, 0) AS rev, COALESCE(s.changed, 0) AS changed, COALESCE(s.edited, 0) AS edited,
                COALESCE(s.recalled_by, 0) AS recalledby, COALESCE(s.recalled, 0) AS recalled, COALESCE(s.pinned, 0) AS pinned, r.refs
            FROM MessageLog l LEFT JOIN MessageState s ON s.a = l.a AND s.b = l.b AND s.seq = l.seq
                LEFT JOIN MessageReference r ON r.a = l.a AND r.b = l.b AND r.seq = l.seq
            WHERE l.a = @A AND l.b = @B AND l.seq IN @seqs AND l.seq >= COALESCE((SELECT f.floor FROM ConversationFloor f WHERE f.a = @A AND f.b = @B), 1)
            """,
            new { id.A, id.B, seqs })).ToDictionary(message => message.Seq);
        foreach (var row in await ReactionsAsync(connection, id, seqs, 0))
            messages.GetValueOrDefault(row.Seq)?.Reactions.Add(row.Text, (int)row.Total);
        foreach (var row in await connection.QueryAsync<ReactionRow>(
            "SELECT seq, userid, emoji FROM Reaction WHERE a = @A AND b = @B AND seq IN @seqs AND userid IN @users", new { id.A, id.B, seqs, users }))
            messages.GetValueOrDefault(row.Seq)?.Own.Add((row.UserId, row.Text));
        var roles = new Dictionary<int, string>();
        if (id.IsGroup)
        {
            foreach (var row in await connection.QueryAsync<RoleRow>(
                "SELECT userid, grouprole AS role FROM GroupUser WHERE groupid = @B AND userid IN @users", new { id.B, users }))
                roles[row.UserId] = row.Role ?? "";
        }

        var hidden = users.Count == 0 ? [] : await connection.QueryAsync<HiddenRow>(
            "SELECT userid, hidden_to AS hiddento FROM DeliveryMark WHERE userid IN @users AND a = @A AND b = @B AND hidden_to > 0", new { id.A, id.B, users });
        return new ChangeBasis(rev, messages, roles) { HiddenTo = hidden.ToDictionary(row => row.UserId, row => StoredNumbers.OrZero(row.HiddenTo)) };
    });

    /// <summary>Writes changes in one transaction; false: somebody else has changed something since they were judged, and nothing was written.</summary>
    /// <exception cref="StorageException">Not written, or nobody knows.</exception>
    public async Task<bool> WriteAsync(ChangeSet set)
    {
        if (!lease.IsHeld)
            throw new StorageException("this node has no lease: others may have taken over the conversation");
        crashPoints.Reach(CrashPoint.BeforeChange);
        bool isWritten;
        try
        {
            isWritten = await database.WriteAsync((connection, transaction) => WriteAsync(connection, transaction, set));
        }
        catch (DuplicateKeyException)
        {
            return false; // somebody was quicker
        }

        crashPoints.Reach(CrashPoint.AfterChange);
        if (isWritten && set.Rewritten.Count > 0)
            touches?.Add([set.Conversation]);
        return isWritten;
    }

    /// <summary>What has become of messages from one number to another, as far as anything has; without their texts.</summary>
    public Task<List<MessageState>> StatesAsync(ConversationId id, long from, long to, int userId) => database.ReadAsync(async connection =>
    {
        var rows = await connection.QueryAsync<StoredMessage>(
            """
            SELECT seq, rev, edited, recalled_by AS recalledby, recalled, pinned FROM MessageState
            WHERE a = @A AND b = @B AND seq BETWEEN @from AND @to
            """,
            new { id.A, id.B, from, to });
        return await WithReactionsAsync(connection, id, rows.AsList(), userId);
    });

    /// <summary>The same of messages that are not beside each other.</summary>
    public Task<List<MessageState>> StatesAsync(ConversationId id, IReadOnlyCollection<long> seqs, int userId) => database.ReadAsync(async connection =>
    {
        var rows = await connection.QueryAsync<StoredMessage>(
            "SELECT seq, rev, edited, recalled_by AS recalledby, recalled, pinned FROM MessageState WHERE a = @A AND b = @B AND seq IN @seqs",
            new { id.A, id.B, seqs });
        return await WithReactionsAsync(connection, id, rows.AsList(), userId);
    });

    /// <summary>The messages that were changed after a rev, ascending by rev, with the texts of the edited ones.</summary>
    public Task<List<MessageState>> ChangesAsync(ConversationId id, long since, int limit, int userId) => database.ReadAsync(async connection =>
    {
        var rows = await connection.QueryAsync<StoredMessage>(
            """
            SELECT s.seq, s.rev, s.edited, s.recalled_by AS recalledby, s.recalled, s.pinned, CASE WHEN s.edited > 0 AND s.recalled_by = 0 THEN l.body END AS body, r.refs
            FROM MessageState s JOIN MessageLog l ON l.a = s.a AND l.b = s.b AND l.seq = s.seq
                LEFT JOIN MessageReference r ON r.a = s.a AND r.b = s.b AND r.seq = s.seq
            WHERE s.a = @A AND s.b = @B AND s.rev > @since ORDER BY s.rev LIMIT @limit
            """,
            new { id.A, id.B, since, limit });
        return await WithReactionsAsync(connection, id, rows.AsList(), userId);
    });

    /// <summary>The rev of a conversation; 0 if no message of it was changed.</summary>
    public Task<long> NewestRevAsync(ConversationId id) => database.ReadAsync(connection => RevAsync(connection, null, id));

    async Task<bool> WriteAsync(DbConnection connection, DbTransaction transaction, ChangeSet set)
    {
        var id = set.Conversation;
        await connection.ExecuteAsync(database.Dialect.LockConversation, new { id.A, id.B }, transaction);
        if (await RevAsync(connection, transaction, id) != set.BasisRev || await HasRemovedAsync(connection, transaction, set))
            return false;
        foreach (var message in set.Messages)
        {
            await connection.ExecuteAsync(
                database.Dialect.StoreMessageState,
                new { id.A, id.B, message.Seq, message.Rev, message.Changed, message.Edited, message.RecalledBy, message.Recalled, message.Pinned }, transaction);
            if (set.Rewritten.Contains(message.Seq))
            {
                await connection.ExecuteAsync(
                    "UPDATE MessageLog SET body = @Body WHERE a = @A AND b = @B AND seq = @Seq", new { id.A, id.B, message.Seq, message.Body }, transaction);
                await WriteReferencesAsync(connection, transaction, id, message);
                if (message.IsRecalled)
                    await RemoveRestAsync(connection, transaction, id, message);
            }
        }

        foreach (var reaction in set.Reactions)
        {
            var row = new { id.A, id.B, reaction.Seq, reaction.UserId, emoji = Encoding.UTF8.GetBytes(reaction.Emoji), set.Ts };
            await connection.ExecuteAsync(
                reaction.IsThere
                    ? "INSERT INTO Reaction (a, b, seq, userid, emoji, ts) VALUES (@A, @B, @Seq, @UserId, @emoji, @Ts)"
                    : "DELETE FROM Reaction WHERE a = @A AND b = @B AND seq = @Seq AND userid = @UserId AND emoji = @emoji",
                row, transaction);
        }

        if (webhooks is not null)
            await webhooks.MarkAsync(connection, transaction, set);
        return true;
    }

    /// <summary>What a recalled message had beside its text.</summary>
    static async Task RemoveRestAsync(DbConnection connection, DbTransaction transaction, ConversationId id, StoredMessage message)
    {
        await FileStore.ReleaseAsync(connection, transaction, id, message.Seq, message.Sender, message.Recalled);
        await connection.ExecuteAsync("DELETE FROM Reaction WHERE a = @A AND b = @B AND seq = @Seq", new { id.A, id.B, message.Seq }, transaction);
    }

    /// <summary>What a message refers to now, and whom it mentions. Where it has no threads the row may go.</summary>
    static async Task WriteReferencesAsync(DbConnection connection, DbTransaction transaction, ConversationId id, StoredMessage message)
    {
        var (before, now) = (MessageReferences.Parse(message.Refs), message.References);
        var refs = now.ToBytes();
        if (refs.AsSpan().SequenceEqual(before.ToBytes()))
            return;
        await connection.ExecuteAsync(
            now.IsEmpty
                ? "DELETE FROM MessageReference WHERE a = @A AND b = @B AND seq = @Seq"
                : "REPLACE INTO MessageReference (a, b, seq, thread, refs) VALUES (@A, @B, @Seq, @Thread, @refs)",
            new { id.A, id.B, message.Seq, now.Thread, refs }, transaction);
        int[] gone = [.. StoredMentions.UsersOf(before, message.Sender)];
        if (gone.Length > 0)
        {
            await connection.ExecuteAsync(
                "DELETE FROM Mention WHERE userid IN @gone AND a = @A AND b = @B AND seq = @Seq", new { gone, id.A, id.B, message.Seq }, transaction);
        }

        foreach (var userId in StoredMentions.UsersOf(now, message.Sender))
        {
            await connection.ExecuteAsync(
                "INSERT INTO Mention (userid, a, b, seq, sender) VALUES (@userId, @A, @B, @Seq, @Sender)",
                new { userId, id.A, id.B, message.Seq, message.Sender }, transaction);
        }
    }

    /// <summary>Messages that are gone since the changes were judged are not written again.</summary>
    static async Task<bool> HasRemovedAsync(DbConnection connection, DbTransaction transaction, ChangeSet set)
    {
        var floor = await connection.ExecuteScalarAsync<long?>(
            "SELECT floor FROM ConversationFloor WHERE a = @A AND b = @B", new { set.Conversation.A, set.Conversation.B }, transaction);
        return set.Messages.Any(message => message.Seq < floor);
    }

    static Task<long> RevAsync(DbConnection connection, DbTransaction? transaction, ConversationId id) => connection.ExecuteScalarAsync<long>(
        "SELECT COALESCE(MAX(rev), 0) FROM MessageState WHERE a = @A AND b = @B", new { id.A, id.B }, transaction);

    static Task<IEnumerable<ReactionRow>> ReactionsAsync(DbConnection connection, ConversationId id, IReadOnlyCollection<long> seqs, int userId) =>
        connection.QueryAsync<ReactionRow>(
            """
            SELECT seq, emoji, COUNT(*) AS total, SUM(CASE WHEN userid = @userId THEN 1 ELSE 0 END) AS own
            FROM Reaction WHERE a = @A AND b = @B AND seq IN @seqs GROUP BY seq, emoji
            """,
            new { id.A, id.B, seqs, userId });

    static async Task<List<MessageState>> WithReactionsAsync(DbConnection connection, ConversationId id, List<StoredMessage> rows, int userId)
    {
        if (rows.Count == 0)
            return [];
        // An earlier version has left those of recalled messages.
        var reactions = (await ReactionsAsync(connection, id, [.. rows.Where(row => !row.IsRecalled).Select(row => row.Seq)], userId)).ToLookup(row => row.Seq);
        return rows.ConvertAll(row => new MessageState(row.Seq, row.Rev)
        {
            Edited = row.IsRecalled ? 0 : row.Edited,
            Text = row.Body is { Length: > 0 } body ? ChangedBody.TextOf(body) : null,
            Mentions = row.References,
            Recalled = row.IsRecalled ? new Recalled(row.RecalledBy, row.Recalled) : null,
            IsPinned = row.Pinned > 0,
            Reactions = reactions[row.Seq].ToDictionary(each => each.Text, each => (int)each.Total),
            Mine = [.. reactions[row.Seq].Where(each => each.Own > 0).Select(each => each.Text)],
        });
    }
}
