using MySqlConnector;

namespace Chat.Node.Storage.MySql;

/// <summary>The delivery marks of many users in one statement.</summary>
static class MySqlMarks
{
    /// <summary>The values are compared before they are overwritten: MySQL assigns from left to right.</summary>
    static readonly MySqlRows Rows = new(
        "INSERT INTO DeliveryMark (userid, a, b, queued_to, received_to, read_to, shown_to, updated) VALUES",
        [MySqlDbType.Int32, MySqlDbType.Int32, MySqlDbType.Int32, MySqlDbType.Int64, MySqlDbType.Int64, MySqlDbType.Int64, MySqlDbType.Int64, MySqlDbType.Int64],
        """
         ON DUPLICATE KEY UPDATE
            queued_to = GREATEST(queued_to, VALUES(queued_to)), received_to = GREATEST(received_to, VALUES(received_to)),
            shown_to = IF(VALUES(read_to) <= read_to, shown_to, IF(VALUES(shown_to) IS NULL, NULL, COALESCE(shown_to, read_to))),
            flags = IF(VALUES(read_to) > 0, flags & 125, flags),
            updated = IF(VALUES(read_to) > read_to, VALUES(updated), updated), read_to = GREATEST(read_to, VALUES(read_to))
        """);

    public static async Task RaiseAsync(IChatDatabase database, IReadOnlyList<DeliveryMark> marks, long now)
    {
        var sorted = marks.OrderBy(mark => (mark.UserId, mark.Conversation.A, mark.Conversation.B));
        foreach (var some in sorted.Chunk(MySqlRows.MaxPrepared)) // one after the other: raising a mark again does no harm
            await database.WriteOnceAsync((connection, transaction) => Rows.ExecuteAsync(connection, transaction, some, (values, mark) =>
            {
                values.Add(mark.UserId);
                values.Add(mark.Conversation.A);
                values.Add(mark.Conversation.B);
                values.Add(mark.QueuedTo);
                values.Add(mark.ReceivedTo);
                values.Add(mark.ReadTo);
                values.Add(mark.HidesRead ? 0L : null);
                values.Add(mark.ReadTo > 0 ? now : 0);
            }));
    }
}
