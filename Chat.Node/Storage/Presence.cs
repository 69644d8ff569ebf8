using Dapper;

namespace Chat.Node.Storage;

/// <summary>Who has sessions: our own table, and <c>Users.state</c> for servers that read only that.</summary>
sealed class Presence(IChatDatabase database, NodeIdentity node)
{
    /// <summary>The incarnation of the node that had the user's sessions, if it had any.</summary>
    public Task<long?> NodeOfAsync(int userId) => database.ReadAsync(connection =>
        connection.ExecuteScalarAsync<long?>("SELECT node FROM UserPresence WHERE userid = @userId", new { userId }));

    public Task SetAsync(int userId, bool isOnline) => database.WriteAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync(
            isOnline
                ? "INSERT INTO UserPresence (userid, node) VALUES (@userId, @Incarnation) ON CONFLICT (userid) DO UPDATE SET node = excluded.node"
                : "DELETE FROM UserPresence WHERE userid = @userId",
            new { userId, node.Incarnation }, transaction);
        return await connection.ExecuteAsync(
            "UPDATE Users SET state = @state WHERE id = @userId", new { userId, state = isOnline ? "online" : "offline" }, transaction);
    });

    /// <summary>Puts the users of incarnations that are gone offline.</summary>
    public Task ClearAsync(IReadOnlyCollection<long> incarnations) => database.WriteAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync(
            "UPDATE Users SET state = 'offline' WHERE id IN (SELECT userid FROM UserPresence WHERE node IN @incarnations)",
            new { incarnations }, transaction);
        return await connection.ExecuteAsync(
            "DELETE FROM UserPresence WHERE node IN @incarnations", new { incarnations }, transaction);
    });
}
