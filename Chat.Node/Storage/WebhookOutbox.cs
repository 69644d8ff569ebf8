using System.Data.Common;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>An event that is not in the log. <c>Data</c> is JSON, <c>Created</c> milliseconds since 1970, UTC.</summary>
sealed record WebhookEvent(long Id, string Type, string Data, long Created);

/// <summary>That there is an event, and since when, in milliseconds since 1970, UTC.</summary>
sealed record EventNumber(long Id, long Created);

/// <summary>The statements for events that are not in the log.</summary>
sealed class WebhookOutbox(IChatDatabase database, TimeProvider clock, WebhookInterest? interest = null)
{
    /// <summary>Events that are deleted in one transaction.</summary>
    public const int AtOnce = 1000;

    sealed class EventQueryRow
    {
        public long Id { get; init; }

        public string Type { get; init; } = "";

        public string Data { get; init; } = "";

        public long Created { get; init; }
    }

    /// <summary>Whether some endpoint wants a type, as far as this node knows.</summary>
    public bool Wants(string type) => interest?.Wants(type) != false;

    /// <summary>In the transaction of what happened: an event without it, or it without an event, cannot be.</summary>
    public Task AddAsync(DbConnection connection, DbTransaction transaction, string type, string data) => connection.ExecuteAsync(
        "INSERT INTO WebhookEvent (type, data, created) VALUES (@type, @data, @now)",
        new { type, data, now = clock.GetUtcNow().ToUnixTimeMilliseconds() }, transaction);

    public Task AddAsync(string type, string data) => database.WriteAsync(async (connection, transaction) =>
    {
        await AddAsync(connection, transaction, type, data);
        return true;
    });

    /// <summary>Several of a type, together.</summary>
    public Task AddAsync(string type, IReadOnlyCollection<string> data) => data.Count == 0 ? Task.CompletedTask : database.WriteAsync(async (connection, transaction) =>
    {
        foreach (var each in data)
            await AddAsync(connection, transaction, type, each);
        return true;
    });

    /// <summary>The last event that there is; 0: there is none.</summary>
    public Task<long> NewestAsync() => database.ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(id), 0) FROM WebhookEvent"));

    /// <summary>Which events there are above a number, in order.</summary>
    public Task<IReadOnlyList<EventNumber>> NumbersAfterAsync(long after, int limit) => database.ReadAsync<IReadOnlyList<EventNumber>>(async connection =>
    [
        .. (await connection.QueryAsync<EventQueryRow>("SELECT id, created FROM WebhookEvent WHERE id > @after ORDER BY id LIMIT @limit", new { after, limit }))
            .Select(row => new EventNumber(row.Id, row.Created)),
    ]);

    /// <summary>Some events, in order.</summary>
    public async Task<IReadOnlyList<WebhookEvent>> ReadAsync(IReadOnlyCollection<long> ids) => ids.Count == 0 ? [] : await database.ReadAsync<IReadOnlyList<WebhookEvent>>(async connection =>
    [
        .. (await connection.QueryAsync<EventQueryRow>("SELECT id, type, data, created FROM WebhookEvent WHERE id IN @ids ORDER BY id", new { ids }))
            .Select(row => new WebhookEvent(row.Id, row.Type, row.Data, row.Created)),
    ]);

    /// <summary>
    /// Every endpoint has these: deletes the next of them. The last one stays: a new endpoint begins behind it. True: there are more. One statement for all of a day would
    /// be ended by the database, again and again, or let nobody else write.
    /// </summary>
    public Task<bool> PurgeAsync(long upTo) => database.WriteAsync(async (connection, transaction) =>
    {
        var last = await connection.ExecuteScalarAsync<long?>(
            "SELECT MAX(x.id) FROM (SELECT id FROM WebhookEvent WHERE id < @upTo ORDER BY id LIMIT @AtOnce) x", new { upTo, AtOnce }, transaction);
        return last is not null && await connection.ExecuteAsync("DELETE FROM WebhookEvent WHERE id <= @last", new { last }, transaction) >= AtOnce;
    });
}
