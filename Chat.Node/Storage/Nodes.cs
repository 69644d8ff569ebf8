using Dapper;

namespace Chat.Node.Storage;

/// <summary>A start of a node, as the database knows it.</summary>
sealed class NodeRow
{
    public long Incarnation { get; init; }

    public string Name { get; init; } = "";

    /// <summary>The address at which the other nodes of its cluster reach it, <c>host:port</c>; empty before it has said so.</summary>
    public string Address { get; init; } = "";

    /// <summary>Which start of the actor system at that address.</summary>
    public long Uid { get; init; }

    /// <summary>Its own clock at its last sign of life, in milliseconds since 1970. Only whether it changes means anything to others.</summary>
    public long Heartbeat { get; init; }

    /// <summary>Which start it is: later starts have higher numbers. A time, unless the clock was behind that of an earlier start.</summary>
    public long Started { get; init; }

    /// <summary>All messages that it logged before this time have reached everybody.</summary>
    public long ConfirmedBefore { get; init; }

    /// <summary>Those that all nodes of a cluster must have alike; empty for a version that did not write them.</summary>
    public string Settings { get; init; } = "";

    /// <summary>It has been a member of the cluster.</summary>
    public bool Joined { get; init; }

    /// <summary>It must not write any more.</summary>
    public bool Fenced { get; init; }
}

/// <summary>
/// The nodes that have used this database, and the arbiter between them: who forms a cluster, who is a member of it, and
/// who is so dead that it must not come back.
/// </summary>
sealed class Nodes(IChatDatabase database, NodeIdentity node, TimeProvider clock)
{
    /// <summary>Each time another value: on a Galera cluster only what changes a row keeps those on other servers away.</summary>
    const string TakeTurn = "REPLACE INTO ClusterTurn (id, incarnation) VALUES (1, @turn)";

    long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The clocks and starts of the nodes, as far as this one knows.</summary>
    public NodeTimes Times { get; } = new();

    public async Task RegisterAsync() => Times.Note(await database.WriteAsync(async (connection, transaction) =>
    {
        // The second row of this table counts the starts: a look for the highest number among all starts would take longer with each.
        if (await connection.ExecuteAsync(
            "UPDATE ClusterTurn SET incarnation = CASE WHEN incarnation < @Now THEN @Now ELSE incarnation + 1 END WHERE id = 2", new { Now }, transaction) == 0)
            await connection.ExecuteAsync("REPLACE INTO ClusterTurn (id, incarnation) VALUES (2, @Now)", new { Now }, transaction);
        var started = await connection.ExecuteScalarAsync<long>("SELECT incarnation FROM ClusterTurn WHERE id = 2", transaction: transaction);
        await connection.ExecuteAsync(
            """
            INSERT INTO Node (incarnation, name, started, heartbeat, confirmed_before)
            VALUES (@Incarnation, @Name, @started, @Now, @Now)
            """,
            new { node.Incarnation, node.Name, started, Now }, transaction);
        return started;
    }));

    /// <summary>Stores the address at which others reach this node, and the settings in which it has to agree with them.</summary>
    public Task AnnounceAsync(string address, long uid, string settings = "") => ExecuteAsync(
        "UPDATE Node SET address = @address, uid = @uid, settings = @settings WHERE incarnation = @Incarnation", new { address, uid, settings, node.Incarnation });

    /// <summary>A write that changes nothing for anybody: it proves that the database takes writes. Like every sign of life it differs from the one before also when the clock was set back.</summary>
    public Task BeatAsync() => ExecuteAsync("UPDATE Node SET heartbeat = CASE WHEN heartbeat < @Now THEN @Now ELSE heartbeat + 1 END WHERE incarnation = @Incarnation AND fenced = 0", new { node.Incarnation, Now });

    /// <summary>A sign of life; and everything this node logged before a time has been fanned out. False if this node is fenced.</summary>
    public async Task<bool> BeatAsync(long confirmedBefore) => await ExecuteAsync(
        "UPDATE Node SET confirmed_before = @confirmedBefore, heartbeat = CASE WHEN heartbeat < @Now THEN @Now ELSE heartbeat + 1 END WHERE incarnation = @Incarnation AND fenced = 0",
        new { node.Incarnation, confirmedBefore, Now }) > 0;

    /// <summary>Other incarnations that live, or have left something to do.</summary>
    public Task<List<NodeRow>> OthersAsync() => database.ReadAsync(async connection => (await connection.QueryAsync<NodeRow>(
        """
        SELECT incarnation, name, started, address, uid, heartbeat, confirmed_before AS confirmedbefore, joined, fenced, settings
        FROM Node WHERE finished = 0 AND incarnation <> @Incarnation
        """,
        new { node.Incarnation })).AsList());

    /// <summary>All messages that other nodes logged before this time have reached everybody; <see cref="long.MaxValue"/> when there are none.</summary>
    public async Task<long> OldestUnfinishedAsync() => await database.ReadAsync(connection => connection.ExecuteScalarAsync<long?>(
        "SELECT MIN(confirmed_before) FROM Node WHERE finished = 0 AND incarnation <> @Incarnation", new { node.Incarnation })) ?? long.MaxValue;

    /// <summary>Whether a message that a node has logged has reached everybody: it was given to a session of theirs, or waits in their queue.</summary>
    /// <param name="incarnation">Of the node.</param>
    /// <param name="ts">When it was logged, in milliseconds since 1970, UTC.</param>
    public async Task<bool> IsConfirmedAsync(long incarnation, long ts) => await database.ReadAsync(connection => connection.ExecuteScalarAsync<long>(
        "SELECT COUNT(*) FROM Node WHERE incarnation = @incarnation AND finished = 0 AND confirmed_before <= @ts", new { incarnation, ts })) == 0;

