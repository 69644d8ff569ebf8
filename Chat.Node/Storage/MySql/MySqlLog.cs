using System.Data.Common;
using System.Text;
using Chat.Protocol;
using Dapper;
using MySqlConnector;

namespace Chat.Node.Storage.MySql;

/// <summary>
/// The log's INSERT. All rows in one statement that is its own transaction; only if that fails, each conversation by itself;
/// only if that fails, row by row up to the one at fault.
/// </summary>
sealed class MySqlLog
{
    /// <summary>A statement stays far below the smallest usual max_allowed_packet; bytes are doubled at worst.</summary>
    const int MostBytes = 1024 * 1024;

    readonly MySqlRows _rows = new(
        "INSERT INTO MessageLog (a, b, seq, sender, cmid, ts, node, body) VALUES",
        [
            MySqlDbType.Int32, MySqlDbType.Int32, MySqlDbType.Int64, MySqlDbType.Int32, MySqlDbType.VarBinary, MySqlDbType.Int64,
            MySqlDbType.Int64, MySqlDbType.MediumBlob,
        ]);

    /// <summary>A conversation without messages is harmless, so this may be committed before its first message.</summary>
    readonly MySqlRows _conversations = new(
        "INSERT INTO Conversation (a, b) VALUES", [MySqlDbType.Int32, MySqlDbType.Int32], " ON DUPLICATE KEY UPDATE a = VALUES(a)");

    sealed class FoundRow
    {
        public long Seq { get; init; }

        public long Ts { get; init; }
    }

    public async Task<AppendOutcome[]> AppendAsync(IChatDatabase database, long node, IReadOnlyList<LogRow> rows)
    {
        var outcomes = new AppendOutcome[rows.Count];
        Array.Fill(outcomes, AppendOutcome.Unknown);
        // By key: two nodes then take locks in the same order, and the rows of a conversation stay in theirs.
        var sorted = Enumerable.Range(0, rows.Count)
            .OrderBy(i => rows[i].Conversation.A).ThenBy(i => rows[i].Conversation.B).ThenBy(i => rows[i].Seq).ToList();
        var stopped = new HashSet<ConversationId>();
        for (var at = 0; at < sorted.Count;)
        {
            var piece = TakePiece(rows, sorted, ref at);
            piece.RemoveAll(i => stopped.Contains(rows[i].Conversation));
            try
            {
                await WriteAsync(database, node, rows, piece, outcomes);
            }
            catch (StorageException) when (at > piece.Count)
            {
                break; // what was written is written, the rest is unknown
            }

            stopped.UnionWith(piece.Where(i => outcomes[i].Status != AppendStatus.Written).Select(i => rows[i].Conversation));
        }

        return outcomes;
    }

    static List<int> TakePiece(IReadOnlyList<LogRow> rows, List<int> sorted, ref int at)
    {
        var piece = new List<int>();
        for (var bytes = 0; at < sorted.Count && (piece.Count == 0 || bytes < MostBytes); at++)
        {
            piece.Add(sorted[at]);
            bytes += rows[sorted[at]].Body.Length + 100;
        }

        return piece;
    }

    async Task WriteAsync(IChatDatabase database, long node, IReadOnlyList<LogRow> rows, List<int> piece, AppendOutcome[] outcomes)
    {
        if (await TryInsertAsync(database, node, rows, piece, outcomes))
            return;
        foreach (var conversation in piece.GroupBy(i => rows[i].Conversation))
        {
            List<int> own = [.. conversation];
            if (own.Count < piece.Count && await TryInsertAsync(database, node, rows, own, outcomes))
                continue;
            await InsertOneByOneAsync(database, node, rows, own, outcomes);
        }
    }

    async Task InsertOneByOneAsync(IChatDatabase database, long node, IReadOnlyList<LogRow> rows, List<int> own, AppendOutcome[] outcomes)
    {
        foreach (var i in own)
        {
            try
            {
                await InsertAsync(database, node, rows, [i]);
                outcomes[i] = AppendOutcome.Written(rows[i]);
            }
            catch (DuplicateKeyException)
            {
                outcomes[i] = await SettleAsync(database, rows[i]);
                return; // written, what is behind would leave a hole in the numbers
            }
            catch (RowRefusedException)
            {
                outcomes[i] = AppendOutcome.Refused;
                return;
            }
        }
    }

    /// <summary>False if a row is at fault: nothing was written.</summary>
    async Task<bool> TryInsertAsync(IChatDatabase database, long node, IReadOnlyList<LogRow> rows, List<int> some, AppendOutcome[] outcomes)
    {
        if (some.Count == 0)
            return true;
        try
        {
            await InsertAsync(database, node, rows, some);
        }
        catch (Exception e) when (e is DuplicateKeyException or RowRefusedException)
        {
            return false;
        }

        foreach (var i in some)
            outcomes[i] = AppendOutcome.Written(rows[i]);
        return true;
    }

    /// <summary>Few rows are a transaction by themselves, in one round trip; many are several statements in one.</summary>
    Task<int> InsertAsync(IChatDatabase database, long node, IReadOnlyList<LogRow> rows, List<int> some) =>
        database.WriteOnceAsync(async (connection, transaction) =>
        {
            var starting = some.Where(i => rows[i].Seq == 1).ToList();
            if (starting.Count > 0)
                await _conversations.ExecuteAsync(connection, transaction, starting, (values, i) =>
                {
                    values.Add(rows[i].Conversation.A);
                    values.Add(rows[i].Conversation.B);
                });
            if (some.Count <= MySqlRows.MostPrepared)
                return await InsertAsync(connection, transaction, node, rows, some);
            await using var together = await connection.BeginTransactionAsync();
            foreach (var part in some.Chunk(MySqlRows.MostPrepared))
                await InsertAsync(connection, together, node, rows, part);
            await together.CommitAsync();
            return some.Count;
        });

    Task<int> InsertAsync(DbConnection connection, DbTransaction? transaction, long node, IReadOnlyList<LogRow> rows, IReadOnlyCollection<int> some) =>
        _rows.ExecuteAsync(connection, transaction, some, (values, i) =>
        {
            var row = rows[i];
            values.Add(row.Conversation.A);
            values.Add(row.Conversation.B);
            values.Add(row.Seq);
            values.Add(row.Sender);
            values.Add(Encoding.UTF8.GetBytes(row.Cmid));
            values.Add(row.Ts);
            values.Add(node);
            values.Add(row.Body);
        });

    /// <summary>Which key was hit: the row with this sender and cmid is the message itself, else the number was taken.</summary>
    static async Task<AppendOutcome> SettleAsync(IChatDatabase database, LogRow row)
    {
        var found = await database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<FoundRow>(
            "SELECT seq, ts FROM MessageLog WHERE a = @A AND b = @B AND sender = @Sender AND cmid = @cmid",
            new { row.Conversation.A, row.Conversation.B, row.Sender, cmid = Encoding.UTF8.GetBytes(row.Cmid) }));
        return found is null ? AppendOutcome.Conflict : AppendOutcome.Duplicate(found.Seq, found.Ts);
    }
}
