using System.Data.Common;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>
/// Stores which users have sessions: in our own table, and in <c>Users.state</c> for servers that read only that. <c>shown</c> says whether it is we
/// who list the user as online. A write may come late, behind a later one. <c>shown</c> then tells what it has done, so that it is put right.
/// A row comes with the first session in the cluster and goes with the last one: that is what the product's own servers are told, in the same transaction.
/// </summary>
sealed class Presence(IChatDatabase database, UserEvents? events = null)
{
    const int ClearedAtOnce = 1000;

    /// <summary>No incarnation is negative.</summary>
    const long NoNode = -1;

    /// <summary>First in every transaction, so that the writes of one user are one after the other also in the database.</summary>
    const string LockRow = "UPDATE UserPresence SET shown = shown WHERE userid = @userId";

    /// <summary>The state that others see of a user whom we list: online, unless the user hides it from anybody, for everybody reads the same.</summary>
    const string ShowState =
        """
        UPDATE Users SET state = CASE
            WHEN EXISTS (SELECT 1 FROM UserPrivacy WHERE userid = @userId AND hides_presence > 0) THEN 'offline'
            ELSE 'online' END
        WHERE id = @userId AND EXISTS (SELECT 1 FROM UserPresence WHERE userid = @userId AND shown = 1)
        """;

    /// <summary>The incarnation of the node that had the user's sessions, if it had any.</summary>
    public Task<long?> NodeOfAsync(int userId) => database.ReadAsync(connection =>
        connection.ExecuteScalarAsync<long?>("SELECT node FROM UserPresence WHERE userid = @userId", new { userId }));

    /// <summary>
    /// Whether anybody says that the user has a session: another server in <c>Users.state</c>, or one of our nodes, also where the user hides it.
    /// </summary>
    public async Task<bool> IsListedAsync(int userId) => await database.ReadAsync(connection => connection.ExecuteScalarAsync<long>(
        """
        SELECT COUNT(*) FROM Users u
        WHERE u.id = @userId AND (u.state = 'online' OR EXISTS (SELECT 1 FROM UserPresence p WHERE p.userid = u.id))
        """,
        new { userId })) > 0;

    sealed class PresenceQueryRow
    {
        public int UserId { get; init; }

        public long Node { get; init; }
    }

    /// <summary>The same for many users; who had no sessions is missing.</summary>
    public async Task<Dictionary<int, long>> NodesOfAsync(IReadOnlyCollection<int> userIds) => (await database.ReadAsync(connection =>
        connection.QueryAsync<PresenceQueryRow>("SELECT userid, node FROM UserPresence WHERE userid IN @userIds", new { userIds })))
        .ToDictionary(row => row.UserId, row => row.Node);

    /// <summary>Who of them is online at another server, and at none of our nodes.</summary>
    public async Task<HashSet<int>> ElsewhereAsync(IReadOnlyCollection<int> userIds) => (await database.ReadAsync(connection => connection.QueryAsync<int>(
        "SELECT u.id FROM Users u WHERE u.id IN @userIds AND u.state = 'online' AND NOT EXISTS (SELECT 1 FROM UserPresence p WHERE p.userid = u.id)", new { userIds }))).ToHashSet();

    /// <summary>Lists the user as one with sessions, or as one without; for nodes that meet no other servers.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="node">The incarnation of the node of its oldest session; null if it has none.</param>
    public Task SetAsync(int userId, long? node) => database.WriteAsync(async (connection, transaction) =>
    {
        if (node is null)
        {
            await DelistAsync(connection, transaction, userId);
            return await OnGoneAsync(
                connection, transaction, userId, await connection.ExecuteAsync("DELETE FROM UserPresence WHERE userid = @userId", new { userId }, transaction));
        }

        var isFirst = events is { TellsOnline: true } && await connection.ExecuteAsync(LockRow, new { userId }, transaction) == 0;
        await connection.ExecuteAsync("REPLACE INTO UserPresence (userid, node, shown) VALUES (@userId, @node, 1)", new { userId, node }, transaction);
        var shown = await connection.ExecuteAsync(ShowState, new { userId }, transaction);
        if (isFirst)
            await events!.OnlineAsync(connection, transaction, userId);
        return shown;
    });

