using Dapper;

namespace Chat.Node.Storage;

/// <summary>Who has sessions: our own table, and <c>Users.state</c> for servers that read only that.</summary>
sealed class Presence(IChatDatabase database)
{
    const int ClearedAtOnce = 1000;

    /// <summary>What others are shown: somebody with sessions, who does not hide it.</summary>
    const string ShowState =
        """
        UPDATE Users SET state = CASE
            WHEN EXISTS (SELECT 1 FROM UserPresence WHERE userid = @userId)
                AND NOT EXISTS (SELECT 1 FROM UserPrivacy WHERE userid = @userId AND hides_presence = 1) THEN 'online'
            ELSE 'offline' END
        WHERE id = @userId
        """;

    /// <summary>The incarnation of the node that had the user's sessions, if it had any.</summary>
    public Task<long?> NodeOfAsync(int userId) => database.ReadAsync(connection =>
        connection.ExecuteScalarAsync<long?>("SELECT node FROM UserPresence WHERE userid = @userId", new { userId }));

    sealed class Row
    {
        public int UserId { get; init; }

        public long Node { get; init; }
    }

    /// <summary>The same for many users; who had no sessions is missing.</summary>
    public async Task<Dictionary<int, long>> NodesOfAsync(IReadOnlyCollection<int> userIds) => (await database.ReadAsync(connection =>
        connection.QueryAsync<Row>("SELECT userid, node FROM UserPresence WHERE userid IN @userIds", new { userIds })))
        .ToDictionary(row => row.UserId, row => row.Node);

    /// <param name="userId">The user.</param>
    /// <param name="node">The incarnation of the node of its oldest session; null if it has none.</param>
    public Task SetAsync(int userId, long? node) => database.WriteAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync(
            node is not null
                ? "REPLACE INTO UserPresence (userid, node) VALUES (@userId, @node)"
                : "DELETE FROM UserPresence WHERE userid = @userId",
            new { userId, node }, transaction);
        return await connection.ExecuteAsync(ShowState, new { userId }, transaction);
    });

    /// <summary>
    /// Notes which node is about to listen for the user, before it does; nothing is shown to anybody yet.
    /// </summary>
    public Task ClaimAsync(int userId, long node) => database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
        "REPLACE INTO UserPresence (userid, node) VALUES (@userId, @node)", new { userId, node }, transaction));

    /// <summary>
    /// No node of ours listens for the user any more, who is listed as offline already, unless another server has the user by now.
    /// </summary>
    /// <param name="userId">The user.</param>
    /// <param name="others">Nodes outside the cluster: sessions that the user has there are none of our business.</param>
    public Task ForgetAsync(int userId, IReadOnlyCollection<long> others) => database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
        others.Count > 0
            ? "DELETE FROM UserPresence WHERE userid = @userId AND node NOT IN @others"
            : "DELETE FROM UserPresence WHERE userid = @userId",
        new { userId, others }, transaction));

    /// <summary>
    /// Lists the user as offline before its node stops listening for what other servers publish: from now on they queue.
    /// </summary>
    public Task ShowOfflineAsync(int userId) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync("UPDATE Users SET state = 'offline' WHERE id = @userId", new { userId }, transaction));

    /// <summary>
    /// Some of the users with sessions at a node who are listed as offline and do not want to be: a documented server that is
    /// interrupted lists everybody so.
    /// </summary>
    public Task<List<int>> FalselyOfflineAsync(long incarnation, int most) => database.ReadAsync(async connection => (await connection.QueryAsync<int>(
        """
        SELECT p.userid FROM UserPresence p JOIN Users u ON u.id = p.userid
        WHERE p.node = @incarnation AND u.state = 'offline'
            AND NOT EXISTS (SELECT 1 FROM UserPrivacy v WHERE v.userid = p.userid AND v.hides_presence = 1)
        LIMIT @most
        """,
        new { incarnation, most })).AsList());

    /// <summary>
    /// Whether the user is listed as offline whatever is true. Takes effect at once, and may be repeated. What
    /// <see cref="NodeOfAsync"/> tells stays true.
    /// </summary>
    public Task HideAsync(int userId, bool hides) => database.WriteAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync(
            "REPLACE INTO UserPrivacy (userid, hides_presence) VALUES (@userId, @hides)", new { userId, hides }, transaction);
        return await connection.ExecuteAsync(ShowState, new { userId }, transaction);
    });

    /// <summary>Some of the users whose oldest session is, or was, at a node.</summary>
    public Task<List<int>> UsersOfAsync(long incarnation, int most) => database.ReadAsync(async connection => (await connection.QueryAsync<int>(
        "SELECT userid FROM UserPresence WHERE node = @incarnation LIMIT @most", new { incarnation, most })).AsList());

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
