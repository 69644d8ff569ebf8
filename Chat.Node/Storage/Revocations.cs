using Dapper;

namespace Chat.Node.Storage;

/// <summary>Who was logged out everywhere, and how often.</summary>
sealed class Revocations(IChatDatabase database, TimeProvider clock)
{
    sealed class GenerationRow
    {
        public int UserId { get; init; }

        public int Generation { get; init; }
    }

    /// <summary>
    /// From now on no login, no resume token and no token (JWT) from before is good.
    /// </summary>
    /// <returns>The generation of the logins that come now; null if there is no such user.</returns>
    public async Task<int?> RevokeAsync(int userId)
    {
        try
        {
            return await RevokeOnceAsync(userId);
        }
        catch (DuplicateKeyException)
        {
            return await RevokeOnceAsync(userId); // somebody was quicker to make the row
        }
    }

    /// <summary>The generations of users who were ever logged out everywhere; the others have 0.</summary>
    public async Task<Dictionary<int, int>> GenerationsOfAsync(IReadOnlyCollection<int> userIds) => (await database.ReadAsync(connection =>
        connection.QueryAsync<GenerationRow>("SELECT userid, generation FROM UserRevocation WHERE userid IN @userIds", new { userIds })))
        .ToDictionary(row => row.UserId, row => row.Generation);

    Task<int?> RevokeOnceAsync(int userId) => database.WriteAsync(async (connection, transaction) =>
    {
        if (await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM Users WHERE id = @userId", new { userId }, transaction) == 0)
            return null;
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var isKnown = await connection.ExecuteAsync(
            "UPDATE UserRevocation SET generation = generation + 1, not_before = @now WHERE userid = @userId", new { userId, now }, transaction) > 0;
        if (!isKnown)
            await connection.ExecuteAsync("INSERT INTO UserRevocation (userid, generation, not_before) VALUES (@userId, 1, @now)", new { userId, now }, transaction);
        await connection.ExecuteAsync("DELETE FROM Device WHERE userid = @userId", new { userId }, transaction);
        await connection.ExecuteAsync("DELETE FROM ResumeToken WHERE userid = @userId", new { userId }, transaction);
        return await connection.ExecuteScalarAsync<int?>("SELECT generation FROM UserRevocation WHERE userid = @userId", new { userId }, transaction);
    });
}