    /// <summary>
    /// Makes this node the first member of a new cluster, if all members of the one before are known to be dead: they are
    /// fenced with it. False if there is another member.
    /// </summary>
    public Task<bool> TryFormAsync(IReadOnlyCollection<NodeRow> dead) => database.WriteAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync(TakeTurn, new { turn = Random.Shared.NextInt64() }, transaction);
        var members = (await connection.QueryAsync<NodeRow>(
            "SELECT incarnation, heartbeat FROM Node WHERE finished = 0 AND joined = 1 AND fenced = 0 AND incarnation <> @Incarnation",
            new { node.Incarnation }, transaction)).AsList();
        if (members.Exists(member => !dead.Any(known => known.Incarnation == member.Incarnation && known.Heartbeat == member.Heartbeat)))
            return false; // another one, or one that has come back to life since
        var incarnations = dead.Select(row => row.Incarnation).ToList();
        if (incarnations.Count > 0)
            await connection.ExecuteAsync("UPDATE Node SET fenced = 1 WHERE incarnation IN @incarnations", new { incarnations }, transaction);
        return await connection.ExecuteAsync(
            "UPDATE Node SET joined = 1 WHERE incarnation = @Incarnation AND fenced = 0", new { node.Incarnation }, transaction) > 0;
    });

    /// <summary>Makes this node a member beside others. False if none of them is one any more: their cluster has been given up.</summary>
    public Task<bool> TryBecomeMemberAsync(IReadOnlyCollection<(string Address, long Uid)> others) => database.WriteAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync(TakeTurn, new { turn = Random.Shared.NextInt64() }, transaction);
        var members = await connection.QueryAsync<NodeRow>(
            "SELECT address, uid FROM Node WHERE finished = 0 AND joined = 1 AND fenced = 0 AND incarnation <> @Incarnation",
            new { node.Incarnation }, transaction);
        if (!members.Any(member => others.Contains((member.Address, member.Uid))))
            return false;
        return await connection.ExecuteAsync(
            "UPDATE Node SET joined = 1 WHERE incarnation = @Incarnation AND fenced = 0", new { node.Incarnation }, transaction) > 0;
    });

    /// <summary>Keeps another node from writing. False if it has given a sign of life since, or if this node is kept from it itself.</summary>
    public Task<bool> TryFenceAsync(long incarnation, long heartbeat) => FenceAsync(
        "UPDATE Node SET fenced = 1 WHERE incarnation = @incarnation AND heartbeat = @heartbeat", new { incarnation, heartbeat });

    /// <summary>Keeps a node from writing that is no member any more. False if this node is kept from it itself.</summary>
    /// <remarks>
    /// A fenced node fences nobody. A node that was frozen and wakes takes its own old view for the cluster, and a member that joined meanwhile for
    /// one that was removed.
    /// </remarks>
    public Task<bool> FenceAsync(long incarnation) =>
        FenceAsync("UPDATE Node SET fenced = 1 WHERE incarnation = @incarnation", new { incarnation });

    Task<bool> FenceAsync(string sql, object parameters) => database.WriteAsync(async (connection, transaction) =>
        // Its own row is written first: of two that fence each other one succeeds. It has to change for that, because a Galera server knows no lock of another one.
        await connection.ExecuteAsync("UPDATE Node SET heartbeat = heartbeat + 1 WHERE incarnation = @Incarnation AND fenced = 0", new { node.Incarnation }, transaction) > 0
        && await connection.ExecuteAsync(sql, parameters, transaction) > 0);

    /// <summary>The name of a start, also of one that is gone; null if it was never here.</summary>
    public Task<string?> NameOfAsync(long incarnation) => database.ReadAsync(connection =>
        connection.ExecuteScalarAsync<string?>("SELECT name FROM Node WHERE incarnation = @incarnation", new { incarnation }));

    /// <summary>Whether a node is kept from writing: it is gone, or will find out soon that it has to go.</summary>
    public async Task<bool> IsFencedAsync(long incarnation) => await database.ReadAsync(connection => connection.ExecuteScalarAsync<long>(
        "SELECT COUNT(*) FROM Node WHERE incarnation = @incarnation AND fenced = 1", new { incarnation })) > 0;

    /// <summary>Nothing of an incarnation is left to do, unless it has written to its row since this was looked at.</summary>
    public Task FinishAsync(long incarnation, long heartbeat) => ExecuteAsync(
        "UPDATE Node SET finished = 1 WHERE incarnation = @incarnation AND fenced = 1 AND heartbeat = @heartbeat", new { incarnation, heartbeat });

    /// <summary>
    /// This node ends. Unless it has nothing left to do, others look once more at what it logged, also if they had
    /// taken it for dead before and were done with it.
    /// </summary>
    public Task LeaveAsync(bool isFinished) => ExecuteAsync(
        "UPDATE Node SET fenced = 1, finished = @isFinished, heartbeat = CASE WHEN heartbeat < @Now THEN @Now ELSE heartbeat + 1 END WHERE incarnation = @Incarnation", new { node.Incarnation, isFinished, Now });

    Task<int> ExecuteAsync(string sql, object parameters) =>
        database.WriteAsync((connection, transaction) => connection.ExecuteAsync(sql, parameters, transaction));
}
