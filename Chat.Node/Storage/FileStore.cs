using System.Data.Common;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>How a file stands. The values are stored.</summary>
enum FileState
{
    Announced,

    /// <summary>Stored, and in no message.</summary>
    Stored,

    /// <summary>Nobody gets it any more, and its bytes are to be deleted.</summary>
    Doomed,

    /// <summary>In a message.</summary>
    Used,
}

/// <summary>A file that a user sends.</summary>
sealed class StoredFile
{
    public string Id { get; init; } = "";

    public int Owner { get; init; }

    public string Name { get; init; } = "";

    public string Type { get; init; } = "";

    public long Size { get; init; }

    public byte[] Sha256 { get; init; } = [];

    public int State { get; init; }

    /// <summary>Until when its bytes may come, in milliseconds since 1970, UTC.</summary>
    public long Until { get; init; }

    public FileState Standing => (FileState)State;

    public bool IsStored => Standing is FileState.Stored or FileState.Used;
}

/// <summary>A message that is about to have a file, before it has a number.</summary>
sealed record FileUse(ConversationId Conversation, int Sender, string Cmid);

/// <summary>The statements for files that users send.</summary>
sealed class FileStore(IChatDatabase database, TimeProvider clock)
{
    /// <summary>Files of one user that are announced and have not come.</summary>
    public const int MaxOpen = 20;

    /// <summary>Files of one user.</summary>
    public const int MaxPerUser = 20_000;

    sealed class UsageRow
    {
        public long Open { get; init; }

        public long Total { get; init; }

        public long Bytes { get; init; }
    }

