using Dapper;

namespace Chat.Node.Storage;

/// <summary>Something that an operator, or a server of the product, has done. Never a text, never a secret.</summary>
sealed class AuditEntry
{
    public long Id { get; init; }

    /// <summary>Milliseconds since 1970, UTC.</summary>
    public long At { get; init; }

    /// <summary>Of a stored key; 0 and below: one of the settings; null: somebody on the node's own machine.</summary>
    public int? KeyId { get; init; }

    /// <summary>What the key is called.</summary>
    public string KeyName { get; init; } = "";

    public string Operation { get; init; } = "";

    /// <summary>What it was done to: <c>users/17</c>.</summary>
    public string Subject { get; init; } = "";

    /// <summary>The rest of the path: <c>devices/4f9c</c>.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The status of the answer; null: not known.</summary>
    public int? Result { get; init; }

    public string Address { get; init; } = "";

    /// <summary>Which node has done it.</summary>
    public string Node { get; init; } = "";
}

/// <summary>What operators have done.</summary>
sealed class AuditStore(IChatDatabase database)
{
    public const int MaxKeyName = 100;
    public const int MaxOperation = 64;
    public const int MaxSubject = 100;
    public const int MaxDetail = 200;

    /// <summary>Notes what is about to be done. Its number.</summary>
    public Task<long> AddAsync(AuditEntry entry) => database.WriteAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync(
            """
            INSERT INTO AuditLog (at, key_id, key_name, operation, subject, detail, result, address, node)
            VALUES (@At, @KeyId, @keyName, @operation, @subject, @detail, @Result, @address, @node)
            """,
            new
            {
                entry.At,
                entry.KeyId,
                keyName = Cut(entry.KeyName, MaxKeyName),
                operation = Cut(entry.Operation, MaxOperation),
                subject = Cut(entry.Subject, MaxSubject),
                detail = Cut(entry.Detail, MaxDetail),
                entry.Result,
                address = Cut(entry.Address, 64),
                node = Cut(entry.Node, 255),
            },
            transaction);
        return await connection.ExecuteScalarAsync<long>(database.Dialect.LastInsertId, transaction: transaction);
    });

    /// <summary>What has become of it, and to what it was done, where that was made.</summary>
    public Task FinishAsync(long id, int result, string subject, string detail) => database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
        "UPDATE AuditLog SET result = @result, subject = @subject, detail = @detail WHERE id = @id",
        new { id, result, subject = Cut(subject, MaxSubject), detail = Cut(detail, MaxDetail) }, transaction));

    /// <summary>The newest first.</summary>
    /// <param name="before">Below this number.</param>
    /// <param name="subject">Only what was done to it; null: everything.</param>
    /// <param name="limit">At most so many.</param>
    public Task<List<AuditEntry>> ListAsync(long before, string? subject, int limit) => database.ReadAsync(async connection => (await connection.QueryAsync<AuditEntry>(
        subject is null
            ? """
              SELECT id, at, key_id AS keyid, key_name AS keyname, operation, subject, detail, result, address, node
              FROM AuditLog WHERE id < @before ORDER BY id DESC LIMIT @limit
              """
            : """
              SELECT id, at, key_id AS keyid, key_name AS keyname, operation, subject, detail, result, address, node
              FROM AuditLog WHERE subject = @subject AND id < @before ORDER BY id DESC LIMIT @limit
              """,
        new { before, subject, limit })).AsList());

    /// <summary>Deletes some of what is older than a time, the oldest first. How many.</summary>
    public Task<int> PurgeAsync(DateTimeOffset before, int max) => database.WriteAsync(async (connection, transaction) =>
    {
        var ids = (await connection.QueryAsync<long>(
            "SELECT id FROM AuditLog WHERE at < @before ORDER BY at LIMIT @max", new { before = before.ToUnixTimeMilliseconds(), max }, transaction)).AsList();
        return ids.Count == 0 ? 0 : await connection.ExecuteAsync("DELETE FROM AuditLog WHERE id IN @ids", new { ids }, transaction);
    });

    static string Cut(string text, int max)
    {
        if (text.Length <= max)
            return text;
        return text[..(char.IsHighSurrogate(text[max - 1]) ? max - 1 : max)];
    }
}
