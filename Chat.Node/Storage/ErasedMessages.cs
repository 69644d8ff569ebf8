using System.Text;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>A row of the log that names a user: one of its messages, or a system message.</summary>
sealed class ErasedRow
{
    public long Seq { get; init; }

    public int Sender { get; init; }

    public byte[] Body { get; init; } = [];
}

/// <summary>A reaction of a user.</summary>
sealed class ErasedReaction
{
    public long Seq { get; init; }

    public byte[] Emoji { get; init; } = [];

    public string Text => Encoding.UTF8.GetString(Emoji);
}

/// <summary>The messages of one user, wherever they are. No index has them by sender: all groups are looked through, some rows at a time.</summary>
sealed class ErasedMessages(IChatDatabase database)
{
    /// <summary>Rows of a conversation that are looked at together.</summary>
    public const int PageSize = 500;

    /// <summary>Conversations that are read at once.</summary>
    public const int ConversationsAtOnce = 50;

    /// <summary>Stages of the walk: groups, and direct conversations from both sides.</summary>
    public const int Stages = 3;

    /// <summary>The next conversations of a stage, behind one; none: that was the last.</summary>
    public Task<List<ConversationId>> NextAsync(int userId, ErasurePlace place) => database.ReadAsync(async connection =>
    {
        var behind = new { userId, place.A, place.B, ConversationsAtOnce };
        var rows = await (place.Stage switch
        {
            0 => connection.QueryAsync<(int A, int B)>("SELECT a, b FROM Conversation WHERE a = 0 AND b > @B ORDER BY b LIMIT @ConversationsAtOnce", behind),
            1 => connection.QueryAsync<(int A, int B)>("SELECT a, b FROM Conversation WHERE a = @userId AND b > @B ORDER BY b LIMIT @ConversationsAtOnce", behind),
            _ => connection.QueryAsync<(int A, int B)>("SELECT a, b FROM Conversation WHERE b = @userId AND a > @A ORDER BY a LIMIT @ConversationsAtOnce", behind),
        });
        // One with oneself is found from both sides: once is enough.
        return rows.Where(row => StoredNumbers.Conversation(row.A, row.B) is not null && (place.Stage < 2 || row.A != row.B)).Select(row => ConversationId.FromStored(row.A, row.B)).ToList();
    });

    /// <summary>The last number of the page behind a number; null: there is nothing more.</summary>
    public Task<long?> EndOfPageAsync(ConversationId id, long after) => database.ReadAsync(connection => connection.ExecuteScalarAsync<long?>(
        "SELECT MAX(x.seq) FROM (SELECT seq FROM MessageLog WHERE a = @A AND b = @B AND seq > @after ORDER BY seq LIMIT @PageSize) x", new { id.A, id.B, after, PageSize }));

    /// <summary>The user's messages of a page, and whether each was taken back.</summary>
    public Task<List<(long Seq, bool IsRecalled)>> OwnAsync(ConversationId id, long after, long to, int userId) => database.ReadAsync(async connection =>
        (await connection.QueryAsync<(long Seq, long RecalledBy)>(
            """
            SELECT l.seq, COALESCE(s.recalled_by, 0) FROM MessageLog l LEFT JOIN MessageState s ON s.a = l.a AND s.b = l.b AND s.seq = l.seq
            WHERE l.a = @A AND l.b = @B AND l.seq > @after AND l.seq <= @to AND l.sender = @userId ORDER BY l.seq
            """,
            new { id.A, id.B, after, to, userId })).Select(row => (row.Seq, row.RecalledBy > 0)).ToList());

    /// <summary>The user's reactions to messages of a page.</summary>
    public Task<List<ErasedReaction>> ReactionsAsync(ConversationId id, long after, long to, int userId) => database.ReadAsync(async connection =>
        (await connection.QueryAsync<ErasedReaction>(
            "SELECT seq, emoji FROM Reaction WHERE a = @A AND b = @B AND seq > @after AND seq <= @to AND userid = @userId", new { id.A, id.B, after, to, userId })).AsList());

    /// <summary>A reaction that its conversation does not take back: the message was recalled, or is not there.</summary>
    public Task ForgetReactionAsync(ConversationId id, ErasedReaction reaction, int userId) => database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
        "DELETE FROM Reaction WHERE a = @A AND b = @B AND seq = @Seq AND userid = @userId AND emoji = @Emoji", new { id.A, id.B, reaction.Seq, userId, reaction.Emoji }, transaction));

    /// <summary>The user's messages of a page, and the system messages in it.</summary>
    public Task<List<ErasedRow>> BodiesAsync(ConversationId id, long after, long to, int userId) => database.ReadAsync(async connection =>
        (await connection.QueryAsync<ErasedRow>(
            "SELECT seq, sender, body FROM MessageLog WHERE a = @A AND b = @B AND seq > @after AND seq <= @to AND sender IN (0, @userId) ORDER BY seq",
            new { id.A, id.B, after, to, userId })).AsList());

    /// <summary>Other bodies, of messages that nobody changes any more: they were taken back, or nobody has sent them.</summary>
    public Task WriteAsync(ConversationId id, IReadOnlyCollection<(long Seq, byte[] Body)> bodies) => database.WriteAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync(database.Dialect.LockConversation, new { id.A, id.B }, transaction);
        foreach (var (seq, body) in bodies)
            await connection.ExecuteAsync("UPDATE MessageLog SET body = @body WHERE a = @A AND b = @B AND seq = @seq", new { body, id.A, id.B, seq }, transaction);
        return bodies.Count;
    });

    /// <summary>Takes messages out of the queues of users. Those who have left a group are not given them either: who reads a queue looks at what was taken back.</summary>
    public Task ForgetQueuedAsync(ConversationId id, IReadOnlyCollection<int> users, IReadOnlyCollection<long> seqs) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync("DELETE FROM OfflineMessage WHERE userid IN @users AND a = @A AND b = @B AND seq IN @seqs", new { users, id.A, id.B, seqs }, transaction));

    /// <summary>The next rows of everybody's queues behind one, and the messages of those that have no number.</summary>
    /// <returns>How far was looked, null: there is nothing more; and the rows.</returns>
    public Task<(long? To, List<(long Id, string? Message)> Rows)> QueuedAsync(long after, int span) => database.ReadAsync(async connection =>
    {
        if (await connection.ExecuteScalarAsync<long?>("SELECT MIN(id) FROM OfflineMessage WHERE id > @after", new { after }) is not { } first)
            return ((long?)null, []);
        var to = first + span - 1;
        var rows = await connection.QueryAsync<(long Id, object? Message)>(
            "SELECT id, CASE WHEN seq IS NULL THEN message END AS message FROM OfflineMessage WHERE id >= @first AND id <= @to ORDER BY id", new { first, to });
        return ((long?)to, rows.Select(row => (row.Id, row.Message is null ? null : SqlDialect.TextOf(row.Message))).ToList());
    });

    /// <summary>Takes rows out of queues.</summary>
    public Task ForgetQueuedAsync(IReadOnlyCollection<long> ids) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync("DELETE FROM OfflineMessage WHERE id IN @ids", new { ids }, transaction));
}
