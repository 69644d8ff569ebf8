using System.Data.Common;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>Endpoints that were not brought a message before it is gone are told of the gap, in the transaction that takes it away.</summary>
sealed class RetentionGaps(WebhookOutbox outbox)
{
    sealed class PlaceRow
    {
        public long Endpoint { get; init; }

        public long At { get; init; }
    }

    sealed class RevRow
    {
        public long? First { get; init; }

        public long? Last { get; init; }
    }

    /// <param name="connection">Of the transaction.</param>
    /// <param name="transaction">In which the floor is raised.</param>
    /// <param name="id">Of which conversation.</param>
    /// <param name="before">The floor before.</param>
    /// <param name="floor">The floor from now on.</param>
    public async Task TellAsync(DbConnection connection, DbTransaction transaction, ConversationId id, long before, long floor)
    {
        var endpoints = await WebhookStore.AllAsync(connection, transaction);
        if (endpoints.Count == 0)
            return;
        await TellOfMessagesAsync(connection, transaction, id, before, floor, endpoints);
        await TellOfChangesAsync(connection, transaction, id, floor, endpoints);
    }

    /// <summary>Without a mark everybody has everything; without a cursor nothing of what is marked.</summary>
    async Task TellOfMessagesAsync(
        DbConnection connection, DbTransaction transaction, ConversationId id, long before, long floor, IReadOnlyList<WebhookEndpoint> endpoints)
    {
        if (await connection.ExecuteScalarAsync<long?>("SELECT first_seq FROM WebhookMark WHERE a = @A AND b = @B", new { id.A, id.B }, transaction) is not { } marked)
            return;
        var cursors = await CursorsAsync(connection, transaction, "SELECT endpoint, seq AS at FROM WebhookCursor WHERE a = @A AND b = @B", id);
        var newest = await connection.ExecuteScalarAsync<long?>(
            "SELECT ts FROM MessageLog WHERE a = @A AND b = @B AND seq < @floor ORDER BY seq DESC LIMIT 1", new { id.A, id.B, floor }, transaction);
        foreach (var endpoint in endpoints.Where(endpoint => endpoint.Wants(WebhookTypes.MessageCreated) && newest >= endpoint.Created))
        {
            var from = Math.Max(cursors.GetValueOrDefault(endpoint.Id, marked - 1) + 1, before);
            if (from < floor)
                await outbox.AddAsync(connection, transaction, WebhookTypes.Gap, WebhookData.Of(new GapData(endpoint.Id, id.ToString(), From: from, To: floor - 1)));
        }
    }

    async Task TellOfChangesAsync(DbConnection connection, DbTransaction transaction, ConversationId id, long floor, IReadOnlyList<WebhookEndpoint> endpoints)
    {
        if (await connection.ExecuteScalarAsync<long?>("SELECT first_rev FROM WebhookChangeMark WHERE a = @A AND b = @B", new { id.A, id.B }, transaction) is not { } marked)
            return;
        var cursors = await CursorsAsync(connection, transaction, "SELECT endpoint, rev AS at FROM WebhookChangeCursor WHERE a = @A AND b = @B", id);
        foreach (var endpoint in endpoints.Where(endpoint => endpoint.WantsChanges))
        {
            var revs = await connection.QuerySingleAsync<RevRow>(
                "SELECT MIN(rev) AS first, MAX(rev) AS last FROM WebhookChange WHERE a = @A AND b = @B AND seq < @floor AND rev > @at",
                new { id.A, id.B, floor, at = cursors.GetValueOrDefault(endpoint.Id, marked - 1) }, transaction);
            if (revs is { First: { } first, Last: { } last })
                await outbox.AddAsync(connection, transaction, WebhookTypes.Gap, WebhookData.Of(new GapData(endpoint.Id, id.ToString(), FromRev: first, ToRev: last)));
        }
    }

    static async Task<Dictionary<long, long>> CursorsAsync(DbConnection connection, DbTransaction transaction, string statement, ConversationId id) =>
        (await connection.QueryAsync<PlaceRow>(statement, new { id.A, id.B }, transaction)).ToDictionary(row => row.Endpoint, row => row.At);
}
