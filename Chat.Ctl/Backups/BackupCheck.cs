using System.Globalization;

namespace Chat.Ctl.Backups;

/// <summary>
/// Whether a database is whole and fits together: what a node would find in it. It is gone through once, in the order of its keys, and nothing is kept of it
/// but counts and a few examples.
/// </summary>
sealed class BackupCheck(BackupSource source, CancellationToken cancelled)
{
    /// <summary>Counted, and there whatever version made the schema.</summary>
    static readonly string[] Tables = ["Users", "AllGroup", "GroupUser", "Conversation", "MessageLog", "DeliveryMark", "OfflineMessage"];

    readonly BackupFindings _findings = new();
    readonly Dictionary<string, long> _rows = [];
    bool _hasFloors;

    /// <param name="running">The database in use; null: it is not looked at.</param>
    /// <exception cref="CtlException">It is no database of ours.</exception>
    public async Task<BackupReport> RunAsync(BackupSource? running)
    {
        if (source.IsSqlite)
            await CheckFileAsync();
        if (_findings.Faults.Count > 0)
            return Report("", null, null, null); // pages are broken: whatever they say means nothing
        var schema = await CheckSchemaAsync();
        _hasFloors = await source.HasAsync("ConversationFloor", cancelled);
        foreach (var table in Tables)
            _rows[table] = await source.NumberAsync($"SELECT COUNT(*) FROM {table}", cancelled) ?? 0;
        var newest = await CheckLogsAsync();
        if (_hasFloors)
            await CheckFloorsAsync();
        await CheckMarksAsync();
        await CheckQueueAsync();
        var taken = await source.NumberAsync("SELECT MAX(heartbeat) FROM Node", cancelled);
        return Report(schema, taken, newest, running is null ? null : await CompareAsync(running));
    }

    BackupReport Report(string schema, long? taken, long? newest, BackupLag? lag) =>
        new() { Schema = schema, Taken = taken, NewestMessage = newest, Rows = _rows, Behind = lag, Notes = _findings.Notes, Faults = _findings.Faults };

    async Task CheckFileAsync()
    {
        await foreach (var row in source.RowsAsync($"PRAGMA integrity_check({BackupFindings.MaxExamples})", cancelled))
        {
            if (row.GetString(0) is var said && said != "ok")
                _findings.Add("file", "the file is damaged", said);
        }
    }

    /// <summary>The newest script that it has had.</summary>
    async Task<string> CheckSchemaAsync()
    {
        if (!await source.HasAsync("SchemaVersions", cancelled))
            throw new CtlException(ExitCode.NotSafe, $"{source.Title} is no database of ChatActors: no node has ever started on it");
        var applied = new List<string>();
        await foreach (var row in source.RowsAsync("SELECT ScriptName FROM SchemaVersions", cancelled))
            applied.Add(SchemaScripts.NameOf(row.GetString(0)));
        SchemaScripts.Compare(SchemaScripts.Known(source.Kind), applied, _findings);
        foreach (var table in Tables.Append("Node"))
        {
            if (!await source.HasAsync(table, cancelled))
                throw new CtlException(ExitCode.NotSafe, $"{source.Title} lacks the table {table}");
        }

        return applied.Max(StringComparer.Ordinal) ?? "";
    }

    /// <summary>Numbers of a conversation have no gaps, from the first one that is kept up to the last one. When the newest message was accepted.</summary>
    async Task<long?> CheckLogsAsync()
    {
        var floor = _hasFloors ? "(SELECT f.deleted_to FROM ConversationFloor f WHERE f.a = l.a AND f.b = l.b)" : "NULL";
        // By its number in SQLite: the time is in the row, not in the index.
        var time = source.IsSqlite ? "NULL" : "MAX(l.ts)";
        long? newest = null;
        await foreach (var row in source.RowsAsync(
            $"""
             SELECT l.a, l.b, COUNT(*), MIN(l.seq), MAX(l.seq), {floor}, {time},
                 (SELECT COUNT(*) FROM Conversation c WHERE c.a = l.a AND c.b = l.b)
             FROM MessageLog l GROUP BY l.a, l.b ORDER BY l.a, l.b
             """, cancelled))
        {
            var (name, count, first, head) = (Conversation(row.GetInt64(0), row.GetInt64(1)), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4));
            var expected = row.IsDBNull(5) ? 1 : row.GetInt64(5);
            if (first != expected || count != head - first + 1)
                _findings.Add("hole", "numbers are missing in a conversation", $"{name} has {count} messages from {first} to {head}; {head - expected + 1} from {expected} on are expected");
            if (row.GetInt64(7) == 0)
                _findings.Add("unlisted", "a conversation with messages is in no list", name);
            if (!row.IsDBNull(6))
                newest = Math.Max(newest ?? 0, row.GetInt64(6));
        }

