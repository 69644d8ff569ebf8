using Chat.Protocol;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Chat.Node.Storage;

/// <summary>A message that waits for a user. <c>Seq</c> is 0 without a history.</summary>
sealed record OfflineRow(int UserId, ConversationId Conversation, long Seq, string? Cmid, long Ts, ReadOnlyMemory<byte> Body);

/// <summary>A row of the queue as it is read; the conversation is unknown for rows of other servers.</summary>
sealed record QueuedMessage(long Id, ConversationId? Conversation, long Seq, string? Cmid, long Ts, ReadOnlyMemory<byte> Body);

/// <summary>The statements of the offline queue.</summary>
sealed class OfflineStore(IChatDatabase database)
{
    sealed class Row
    {
        public long Id { get; init; }

        public int? A { get; init; }

        public int? B { get; init; }

        public long? Seq { get; init; }

        public string? Cmid { get; init; }

        public long? Ts { get; init; }

        public byte[] Message { get; init; } = [];

        public QueuedMessage ToQueued() =>
            new(Id, A is { } a && B is { } b ? ConversationId.FromStored(a, b) : null, Seq ?? 0, Cmid, Ts ?? 0, Message);
    }

    /// <summary>
    /// Inserts a batch, and in the same transaction the mark that says so. A row that is there already counts as
    /// inserted.
    /// </summary>
    public Task<bool> InsertAsync(IReadOnlyList<OfflineRow> rows) => database.WriteAsync((connection, transaction) =>
    {
        using var insert = (SqliteCommand)connection.CreateCommand();
        insert.Transaction = (SqliteTransaction)transaction;
        insert.CommandText =
            """
            INSERT INTO OfflineMessage (userid, message, a, b, seq, cmid, ts) VALUES ($user, $message, $a, $b, $seq, $cmid, $ts)
            ON CONFLICT (userid, a, b, seq) DO NOTHING
            """;
        using var mark = (SqliteCommand)connection.CreateCommand();
        mark.Transaction = (SqliteTransaction)transaction;
        mark.CommandText =
            """
            INSERT INTO DeliveryMark (userid, a, b, queued_to, updated) VALUES ($user, $a, $b, $seq, 0)
            ON CONFLICT (userid, a, b) DO UPDATE SET queued_to = MAX(queued_to, excluded.queued_to)
            """;
        foreach (var row in rows)
        {
            insert.Parameters.Clear();
            insert.Parameters.AddWithValue("$user", row.UserId);
            insert.Parameters.AddWithValue("$message", row.Body.ToArray());
            insert.Parameters.AddWithValue("$a", row.Conversation.A);
            insert.Parameters.AddWithValue("$b", row.Conversation.B);
            insert.Parameters.AddWithValue("$seq", row.Seq > 0 ? row.Seq : DBNull.Value);
            insert.Parameters.AddWithValue("$cmid", (object?)row.Cmid ?? DBNull.Value);
            insert.Parameters.AddWithValue("$ts", row.Ts);
            insert.ExecuteNonQuery();
            if (row.Seq == 0)
                continue;
            mark.Parameters.Clear();
            mark.Parameters.AddWithValue("$user", row.UserId);
            mark.Parameters.AddWithValue("$a", row.Conversation.A);
            mark.Parameters.AddWithValue("$b", row.Conversation.B);
            mark.Parameters.AddWithValue("$seq", row.Seq);
            mark.ExecuteNonQuery();
        }

        return Task.FromResult(true);
    });

    /// <summary>The next rows of a user above a row id, in the order in which they were queued.</summary>
    public Task<List<QueuedMessage>> ReadAsync(int userId, long after, int limit) => database.ReadAsync(async connection =>
    {
        var rows = await connection.QueryAsync<Row>(
            "SELECT id, a, b, seq, cmid, ts, message FROM OfflineMessage WHERE userid = @userId AND id > @after ORDER BY id LIMIT @limit",
            new { userId, after, limit });
        return rows.Select(row => row.ToQueued()).ToList();
    });

    /// <summary>Removes rows that were written to a socket or acknowledged one by one.</summary>
    public Task DeleteAsync(int userId, IReadOnlyCollection<long> ids) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync(
            "DELETE FROM OfflineMessage WHERE userid = @userId AND id IN @ids", new { userId, ids }, transaction));

    /// <summary>Removes what a device has received of a conversation.</summary>
    public Task DeleteUpToAsync(int userId, ConversationId conversation, long seq) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync(
            "DELETE FROM OfflineMessage WHERE userid = @userId AND a = @A AND b = @B AND seq <= @seq",
            new { userId, conversation.A, conversation.B, seq }, transaction));
}
