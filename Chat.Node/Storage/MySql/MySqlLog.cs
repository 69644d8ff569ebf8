using System.Data;
using System.Data.Common;
using System.Text;
using Chat.Protocol;
using Dapper;
using MySqlConnector;

namespace Chat.Node.Storage.MySql;

/// <summary>
/// The log's INSERT. All rows in one statement that is its own transaction; only if that fails, each conversation by itself, and
/// only if that fails, row by row up to the one at fault, all in one transaction again.
/// </summary>
sealed class MySqlLog
{
    /// <summary>A statement stays far below the smallest usual max_allowed_packet; bytes are doubled at worst.</summary>
    const int MaxBytes = 1024 * 1024;

    readonly MySqlRows _rows = new(
        "INSERT INTO MessageLog (a, b, seq, sender, cmid, ts, node, body) VALUES",
        [
            MySqlDbType.Int32, MySqlDbType.Int32, MySqlDbType.Int64, MySqlDbType.Int32, MySqlDbType.VarBinary, MySqlDbType.Int64,
            MySqlDbType.Int64, MySqlDbType.MediumBlob,
        ]);

    /// <summary>A conversation without messages is harmless, so this may be committed before its first message.</summary>
    readonly MySqlRows _conversations = new("REPLACE INTO Conversation (a, b) VALUES", [MySqlDbType.Int32, MySqlDbType.Int32]);

    readonly MySqlReferences _references = new();

    /// <summary>So many conversations may be locked by others before the rest of a batch is given up.</summary>
    const int MaxLocked = 3;

    /// <summary>A row of this conversation is held by somebody else. Nothing of the transaction counts: the server may have taken all of it back.</summary>
    sealed class ConversationLockedException(ConversationId conversation) : Exception
    {
        public ConversationId Conversation => conversation;
    }

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
        RefuseTooLarge(rows, sorted, outcomes, database.LargestBody);
        var max = Math.Min(MaxBytes, database.LargestBody);
        var stopped = new HashSet<ConversationId>();
        for (var at = 0; at < sorted.Count;)
        {
            var piece = TakePiece(rows, sorted, max, ref at);
            piece.RemoveAll(i => stopped.Contains(rows[i].Conversation));
            try
            {
                await WriteAsync(database, node, rows, piece, outcomes);
            }
            catch (StorageException e) when (outcomes.Any(outcome => outcome.Status == AppendStatus.Written))
            {
                throw new PartlyWrittenException(outcomes, e);
            }

            stopped.UnionWith(piece.Where(i => outcomes[i].Status != AppendStatus.Written).Select(i => rows[i].Conversation));
        }