    long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Notes a file that is to come. What is wrong, if the user has too many, or too much; null: nothing.</summary>
    /// <param name="file">The file.</param>
    /// <param name="maxBytes">So much a user may have.</param>
    /// <param name="once">The request that announces it, if that may come again; noted with it.</param>
    /// <exception cref="DuplicateKeyException">The same request has announced it before.</exception>
    public Task<string?> AnnounceAsync(StoredFile file, long maxBytes, RepeatKey? once = null) => database.WriteAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync(database.Dialect.LockUser, new { userId = file.Owner }, transaction);
        var usage = await connection.QuerySingleAsync<UsageRow>(
            """
            SELECT COALESCE(SUM(CASE WHEN state = 0 THEN 1 ELSE 0 END), 0) AS open, COUNT(*) AS total, COALESCE(SUM(size), 0) AS bytes
            FROM Attachment WHERE owner = @Owner
            """,
            new { file.Owner }, transaction);
        if (usage.Open >= MaxOpen)
            return $"{usage.Open} of your files are announced and have not come: at most {MaxOpen} may";
        if (usage.Total >= MaxPerUser)
            return $"you have {usage.Total} files: at most {MaxPerUser} may be kept";
        if (usage.Bytes + file.Size > maxBytes)
            return $"your files have {usage.Bytes} bytes, and this one {file.Size}: at most {maxBytes} may be kept";
        await connection.ExecuteAsync(
            """
            INSERT INTO Attachment (id, owner, name, type, size, sha256, state, since, until)
            VALUES (@Id, @Owner, @Name, @Type, @Size, @Sha256, 0, @now, @Until)
            """,
            new { file.Id, file.Owner, file.Name, file.Type, file.Size, file.Sha256, file.Until, now = Now }, transaction);
        if (once is not null)
            await once.NoteAsync(connection, transaction, file.Owner);
        return null;
    });

    public async Task<StoredFile?> FindAsync(string id) => await FindAsync([id]) is [var file, ..] ? file : null;

    public Task<IReadOnlyList<StoredFile>> FindAsync(IReadOnlyCollection<string> ids) => database.ReadAsync<IReadOnlyList<StoredFile>>(async connection =>
        [.. await connection.QueryAsync<StoredFile>("SELECT id, owner, name, type, size, sha256, state, until FROM Attachment WHERE id IN @ids", new { ids })]);

    /// <summary>Some of a user's files that are not to be deleted, in the order of their ids.</summary>
    public Task<List<StoredFile>> OwnedAsync(int owner, int from, int limit) => database.ReadAsync(async connection => (await connection.QueryAsync<StoredFile>(
        "SELECT id, owner, name, type, size, sha256, state, until FROM Attachment WHERE owner = @owner AND state <> 2 ORDER BY id LIMIT @limit OFFSET @from",
        new { owner, limit, from })).AsList());

    /// <summary>Its bytes are there for good. False if it has come already, or is to come no more.</summary>
    public Task<bool> StoreAsync(string id) => database.WriteAsync(async (connection, transaction) => await connection.ExecuteAsync(
        "UPDATE Attachment SET state = 1, since = @now WHERE id = @id AND state = 0", new { id, now = Now }, transaction) > 0);

    /// <summary>
    /// Whether a user may read a file: its owner, and whoever sees a message that has it. That it is to be in a message is not enough: the message may have been refused.
    /// </summary>
    public Task<bool> MayReadAsync(StoredFile file, int userId) => file.Owner == userId
        ? Task.FromResult(true)
        : database.ReadAsync(async connection => await connection.ExecuteScalarAsync<long>(
            """
            SELECT COUNT(*) FROM AttachmentUse u JOIN MessageLog l ON l.a = u.a AND l.b = u.b AND l.sender = u.sender AND l.cmid = u.cmid
                LEFT JOIN MessageState s ON s.a = l.a AND s.b = l.b AND s.seq = l.seq
                LEFT JOIN DeliveryMark d ON d.userid = @userId AND d.a = l.a AND d.b = l.b
                LEFT JOIN ConversationFloor f ON f.a = l.a AND f.b = l.b
            WHERE u.id = @Id AND COALESCE(s.recalled_by, 0) = 0 AND COALESCE(d.hidden_to, 0) < l.seq AND COALESCE(f.floor, 1) <= l.seq AND ((u.a > 0 AND (u.a = @userId OR u.b = @userId))
                OR (u.a = 0 AND EXISTS (SELECT 1 FROM GroupUser g LEFT JOIN GroupPolicy p ON p.groupid = g.groupid
                    WHERE g.groupid = u.b AND g.userid = @userId AND (COALESCE(p.history, 0) = 0 OR g.join_seq <= l.seq))))
            """,
            new { file.Id, userId }) > 0);

    /// <summary>
    /// A message is about to have these files, which are its sender's own. Before the message: if that is refused, or this node dies in between, the use
    /// is taken back later (<see cref="CheckAsync"/>).
    /// </summary>
    /// <returns>The files; null if one of them is not there any more, or somebody else's.</returns>
    public Task<IReadOnlyList<StoredFile>?> UseAsync(IReadOnlyCollection<string> ids, FileUse use) => database.WriteAsync<IReadOnlyList<StoredFile>?>(async (connection, transaction) =>
    {
        var now = Now;
        var id = use.Conversation;
        foreach (var file in ids.Order(StringComparer.Ordinal)) // one order, for locks
        {
            var isOwn = await connection.ExecuteAsync(
                "UPDATE Attachment SET state = 3, since = @now WHERE id = @file AND owner = @Sender AND state IN (1, 3)", new { file, use.Sender, now }, transaction) > 0;
            if (!isOwn)
                return null;
            await connection.ExecuteAsync(
                "REPLACE INTO AttachmentUse (id, a, b, sender, cmid, since, checked) VALUES (@file, @A, @B, @Sender, @Cmid, @now, 0)",
                new { file, id.A, id.B, use.Sender, use.Cmid, now }, transaction);
        }

        var files = (await connection.QueryAsync<StoredFile>("SELECT id, owner, name, type, size, sha256, state, until FROM Attachment WHERE id IN @ids", new { ids }, transaction))
            .ToDictionary(file => file.Id);
        return [.. ids.Select(each => files[each])];
    });

    /// <summary>A message is taken back: its files that no other message has are to be deleted. In the transaction that does it.</summary>
    public static async Task ReleaseAsync(DbConnection connection, DbTransaction transaction, ConversationId id, long seq, int sender, long now)
    {
        var cmid = SqlDialect.TextOf(await connection.ExecuteScalarAsync<object?>(
            "SELECT cmid FROM MessageLog WHERE a = @A AND b = @B AND seq = @seq", new { id.A, id.B, seq }, transaction));
        var files = await connection.QueryAsync<string>(
            "SELECT id FROM AttachmentUse WHERE a = @A AND b = @B AND sender = @sender AND cmid = @cmid ORDER BY id", new { id.A, id.B, sender, cmid }, transaction);
        foreach (var file in files.AsList())
            await ReleaseAsync(connection, transaction, file, new FileUse(id, sender, cmid), now);
    }

    /// <summary>Uses that were not looked for in the log yet, the oldest first.</summary>
    public Task<IReadOnlyList<(string Id, FileUse Use)>> UncheckedAsync(long before, int limit) => database.ReadAsync<IReadOnlyList<(string, FileUse)>>(async connection =>
        [.. (await connection.QueryAsync<(string Id, int A, int B, int Sender, string Cmid)>(
            "SELECT id, a, b, sender, cmid FROM AttachmentUse WHERE checked = 0 AND since < @before ORDER BY since LIMIT @limit", new { before, limit }))
            .Select(row => (row.Id, new FileUse(ConversationId.FromStored(row.A, row.B), row.Sender, row.Cmid)))]);

    /// <summary>Uses whose messages are in the log stay; the others are taken back, if they are old enough. Returns how many are looked for no more.</summary>
    public Task<int> CheckAsync(IReadOnlyList<(string Id, FileUse Use, bool IsLogged)> uses, long before) => database.WriteAsync(async (connection, transaction) =>
    {
        var count = 0;
        foreach (var (id, use, isLogged) in uses.OrderBy(each => each.Id, StringComparer.Ordinal))
        {
            var (a, b) = (use.Conversation.A, use.Conversation.B);
            count += isLogged
                ? await connection.ExecuteAsync(
                    "UPDATE AttachmentUse SET checked = 1 WHERE id = @id AND a = @a AND b = @b AND sender = @Sender AND cmid = @Cmid",
                    new { id, a, b, use.Sender, use.Cmid }, transaction)
                : await ReleaseAsync(connection, transaction, id, use, Now, before);
        }

        return count;
    });

    /// <summary>Some files in a state since before a time, the longest first.</summary>
    public Task<IReadOnlyList<string>> OldAsync(FileState state, long before, int limit) => database.ReadAsync<IReadOnlyList<string>>(async connection =>
        [.. await connection.QueryAsync<string>(
            "SELECT id FROM Attachment WHERE state = @state AND since < @before ORDER BY since LIMIT @limit", new { state = (int)state, before, limit })]);

    /// <summary>Files are to be deleted, unless they are in another state meanwhile.</summary>
    public Task DoomAsync(IReadOnlyCollection<string> ids, FileState state, long before) => database.WriteAsync(async (connection, transaction) =>
    {
        foreach (var id in ids.Order(StringComparer.Ordinal))
        {
            await connection.ExecuteAsync(
                "UPDATE Attachment SET state = 2, since = @now WHERE id = @id AND state = @state AND since < @before",
                new { id, state = (int)state, before, now = Now }, transaction);
        }

        return ids.Count;
    });

    /// <summary>Its bytes are gone.</summary>
    public Task ForgetAsync(string id) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync("DELETE FROM Attachment WHERE id = @id AND state = 2", new { id }, transaction));

    /// <summary>What all nodes share: the value that is there, or this one, which is there from now on.</summary>
    public async Task<string> FactAsync(string name, string value)
    {
        if (await FactAsync(name) is { } known)
            return known;
        try
        {
            await database.WriteAsync((connection, transaction) => connection.ExecuteAsync("INSERT INTO FileFact (name, value) VALUES (@name, @value)", new { name, value }, transaction));
            return value;
        }
        catch (DuplicateKeyException)
        {
            return await FactAsync(name) ?? value; // another node was quicker
        }
    }

    public Task<string?> FactAsync(string name) => database.ReadAsync(async connection =>
        await connection.ExecuteScalarAsync<object?>("SELECT value FROM FileFact WHERE name = @name", new { name }) is { } value ? SqlDialect.TextOf(value) : null);

    /// <summary>One node at a time: whether it is this one's turn, if nobody had it since a time.</summary>
    public async Task<bool> TakeTurnAsync(long before)
    {
        await FactAsync("swept", "0000000000000");
        return await database.WriteAsync(async (connection, transaction) => await connection.ExecuteAsync(
            "UPDATE FileFact SET value = @now WHERE name = 'swept' AND value < @before",
            new { now = $"{Now:D13}", before = $"{before:D13}" }, transaction)) > 0;
    }

    static async Task<int> ReleaseAsync(DbConnection connection, DbTransaction transaction, string file, FileUse use, long now, long before = long.MaxValue)
    {
        var id = use.Conversation;
        var count = await connection.ExecuteAsync(
            "DELETE FROM AttachmentUse WHERE id = @file AND a = @A AND b = @B AND sender = @Sender AND cmid = @Cmid AND since < @before",
            new { file, id.A, id.B, use.Sender, use.Cmid, before }, transaction);
        if (count == 0)
            return 0;
        await connection.ExecuteAsync(
            "UPDATE Attachment SET state = 2, since = @now WHERE id = @file AND state = 3 AND NOT EXISTS (SELECT 1 FROM AttachmentUse u WHERE u.id = @file)",
            new { file, now }, transaction);
        return count;
    }
}
