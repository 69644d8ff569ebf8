using Dapper;

namespace Chat.Node.Storage;

/// <summary>A start of a node.</summary>
sealed class NodeRow
{
    public long Incarnation { get; init; }

    public string Name { get; init; } = "";

    public long Heartbeat { get; init; }

    public long ConfirmedBefore { get; init; }
}

/// <summary>The nodes that have used this database.</summary>
sealed class Nodes(IChatDatabase database, NodeIdentity node, TimeProvider clock)
{
    public Task RegisterAsync() => database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
        """
        INSERT INTO Node (incarnation, name, started, heartbeat, confirmed_before)
        VALUES (@Incarnation, @Name, @now, @now, @now)
        """,
        new { node.Incarnation, node.Name, now = clock.GetUtcNow().ToUnixTimeMilliseconds() }, transaction));

    /// <summary>A write that changes nothing for anybody: it proves that the database takes writes.</summary>
    public Task BeatAsync() => database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
        "UPDATE Node SET heartbeat = @now WHERE incarnation = @Incarnation",
        new { node.Incarnation, now = clock.GetUtcNow().ToUnixTimeMilliseconds() }, transaction));

    /// <summary>Stores that everything this node logged before a time has been fanned out.</summary>
    public Task ConfirmAsync(long confirmedBefore) => database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
        "UPDATE Node SET confirmed_before = @confirmedBefore, heartbeat = @now WHERE incarnation = @Incarnation",
        new { node.Incarnation, confirmedBefore, now = clock.GetUtcNow().ToUnixTimeMilliseconds() }, transaction));

    /// <summary>Other incarnations with something left to do.</summary>
    public Task<List<NodeRow>> UnfinishedAsync() => database.ReadAsync(async connection => (await connection.QueryAsync<NodeRow>(
        "SELECT incarnation, name, heartbeat, confirmed_before AS confirmedbefore FROM Node WHERE finished = 0 AND incarnation <> @Incarnation",
        new { node.Incarnation })).AsList());

    public Task FinishAsync(long incarnation) => database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
        "UPDATE Node SET finished = 1 WHERE incarnation = @incarnation", new { incarnation }, transaction));
}
