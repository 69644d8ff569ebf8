using System.Data;
using System.Data.Common;
using System.Text;
using Chat.Protocol;
using MySqlConnector;

namespace Chat.Node.Storage.MySql;

/// <summary>The offline queue's INSERT: rows and marks in a transaction, in statements of bounded size.</summary>
static class MySqlOffline
{
    const int MaxBytes = 1024 * 1024;

    /// <summary>A row that is there already stays what it is.</summary>
    static readonly MySqlRows Rows = new(
        "INSERT INTO OfflineMessage (userid, message, a, b, seq, cmid, ts) VALUES",
        [
            MySqlDbType.Int32, MySqlDbType.MediumText, MySqlDbType.Int32, MySqlDbType.Int32, MySqlDbType.Int64, MySqlDbType.VarBinary,
            MySqlDbType.Int64,
        ],
        " ON DUPLICATE KEY UPDATE seq = VALUES(seq)");

    static readonly MySqlRows Marks = new(
        "INSERT INTO DeliveryMark (userid, a, b, queued_to) VALUES",
        [MySqlDbType.Int32, MySqlDbType.Int32, MySqlDbType.Int32, MySqlDbType.Int64],
        " ON DUPLICATE KEY UPDATE queued_to = GREATEST(queued_to, VALUES(queued_to))");

    /// <summary>A row that is there already stays what it is.</summary>
    static readonly MySqlRows Pushes = new(
        "INSERT INTO PendingPush (userid, a, b, seq, due) VALUES",
        [MySqlDbType.Int32, MySqlDbType.Int32, MySqlDbType.Int32, MySqlDbType.Int64, MySqlDbType.Int64],
        " ON DUPLICATE KEY UPDATE userid = VALUES(userid)");

    public static Task InsertAsync(IChatDatabase database, IReadOnlyList<OfflineRow> rows, long? pushDue) =>
        database.WriteOnceAsync(async (connection, _) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted);
            // By user: two nodes then take locks in the same order. The rows of a user stay in theirs.
            var sorted = rows.OrderBy(row => row.UserId).ToList();
            var max = Math.Min(MaxBytes, database.LargestBody);
            for (var at = 0; at < sorted.Count;)
            {
                var first = at;
                for (var bytes = 0; at < sorted.Count && (at == first || bytes + sorted[at].Body.Length < max); at++)
                    bytes += sorted[at].Body.Length + 100;
                await InsertRowsAsync(connection, transaction, sorted.GetRange(first, at - first));
            }

            await RaiseMarksAsync(connection, transaction, rows);
            if (pushDue is { } due)
                await InsertPushesAsync(connection, transaction, SqlDialect.PushesOf(rows), due);
            await transaction.CommitAsync();
            return true;
        });

    static Task<int> InsertRowsAsync(DbConnection connection, DbTransaction transaction, List<OfflineRow> rows) =>
        Rows.ExecuteAsync(connection, transaction, rows, (values, row) =>
        {
            values.Add(row.UserId);
            values.Add(JsonText.ToAscii(row.Body.Span)); // a legacy server that reads it as gbk sees the same as everybody
            values.Add(row.Conversation.A);
            values.Add(row.Conversation.B);
            values.Add(row.Seq > 0 ? row.Seq : null);
            values.Add(row.Cmid is { } cmid ? Encoding.UTF8.GetBytes(cmid) : null);
            values.Add(row.Ts);
        });

    static async Task InsertPushesAsync(DbConnection connection, DbTransaction transaction, List<PendingPush> pushes, long due)
    {
        if (pushes.Count == 0)
            return;
        await Pushes.ExecuteAsync(connection, transaction, pushes, (values, push) =>
        {
            values.Add(push.UserId);
            values.Add(push.Conversation.A);
            values.Add(push.Conversation.B);
            values.Add(push.Seq);
            values.Add(due);
        });
    }

    static async Task RaiseMarksAsync(DbConnection connection, DbTransaction transaction, IReadOnlyList<OfflineRow> rows)
    {
        var marks = rows.Where(row => row is { Seq: > 0, RaisesMark: true }).GroupBy(row => (row.UserId, row.Conversation.A, row.Conversation.B))
            .OrderBy(group => group.Key).Select(group => (group.Key, QueuedTo: group.Max(row => row.Seq))).ToList();
        if (marks.Count == 0)
            return;
        await Marks.ExecuteAsync(connection, transaction, marks, (values, mark) =>
        {
            values.Add(mark.Key.UserId);
            values.Add(mark.Key.A);
            values.Add(mark.Key.B);
            values.Add(mark.QueuedTo);
        });
    }
}