        if (rows.Count > 0 && outcomes.All(outcome => outcome.Status == AppendStatus.Unknown))
            throw new StorageException("MySQL: every row is locked by somebody else");
        return outcomes;
    }

    /// <summary>
    /// A row that no statement can hold is not sent: the server would end the connection instead of refusing it. The rows behind it
    /// in its conversation wait, as behind every row that was not written.
    /// </summary>
    static void RefuseTooLarge(IReadOnlyList<LogRow> rows, List<int> sorted, AppendOutcome[] outcomes, int largest)
    {
        var refused = sorted.FindAll(i => rows[i].Body.Length > largest);
        if (refused.Count == 0)
            return;
        var firsts = refused.GroupBy(i => rows[i].Conversation).ToDictionary(own => own.Key, own => rows[own.First()].Seq);
        refused.ForEach(i => outcomes[i] = AppendOutcome.Refused);
        sorted.RemoveAll(i => firsts.TryGetValue(rows[i].Conversation, out var seq) && rows[i].Seq >= seq);
    }

    static List<int> TakePiece(IReadOnlyList<LogRow> rows, List<int> sorted, int max, ref int at)
    {
        var piece = new List<int>();
        for (var bytes = 0; at < sorted.Count && (piece.Count == 0 || bytes + rows[sorted[at]].Body.Length < max); at++)
        {
            piece.Add(sorted[at]);
            bytes += rows[sorted[at]].Body.Length + 100;
        }

        return piece;
    }

    async Task WriteAsync(IChatDatabase database, long node, IReadOnlyList<LogRow> rows, List<int> piece, AppendOutcome[] outcomes)
    {
        if (piece.Count == 0)
            return;
        try
        {
            await InsertAsync(database, node, rows, piece);
            piece.ForEach(i => outcomes[i] = AppendOutcome.Written(rows[i]));
        }
        catch (Exception e) when (e is DuplicateKeyException or RowRefusedException or StorageException { IsLock: true })
        {
            await WriteApartAsync(database, node, rows, piece, outcomes);
        }
    }

    /// <summary>A row is at fault, or locked: its conversation is stopped there, the others go on.</summary>
    async Task WriteApartAsync(IChatDatabase database, long node, IReadOnlyList<LogRow> rows, List<int> piece, AppendOutcome[] outcomes)
    {
        var locked = new HashSet<ConversationId>();
        while (true)
        {
            try
            {
                var open = piece.Where(i => !locked.Contains(rows[i].Conversation)).ToList();
                foreach (var (i, status) in await InsertApartAsync(database, node, rows, open))
                {
                    outcomes[i] = status switch
                    {
                        AppendStatus.Written => AppendOutcome.Written(rows[i]),
                        AppendStatus.Duplicate => await SettleAsync(database, rows[i]),
                        _ => AppendOutcome.Refused,
                    };
                }

                return;
            }
            catch (ConversationLockedException e)
            {
                locked.Add(e.Conversation);
                if (locked.Count > MaxLocked)
                    throw new StorageException("MySQL: the log is locked by somebody else", e);
            }
        }
    }

    /// <summary>The outcomes of the rows, up to and with the first one of each conversation that was not written.</summary>
    Task<List<(int Row, AppendStatus Status)>> InsertApartAsync(IChatDatabase database, long node, IReadOnlyList<LogRow> rows, List<int> some) =>
        database.WriteOnceAsync(async (connection, _) =>
        {
            var results = new List<(int, AppendStatus)>();
            await InsertConversationsAsync(connection, null, rows, some);
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted);
            foreach (var own in some.GroupBy(i => rows[i].Conversation))
            {
                foreach (var part in (IEnumerable<int[]>)[[.. own], .. own.Select(i => (int[])[i])])
                {
                    var status = await TryInsertAsync(connection, transaction, node, rows, part);
                    if (status != AppendStatus.Written && part.Length > 1)
                        continue; // row by row
                    results.AddRange(part.Select(i => (i, status)));
                    if (part.Length > 1 || own.Count() == 1 || status != AppendStatus.Written)
                        break; // what is behind a row that failed would leave a hole in the numbers
                }
            }

            await transaction.CommitAsync();
            return results;
        });

    async Task<AppendStatus> TryInsertAsync(DbConnection connection, DbTransaction transaction, long node, IReadOnlyList<LogRow> rows, int[] some)
    {
        try
        {
            await InsertAsync(connection, transaction, node, rows, some);
            return AppendStatus.Written;
        }
        catch (MySqlException e) when (MySqlErrors.IsOfStatement(e))
        {
            return e.ErrorCode == MySqlErrorCode.DuplicateKeyEntry ? AppendStatus.Duplicate : AppendStatus.Refused;
        }
        catch (MySqlException e) when (MySqlErrors.IsLocked(e))
        {
            throw new ConversationLockedException(rows[some[0]].Conversation);
        }
    }

    /// <summary>Few rows are a transaction by themselves, in one round trip; many are several statements in one.</summary>
    Task<int> InsertAsync(IChatDatabase database, long node, IReadOnlyList<LogRow> rows, List<int> some) =>
        database.WriteOnceAsync(async (connection, transaction) =>
        {
            await InsertConversationsAsync(connection, transaction, rows, some);
            if (some.Count <= MySqlRows.MaxPrepared && !some.Exists(i => !rows[i].References.IsEmpty))
                return await InsertAsync(connection, transaction, node, rows, some);
            await using var together = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted);
            foreach (var part in some.Chunk(MySqlRows.MaxPrepared))
                await InsertAsync(connection, together, node, rows, part);
            await together.CommitAsync();
            return some.Count;
        });

    async Task InsertConversationsAsync(DbConnection connection, DbTransaction? transaction, IReadOnlyList<LogRow> rows, List<int> some)
    {
        var starting = some.Where(i => rows[i].Seq == 1).ToList();
        if (starting.Count == 0)
            return;
        await _conversations.ExecuteAsync(connection, transaction, starting, (values, i) =>
        {
            values.Add(rows[i].Conversation.A);
            values.Add(rows[i].Conversation.B);
        });
    }

    async Task<int> InsertAsync(DbConnection connection, DbTransaction? transaction, long node, IReadOnlyList<LogRow> rows, IReadOnlyCollection<int> some)
    {
        var written = await _rows.ExecuteAsync(connection, transaction, some, (values, i) =>
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
        await _references.InsertAsync(connection, transaction, [.. some.Where(i => !rows[i].References.IsEmpty).Select(i => rows[i])]);
        return written;
    }

    /// <summary>Which key was hit: the row with this sender and cmid is the message itself, else the number was taken.</summary>
    static async Task<AppendOutcome> SettleAsync(IChatDatabase database, LogRow row)
    {
        var found = await database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<FoundRow>(
            "SELECT seq, ts FROM MessageLog WHERE a = @A AND b = @B AND sender = @Sender AND cmid = @cmid",
            new { row.Conversation.A, row.Conversation.B, row.Sender, cmid = Encoding.UTF8.GetBytes(row.Cmid) }));
        return found is null ? AppendOutcome.Conflict : AppendOutcome.Duplicate(found.Seq, found.Ts);
    }
}
