using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>How many have a message; its sender is none of them.</summary>
/// <param name="Head">The last number of the conversation.</param>
/// <param name="Sender">Who has sent the message.</param>
/// <param name="Members">How many take part.</param>
/// <param name="Received">How many of them have it on a device.</param>
/// <param name="HasRead">How many have read it, as others may see it.</param>
/// <param name="IsBlocked">One of two users has blocked the other: neither sees what the other has received since.</param>
sealed record ReceiptCounts(long Head, int Sender, int Members, int Received, int HasRead, bool IsBlocked = false);

/// <summary>Who has received and read messages: the marks of those who take part, looked up by their keys when somebody asks.</summary>
sealed class ReceiptStore(IChatDatabase database)
{
    sealed class MessageRow
    {
        public int Sender { get; init; }

        public long Head { get; init; }

        public long IsBlocked { get; init; }
    }

    sealed class CountRow
    {
        public long Members { get; init; }

        public long Received { get; init; }

        public long HasRead { get; init; }
    }

    sealed class ReaderRow
    {
        public int UserId { get; init; }

        public long ReceivedTo { get; init; }

        public long ReadTo { get; init; }

        public long? ShownTo { get; init; }
    }

    /// <summary>How many have a message; null if there is no such message.</summary>
    public Task<ReceiptCounts?> CountAsync(ConversationId id, long seq) => database.ReadAsync(async connection =>
    {
        var (group, one, other) = Those(id);
        var message = await connection.QuerySingleOrDefaultAsync<MessageRow>(
            """
            SELECT l.sender,
                (SELECT h.seq FROM MessageLog h WHERE h.a = @A AND h.b = @B AND h.seq BETWEEN 1 AND 9007199254740991 ORDER BY h.seq DESC LIMIT 1) AS head,
                EXISTS (SELECT 1 FROM Contact c WHERE c.userid = @one AND c.other = @other AND c.blocked = 1)
                    OR EXISTS (SELECT 1 FROM Contact c WHERE c.userid = @other AND c.other = @one AND c.blocked = 1) AS isblocked
            FROM MessageLog l WHERE l.a = @A AND l.b = @B AND l.seq = @seq
                AND l.seq >= COALESCE((SELECT f.floor FROM ConversationFloor f WHERE f.a = @A AND f.b = @B), 1)
            """,
            new { id.A, id.B, seq, one, other });
        if (message is null)
            return null;
        var counts = await connection.QuerySingleAsync<CountRow>(
            """
            SELECT COUNT(*) AS members,
                COALESCE(SUM(CASE WHEN (@IsBlocked = 0 AND m.received_to BETWEEN @seq AND @Head) OR COALESCE(m.shown_to, m.read_to) >= @seq THEN 1 ELSE 0 END), 0) AS received,
                COALESCE(SUM(CASE WHEN COALESCE(m.shown_to, m.read_to) >= @seq THEN 1 ELSE 0 END), 0) AS hasread
            FROM (SELECT userid FROM GroupUser WHERE groupid = @group UNION SELECT id AS userid FROM Users WHERE id IN (@one, @other)) u
            LEFT JOIN DeliveryMark m ON m.userid = u.userid AND m.a = @A AND m.b = @B
            WHERE u.userid <> @Sender
            """,
            new { id.A, id.B, group, one, other, seq, message.Head, message.Sender, message.IsBlocked });
        return new ReceiptCounts(message.Head, message.Sender, (int)counts.Members, (int)counts.Received, (int)counts.HasRead, message.IsBlocked != 0);
    });

    /// <summary>Those who have a message, by ids above one, ascending.</summary>
    public Task<List<ReaderEntry>> WhoAsync(ConversationId id, long seq, ReceiptCounts counts, int after, int limit) => database.ReadAsync(async connection =>
    {
        var (group, one, other) = Those(id);
        var rows = await connection.QueryAsync<ReaderRow>(
            """
            SELECT m.userid, m.received_to AS receivedto, m.read_to AS readto, m.shown_to AS shownto
            FROM (SELECT userid FROM GroupUser WHERE groupid = @group AND userid > @after UNION SELECT id AS userid FROM Users WHERE id IN (@one, @other) AND id > @after) u
            JOIN DeliveryMark m ON m.userid = u.userid AND m.a = @A AND m.b = @B
            WHERE u.userid <> @Sender AND ((@isBlocked = 0 AND m.received_to BETWEEN @seq AND @Head) OR COALESCE(m.shown_to, m.read_to) >= @seq)
            ORDER BY u.userid LIMIT @limit
            """,
            new { id.A, id.B, group, one, other, seq, counts.Head, counts.Sender, isBlocked = counts.IsBlocked ? 1 : 0, after, limit });
        return rows.Select(row =>
        {
            var seen = MarkStanding.Seen(row.ReceivedTo, row.ReadTo, row.ShownTo, counts.Head, counts.IsBlocked);
            return new ReaderEntry(row.UserId, seen.Received, seen.Read);
        }).ToList();
    });

    /// <summary>Whose marks are looked at: the members of a group, or two users.</summary>
    static (int Group, int One, int Other) Those(ConversationId id) => id.IsGroup ? (id.B, 0, 0) : (0, id.A, id.B);
}
