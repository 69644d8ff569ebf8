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

    /// <inheritdoc cref="SqlDialect.RaiseMarksAsync" />
    public Task RaiseAsync(IReadOnlyList<DeliveryMark> marks) =>
        database.Dialect.RaiseMarksAsync(database, marks, clock.GetUtcNow().ToUnixTimeMilliseconds());
}
