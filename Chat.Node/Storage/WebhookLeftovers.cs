using System.Data.Common;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>What endpoints lacked that were removed: it may be much, and goes in steps.</summary>
sealed class WebhookLeftovers(IChatDatabase database)
{
    /// <summary>Rows that are deleted in one transaction.</summary>
    public const int AtOnce = 1000;

    sealed class PlaceRow
    {
        public int A { get; init; }

        public int B { get; init; }
    }

    /// <summary>Deletes the next rows. True: there may be more.</summary>
    public Task<bool> DeleteAsync() => database.WriteAsync(async (connection, transaction) =>
        await DeleteCursorsAsync(
            connection, transaction, "SELECT MIN(endpoint) FROM WebhookCursor WHERE endpoint > @endpoint",
            "SELECT a, b FROM WebhookCursor WHERE endpoint = @endpoint ORDER BY a, b LIMIT 1 OFFSET @skipped",
            "DELETE FROM WebhookCursor WHERE endpoint = @endpoint AND a <= @a AND (a < @a OR b <= @b) AND NOT EXISTS (SELECT 1 FROM WebhookEndpoint w WHERE w.id = @endpoint)")
        || await DeleteCursorsAsync(
            connection, transaction, "SELECT MIN(endpoint) FROM WebhookChangeCursor WHERE endpoint > @endpoint",
            "SELECT a, b FROM WebhookChangeCursor WHERE endpoint = @endpoint ORDER BY a, b LIMIT 1 OFFSET @skipped",
            "DELETE FROM WebhookChangeCursor WHERE endpoint = @endpoint AND a <= @a AND (a < @a OR b <= @b) AND NOT EXISTS (SELECT 1 FROM WebhookEndpoint w WHERE w.id = @endpoint)")
        || await DeleteLettersAsync(connection, transaction));

    /// <summary>From one endpoint to the next one, and not through all of their rows.</summary>
    static async Task<long?> FindAsync(DbConnection connection, DbTransaction transaction, string next)
    {
        var endpoint = (long?)0;
        do
        {
            endpoint = await connection.ExecuteScalarAsync<long?>(next, new { endpoint }, transaction);
        }
        while (endpoint is not null && await connection.ExecuteScalarAsync<long?>("SELECT id FROM WebhookEndpoint WHERE id = @endpoint", new { endpoint }, transaction) is not null);

        return endpoint;
    }

    /// <summary>One that has just been added is there by now: what is seen of it was committed with it or later.</summary>
    static async Task<bool> DeleteCursorsAsync(DbConnection connection, DbTransaction transaction, string next, string place, string delete)
    {
        if (await FindAsync(connection, transaction, next) is not { } endpoint)
            return false;
        var last = await connection.QueryFirstOrDefaultAsync<PlaceRow>(place, new { endpoint, skipped = AtOnce - 1 }, transaction);
        return await connection.ExecuteAsync(delete, new { endpoint, a = last?.A ?? int.MaxValue, b = last?.B ?? int.MaxValue }, transaction) > 0;
    }

    static async Task<bool> DeleteLettersAsync(DbConnection connection, DbTransaction transaction)
    {
        if (await FindAsync(connection, transaction, "SELECT MIN(endpoint) FROM WebhookDeadLetter WHERE endpoint > @endpoint") is not { } endpoint)
            return false;
        var last = await connection.ExecuteScalarAsync<long?>(
            "SELECT id FROM WebhookDeadLetter WHERE endpoint = @endpoint ORDER BY id LIMIT 1 OFFSET @skipped", new { endpoint, skipped = AtOnce - 1 }, transaction);
        return await connection.ExecuteAsync(
            "DELETE FROM WebhookDeadLetter WHERE endpoint = @endpoint AND id <= @last AND NOT EXISTS (SELECT 1 FROM WebhookEndpoint w WHERE w.id = @endpoint)",
            new { endpoint, last = last ?? long.MaxValue }, transaction) > 0;
    }
}