    async Task<int> OnGoneAsync(DbConnection connection, DbTransaction transaction, int userId, int rows)
    {
        if (rows > 0 && events is not null)
            await events.OfflineAsync(connection, transaction, [userId]);
        return rows;
    }

    /// <summary>
    /// Notes which node is about to listen for the user, before it does; nothing is shown to anybody yet.
    /// </summary>
    public Task<int> ClaimAsync(int userId, long node) => database.WriteAsync(async (connection, transaction) =>
    {
        if (await connection.ExecuteAsync("UPDATE UserPresence SET node = @node WHERE userid = @userId", new { userId, node }, transaction) > 0)
            return 1;
        await connection.ExecuteAsync("INSERT INTO UserPresence (userid, node, shown) VALUES (@userId, @node, 0)", new { userId, node }, transaction);
        if (events is not null)
            await events.OnlineAsync(connection, transaction, userId);
        return 1;
    });

    /// <summary>Lists the user as online: its node listens. False, and nothing is done, if no node is noted for it (any more).</summary>
    public Task<bool> ShowAsync(int userId, long node) => database.WriteAsync(async (connection, transaction) =>
    {
        var isNoted = await connection.ExecuteAsync(
            "UPDATE UserPresence SET node = @node, shown = 1 WHERE userid = @userId", new { userId, node }, transaction) > 0;
        if (isNoted)
            await connection.ExecuteAsync(ShowState, new { userId }, transaction);
        return isNoted;
    });

    /// <summary>
    /// No node of ours listens for the user any more, who is listed as offline already, unless another server has the user by now.
    /// </summary>
    /// <param name="userId">The user.</param>
    /// <param name="others">Nodes outside the cluster: sessions that the user has there are none of our business.</param>
    /// <returns>Null; or the node for which the user is still listed, by a write that came late: nothing is forgotten then.</returns>
    public Task<long?> ForgetAsync(int userId, IReadOnlyCollection<long> others) => database.WriteAsync(async (connection, transaction) =>
    {
        if (others.Count == 0)
            others = [NoNode]; // an empty list is none to every database
        await OnGoneAsync(connection, transaction, userId, await connection.ExecuteAsync(
            "DELETE FROM UserPresence WHERE userid = @userId AND shown = 0 AND node NOT IN @others", new { userId, others }, transaction));
        return await connection.ExecuteScalarAsync<long?>(
            "SELECT node FROM UserPresence WHERE userid = @userId AND node NOT IN @others", new { userId, others }, transaction);
    });

    /// <summary>
    /// Lists the user as offline before its node stops listening for messages of other servers: from now on they queue. The state of a user
    /// whom we have not listed as online stays as it is, because another server has set it.
    /// </summary>
    public Task<int> ShowOfflineAsync(int userId) => database.WriteAsync((connection, transaction) => DelistAsync(connection, transaction, userId));

    static async Task<int> DelistAsync(DbConnection connection, DbTransaction transaction, int userId) =>
        await connection.ExecuteAsync("UPDATE UserPresence SET shown = 0 WHERE userid = @userId AND shown = 1", new { userId }, transaction) == 0
            ? 0
            : await connection.ExecuteAsync("UPDATE Users SET state = 'offline' WHERE id = @userId", new { userId }, transaction);

    /// <summary>
    /// Some of the users with sessions at a node who are listed as offline and do not want to be: a legacy server that is
    /// interrupted lists everybody so.
    /// </summary>
    public Task<List<int>> FalselyOfflineAsync(long incarnation, int max) => database.ReadAsync(async connection => (await connection.QueryAsync<int>(
        """
        SELECT p.userid FROM UserPresence p JOIN Users u ON u.id = p.userid
        WHERE p.node = @incarnation AND u.state = 'offline'
            AND NOT EXISTS (SELECT 1 FROM UserPrivacy v WHERE v.userid = p.userid AND v.hides_presence > 0)
        LIMIT @max
        """,
        new { incarnation, max })).AsList());

