using Dapper;

namespace Chat.Node.Storage;

/// <summary>Who has sessions: our own table, and <c>Users.state</c> for servers that read only that.</summary>
sealed class Presence(IChatDatabase database, NodeIdentity node)
{
    const int ClearedAtOnce = 1000;

    /// <summary>The incarnation of the node that had the user's sessions, if it had any.</summary>
    public Task<long?> NodeOfAsync(int userId) => database.ReadAsync(connection =>
        connection.ExecuteScalarAsync<long?>("SELECT node FROM UserPresence WHERE userid = @userId", new { userId }));

    public Task SetAsync(int userId, bool isOnline) => database.WriteAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync(
            isOnline
                ? "REPLACE INTO UserPresence (userid, node) VALUES (@userId, @Incarnation)"
                : "DELETE FROM UserPresence WHERE userid = @userId",
            new { userId, node.Incarnation }, transaction);
        return await connection.ExecuteAsync(
            "UPDATE Users SET state = @state WHERE id = @userId", new { userId, state = isOnline ? "online" : "offline" }, transaction);
    });

    /// <summary>Puts the users of incarnations that are gone offline, so many at a time that nobody waits long for it.</summary>
    public async Task ClearAsync(IReadOnlyCollection<long> incarnations)
    {
        while (true)
        {
            var users = (await database.ReadAsync(connection => connection.QueryAsync<int>(
                "SELECT userid FROM UserPresence WHERE node IN @incarnations ORDER BY userid LIMIT @ClearedAtOnce",
                new { incarnations, ClearedAtOnce }))).AsList();
            if (users.Count == 0)
                return;
            await database.WriteAsync(async (connection, transaction) =>
            {
                // In the order of SetAsync; whoever has come back meanwhile, by another node, stays what it is.
                await connection.ExecuteAsync(
                    "DELETE FROM UserPresence WHERE userid IN @users AND node IN @incarnations", new { users, incarnations }, transaction);
                return await connection.ExecuteAsync(
                    """
                    UPDATE Users SET state = 'offline'
                    WHERE id IN @users AND NOT EXISTS (SELECT 1 FROM UserPresence p WHERE p.userid = Users.id)
                    """,
                    new { users }, transaction);
            });
        }
    }
}
