using Dapper;

namespace Chat.Node.Storage;

/// <summary>Whose a token is, and how often the user had been logged out everywhere when it was made.</summary>
sealed class LoginToken
{
    public int UserId { get; init; }

    public int Generation { get; init; }
}

/// <summary>Tokens that the product's own servers hand out, for logins without a password. As hashes only.</summary>
sealed class LoginTokens(IChatDatabase database)
{
    /// <summary>Good until then, unless the user is logged out everywhere.</summary>
    /// <exception cref="DuplicateKeyException">The same request has made it before.</exception>
    public Task SaveAsync(byte[] hash, int userId, DateTimeOffset expires, RepeatKey? once = null) => database.WriteAsync(async (connection, transaction) =>
    {
        if (once is not null)
            await once.NoteAsync(connection, transaction, userId);
        return await connection.ExecuteAsync(
            """
            INSERT INTO LoginToken (hash, userid, expires, generation)
            SELECT @hash, u.id, @expires, COALESCE(r.generation, 0) FROM Users u LEFT JOIN UserRevocation r ON r.userid = u.id WHERE u.id = @userId
            """,
            new { hash, userId, expires = expires.ToUnixTimeMilliseconds() }, transaction);
    });

    /// <summary>Whose it is; null if it is nobody's, or not good any more.</summary>
    public Task<LoginToken?> FindAsync(byte[] hash, DateTimeOffset now) => database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<LoginToken?>(
        """
        SELECT t.userid, t.generation FROM LoginToken t LEFT JOIN UserRevocation r ON r.userid = t.userid
        WHERE t.hash = @hash AND t.expires > @now AND t.generation = COALESCE(r.generation, 0)
        """,
        new { hash, now = now.ToUnixTimeMilliseconds() }));

    /// <summary>Deletes some of those that had expired by a time, the oldest first. How many.</summary>
    public Task<int> PurgeAsync(DateTimeOffset expiredBy, int max) => database.WriteAsync(async (connection, transaction) =>
    {
        var hashes = (await connection.QueryAsync<byte[]>(
            "SELECT hash FROM LoginToken WHERE expires <= @expired ORDER BY expires LIMIT @max",
            new { expired = expiredBy.ToUnixTimeMilliseconds(), max }, transaction)).AsList();
        foreach (var hash in hashes)
            await connection.ExecuteAsync("DELETE FROM LoginToken WHERE hash = @hash", new { hash }, transaction);
        return hashes.Count;
    });
}