    /// <summary>
    /// Whether the user is listed as offline whatever is true, and whether others see how far the user reads from now on. Takes effect at once, and may
    /// be repeated. What <see cref="NodeOfAsync"/> tells stays true.
    /// </summary>
    public Task HideAsync(int userId, HiddenThings hides) => database.WriteAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync(LockRow, new { userId }, transaction);
        await connection.ExecuteAsync(
            "REPLACE INTO UserPrivacy (userid, hides_presence) VALUES (@userId, @hides)", new { userId, hides = hides.Presence ? 1 : hides.FromStrangers ? 2 : 0 }, transaction);
        await connection.ExecuteAsync(
            hides.Receipts ? "REPLACE INTO HiddenReceipts (userid) VALUES (@userId)" : "DELETE FROM HiddenReceipts WHERE userid = @userId", new { userId }, transaction);
        return await connection.ExecuteAsync(ShowState, new { userId }, transaction);
    });

    /// <summary>Which of these users hide from everybody.</summary>
    public async Task<IReadOnlySet<int>> HiddenAsync(IReadOnlyCollection<int> userIds) => (await database.ReadAsync(connection =>
        connection.QueryAsync<int>("SELECT userid FROM UserPrivacy WHERE userid IN @userIds AND hides_presence = 1", new { userIds }))).ToHashSet();

    /// <summary>The users who are said to have their oldest session at a node, in the order of their ids, above an id.</summary>
    public Task<List<int>> ListedAtAsync(long incarnation, int after, int max) => database.ReadAsync(async connection => (await connection.QueryAsync<int>(
        "SELECT userid FROM UserPresence WHERE node = @incarnation AND userid > @after ORDER BY userid LIMIT @max",
        new { incarnation, after, max })).AsList());

    /// <summary>Some of the users who are said to have a session at a node that is gone and has been swept.</summary>
    public Task<List<int>> ListedNowhereAsync(int max) => database.ReadAsync(async connection =>
    {
        var users = new List<int>();
        long? node = NoNode;
        // From node to node: there are few, and each step is one look into the index.
        while ((node = await connection.ExecuteScalarAsync<long?>("SELECT MIN(node) FROM UserPresence WHERE node > @node", new { node })) is not null)
        {
            if (await connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM Node WHERE incarnation = @node AND finished = 0", new { node }) > 0)
                continue;
            users.AddRange(await connection.QueryAsync<int>(
                "SELECT userid FROM UserPresence WHERE node = @incarnation LIMIT @max", new { incarnation = node, max = max - users.Count }));
            if (users.Count >= max)
                break;
        }

        return users;
    });

    /// <summary>Some of the users whose oldest session is, or was, at a node.</summary>
    public Task<List<int>> UsersOfAsync(long incarnation, int max) => database.ReadAsync(async connection => (await connection.QueryAsync<int>(
        "SELECT userid FROM UserPresence WHERE node = @incarnation LIMIT @max", new { incarnation, max })).AsList());

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
                // UserPresence first, as in every write; whoever has come back meanwhile, by another node, stays what it is.
                await connection.ExecuteAsync(
                    "UPDATE UserPresence SET shown = shown WHERE userid IN @users AND node IN @incarnations", new { users, incarnations }, transaction);
                await connection.ExecuteAsync(
                    """
                    UPDATE Users SET state = 'offline' WHERE id IN @users AND EXISTS (
                        SELECT 1 FROM UserPresence p WHERE p.userid = Users.id AND p.node IN @incarnations AND p.shown = 1)
                    """,
                    new { users, incarnations }, transaction);
                var gone = events is { TellsOffline: true }
                    ? (await connection.QueryAsync<int>(
                        "SELECT userid FROM UserPresence WHERE userid IN @users AND node IN @incarnations ORDER BY userid", new { users, incarnations }, transaction)).AsList()
                    : [];
                var cleared = await connection.ExecuteAsync(
                    "DELETE FROM UserPresence WHERE userid IN @users AND node IN @incarnations", new { users, incarnations }, transaction);
                if (events is not null)
                    await events.OfflineAsync(connection, transaction, gone);
                return cleared;
            });
        }
    }
}
