using Dapper;

namespace Chat.Node.Storage;

/// <summary>A stored key of the API: only a hash of it, what it is called, and what it may do.</summary>
sealed class ApiKeyRow
{
    public int Id { get; init; }

    public byte[] Hash { get; init; } = [];

    public string Name { get; init; } = "";

    public int Scopes { get; init; }

    /// <summary>Milliseconds since 1970, UTC.</summary>
    public long Created { get; init; }
}

/// <summary>The stored keys of the API.</summary>
sealed class ApiKeyStore(IChatDatabase database)
{
    /// <summary>More are not stored: each request is compared with all of them.</summary>
    public const int Max = 1000;

    public Task<List<ApiKeyRow>> ListAsync() => database.ReadAsync(async connection => (await connection.QueryAsync<ApiKeyRow>(
        "SELECT id, hash, name, scopes, created FROM ApiKey WHERE id > 0 ORDER BY id LIMIT @Max", new { Max })).AsList());

    /// <summary>The new key's id; null if there are <see cref="Max"/>.</summary>
    /// <exception cref="DuplicateKeyException">The same request has made one before.</exception>
    public Task<int?> AddAsync(byte[] hash, string name, int scopes, DateTimeOffset now, RepeatKey? once = null) => database.WriteAsync(async (connection, transaction) =>
    {
        if (await connection.ExecuteScalarAsync<int?>("SELECT id FROM ApiKey WHERE id > 0 ORDER BY id LIMIT 1 OFFSET @last", new { last = Max - 1 }, transaction) is not null)
            return (int?)null;
        await connection.ExecuteAsync(
            "INSERT INTO ApiKey (hash, name, scopes, created) VALUES (@hash, @name, @scopes, @created)",
            new { hash, name, scopes, created = now.ToUnixTimeMilliseconds() }, transaction);
        var id = await connection.ExecuteScalarAsync<int>(database.Dialect.LastInsertId, transaction: transaction);
        if (once is not null)
            await once.NoteAsync(connection, transaction, id);
        return id;
    });

    /// <summary>False if there was none.</summary>
    public async Task<bool> DeleteAsync(int id) => await database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync("DELETE FROM ApiKey WHERE id = @id", new { id }, transaction)) > 0;
}
