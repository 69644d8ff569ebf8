using Dapper;
using Microsoft.Data.Sqlite;

namespace Chat.Node.Storage;

/// <summary>A row of Users; <c>Password</c> is a hash.</summary>
sealed class Account
{
    public int Id { get; init; }

    public string Name { get; init; } = "";

    public string Password { get; init; } = "";
}

/// <summary>Accounts and their resume tokens.</summary>
sealed class Accounts(IChatDatabase database)
{
    /// <summary>The new user's id, or null if the name is taken (in any case of letters).</summary>
    public async Task<int?> RegisterAsync(string name, string passwordHash)
    {
        try
        {
            return await database.WriteAsync((connection, transaction) => connection.QuerySingleAsync<int>(
                "INSERT INTO Users (name, password, state) VALUES (@name, @passwordHash, 'offline') RETURNING id",
                new { name, passwordHash }, transaction));
        }
        catch (SqliteException e) when (e.SqliteErrorCode == 19) // constraint: the name
        {
            return null;
        }
    }

    public Task<Account?> FindAsync(int id) => database.ReadAsync(connection =>
        connection.QuerySingleOrDefaultAsync<Account>("SELECT id, name, password FROM Users WHERE id = @id", new { id }));

    public Task<Account?> FindAsync(string name) => database.ReadAsync(connection =>
        connection.QuerySingleOrDefaultAsync<Account>("SELECT id, name, password FROM Users WHERE name = @name", new { name }));

    public Task SetPasswordAsync(int id, string passwordHash) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync("UPDATE Users SET password = @passwordHash WHERE id = @id", new { id, passwordHash }, transaction));

    /// <summary>Which of these users exist.</summary>
    public async Task<HashSet<int>> ExistingAsync(IReadOnlyCollection<int> ids) =>
        [.. await database.ReadAsync(connection => connection.QueryAsync<int>("SELECT id FROM Users WHERE id IN @ids", new { ids }))];

    /// <summary>Remembers a token's hash until <paramref name="expires"/>.</summary>
    public Task SaveTokenAsync(byte[] hash, int userId, DateTimeOffset expires) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync(
            """
            INSERT INTO ResumeToken (hash, userid, expires) VALUES (@hash, @userId, @expires)
            ON CONFLICT (hash) DO UPDATE SET expires = excluded.expires
            """,
            new { hash, userId, expires = expires.ToUnixTimeMilliseconds() }, transaction));

    /// <summary>The account of a token that has not expired.</summary>
    public Task<Account?> FindByTokenAsync(byte[] hash, DateTimeOffset now) => database.ReadAsync(connection =>
        connection.QuerySingleOrDefaultAsync<Account>(
            """
            SELECT u.id, u.name, u.password FROM ResumeToken t JOIN Users u ON u.id = t.userid
            WHERE t.hash = @hash AND t.expires > @now
            """,
            new { hash, now = now.ToUnixTimeMilliseconds() }));

    public Task RevokeTokenAsync(byte[] hash) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync("DELETE FROM ResumeToken WHERE hash = @hash", new { hash }, transaction));

    public Task PurgeTokensAsync(DateTimeOffset now) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync(
            "DELETE FROM ResumeToken WHERE expires <= @now", new { now = now.ToUnixTimeMilliseconds() }, transaction));
}
