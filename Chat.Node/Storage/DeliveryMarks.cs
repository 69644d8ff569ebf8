using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>How far a conversation has come for a user.</summary>
sealed record DeliveryMark(int UserId, ConversationId Conversation, long QueuedTo, long ReceivedTo, long ReadTo);

/// <summary>The delivery marks.</summary>
sealed class DeliveryMarks(IChatDatabase database, TimeProvider clock)
{
    sealed class Row
    {
        public long QueuedTo { get; init; }

        public long ReceivedTo { get; init; }

        public long ReadTo { get; init; }
    }

    public Task<DeliveryMark> ReadAsync(int userId, ConversationId id) => database.ReadAsync(async connection =>
    {
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            "SELECT queued_to AS queuedto, received_to AS receivedto, read_to AS readto FROM DeliveryMark WHERE userid = @userId AND a = @A AND b = @B",
            new { userId, id.A, id.B });
        return new DeliveryMark(userId, id, row?.QueuedTo ?? 0, row?.ReceivedTo ?? 0, row?.ReadTo ?? 0);
    });

    /// <summary>Moves marks forward; a lower value than the stored one changes nothing.</summary>
    public Task RaiseAsync(IReadOnlyList<DeliveryMark> marks) => database.WriteAsync(async (connection, transaction) =>
    {
        var updated = clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var mark in marks)
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO DeliveryMark (userid, a, b, queued_to, received_to, read_to, updated)
                VALUES (@UserId, @A, @B, @QueuedTo, @ReceivedTo, @ReadTo, CASE WHEN @ReadTo > 0 THEN @updated ELSE 0 END)
                ON CONFLICT (userid, a, b) DO UPDATE SET
                    queued_to = MAX(queued_to, excluded.queued_to), received_to = MAX(received_to, excluded.received_to),
                    updated = CASE WHEN excluded.read_to > read_to THEN excluded.updated ELSE updated END,
                    read_to = MAX(read_to, excluded.read_to)
                """,
                new { mark.UserId, mark.Conversation.A, mark.Conversation.B, mark.QueuedTo, mark.ReceivedTo, mark.ReadTo, updated },
                transaction);
        }

        return true;
    });
}