        return source.IsSqlite ? await NewestAsync(source) : newest;
    }

    async Task<long?> NewestAsync(BackupSource database) => await database.NumberAsync(
        database.IsSqlite ? "SELECT ts FROM MessageLog ORDER BY id DESC LIMIT 1" : "SELECT MAX(ts) FROM MessageLog", cancelled);

    /// <summary>The row next below a floor is never deleted: the next number is behind it.</summary>
    async Task CheckFloorsAsync()
    {
        await foreach (var row in source.RowsAsync(
            """
            SELECT f.a, f.b, f.floor, COALESCE((SELECT MAX(l.seq) FROM MessageLog l WHERE l.a = f.a AND l.b = f.b), 0)
            FROM ConversationFloor f
            WHERE f.floor > 1 + COALESCE((SELECT MAX(l.seq) FROM MessageLog l WHERE l.a = f.a AND l.b = f.b), 0)
            """, cancelled))
            _findings.Add("floor", "what is kept begins behind the last message", $"{Conversation(row.GetInt64(0), row.GetInt64(1))} is kept from {row.GetInt64(2)} on, and ends at {row.GetInt64(3)}");
    }

    async Task CheckMarksAsync()
    {
        await foreach (var row in source.RowsAsync(
            """
            SELECT m.userid, m.a, m.b, m.queued_to, m.received_to, m.read_to, COALESCE((SELECT MAX(l.seq) FROM MessageLog l WHERE l.a = m.a AND l.b = m.b), 0) AS head
            FROM DeliveryMark m
            WHERE CASE WHEN m.queued_to > m.received_to THEN CASE WHEN m.queued_to > m.read_to THEN m.queued_to ELSE m.read_to END
                    ELSE CASE WHEN m.received_to > m.read_to THEN m.received_to ELSE m.read_to END END
                > COALESCE((SELECT MAX(l.seq) FROM MessageLog l WHERE l.a = m.a AND l.b = m.b), 0)
            """, cancelled))
            _findings.Add(
                "mark", "a user has more than there is in a conversation",
                $"user {row.GetInt64(0)} in {Conversation(row.GetInt64(1), row.GetInt64(2))}: queued {row.GetInt64(3)}, received {row.GetInt64(4)}, read {row.GetInt64(5)}, the last number is {row.GetInt64(6)}");
    }

    /// <summary>Rows of other servers have no number, and what is below a floor, or of a group that is gone, is taken out when the user comes.</summary>
    async Task CheckQueueAsync()
    {
        var floor = _hasFloors ? "AND NOT EXISTS (SELECT 1 FROM ConversationFloor f WHERE f.a = o.a AND f.b = o.b AND f.floor > o.seq)" : "";
        await foreach (var row in source.RowsAsync(
            $"""
             SELECT o.id, o.userid, o.a, o.b, o.seq FROM OfflineMessage o
             WHERE o.ts IS NOT NULL AND o.seq > 0 AND NOT EXISTS (SELECT 1 FROM MessageLog l WHERE l.a = o.a AND l.b = o.b AND l.seq = o.seq) {floor}
                 AND (o.a <> 0 OR EXISTS (SELECT 1 FROM AllGroup g WHERE g.id = o.b))
             """, cancelled))
            _findings.Add(
                "queue", "a message waits for a user that is in no log",
                $"row {row.GetInt64(0)} of user {row.GetInt64(1)}: {Conversation(row.GetInt64(2), row.GetInt64(3))} {row.GetInt64(4)}");
    }

    /// <summary>Both go through their conversations in the same order.</summary>
    async Task<BackupLag> CompareAsync(BackupSource running)
    {
        const string Heads = "SELECT a, b, MAX(seq) FROM MessageLog GROUP BY a, b ORDER BY a, b";
        var (messages, conversations) = (0L, 0L);
        await using var mine = source.RowsAsync(Heads, cancelled).GetAsyncEnumerator(cancelled);
        var hasMine = await mine.MoveNextAsync();
        await foreach (var theirs in running.RowsAsync(Heads, cancelled))
        {
            var (at, head) = ((A: theirs.GetInt64(0), B: theirs.GetInt64(1)), theirs.GetInt64(2));
            while (hasMine && (mine.Current.GetInt64(0), mine.Current.GetInt64(1)).CompareTo(at) < 0)
            {
                AddForeign(mine.Current.GetInt64(0), mine.Current.GetInt64(1));
                hasMine = await mine.MoveNextAsync();
            }

            var known = hasMine && (mine.Current.GetInt64(0), mine.Current.GetInt64(1)) == at ? mine.Current.GetInt64(2) : 0;
            if (known > head)
                AddForeign(at.A, at.B);
            if (head > known)
                (messages, conversations) = (messages + head - known, conversations + 1);
            if (known > 0)
                hasMine = await mine.MoveNextAsync();
        }

        for (; hasMine; hasMine = await mine.MoveNextAsync())
            AddForeign(mine.Current.GetInt64(0), mine.Current.GetInt64(1));
        return new BackupLag(messages, conversations, await NewestAsync(running));
    }

    void AddForeign(long a, long b) => _findings.Add("ahead", "it has messages that the running database does not have: it is of another one, or the running one was put back itself", Conversation(a, b));

    static string Conversation(long a, long b) => a == 0 ? string.Create(CultureInfo.InvariantCulture, $"g:{b}") : string.Create(CultureInfo.InvariantCulture, $"d:{a}:{b}");
}
