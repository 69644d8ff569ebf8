using System.Data.Common;
using System.Text.Json;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>A receiver of events.</summary>
/// <param name="Id">Given by the database.</param>
/// <param name="Url">Where events are posted to.</param>
/// <param name="Secrets">Bytes that events are signed with, the newest first; several while they are being changed.</param>
/// <param name="Types">The events that it wants; empty: all but those that are only for who names them.</param>
/// <param name="IsBatch">Whether one request brings several messages of a conversation.</param>
/// <param name="DisabledReason">Why nothing is sent any more; null: it is sent.</param>
/// <param name="OutboxTo">The last event of the outbox that it has.</param>
/// <param name="Created">Milliseconds since 1970, UTC.</param>
sealed record WebhookEndpoint(
    long Id, string Url, IReadOnlyList<byte[]> Secrets, IReadOnlyList<string> Types, bool IsBatch, string? DisabledReason, long OutboxTo, long Created)
{
    public bool IsEnabled => DisabledReason is null;

    /// <summary>Whether it gets events of a type.</summary>
    public bool Gets(string type) => IsEnabled && Wants(type);

    public bool Wants(string type) => Types.Count == 0 ? type != WebhookTypes.ReceiptRead : Types.Contains(type);

    /// <summary>Whether it is brought anything from conversations: messages, or what becomes of them.</summary>
    public bool FollowsConversations => IsEnabled && (Wants(WebhookTypes.MessageCreated) || WantsChanges);

    public bool WantsChanges => WebhookTypes.Changes.Any(Wants);
}

/// <summary>The statements for receivers of events.</summary>
sealed class WebhookStore(IChatDatabase database, TimeProvider clock)
{
    /// <summary>Each is told of everything: more are refused.</summary>
    public const int Max = 32;

    sealed class EndpointQueryRow
    {
        public long Id { get; init; }

        public string Url { get; init; } = "";

        public string Secrets { get; init; } = "[]";

        public string Types { get; init; } = "[]";

        public long Batch { get; init; }

        public string? Disabled_Reason { get; init; }

        public long Outbox_To { get; init; }

        public long Created { get; init; }

        public WebhookEndpoint ToEndpoint() => new(
            Id, Url, JsonSerializer.Deserialize<byte[][]>(Secrets)!, JsonSerializer.Deserialize<string[]>(Types)!, Batch != 0, Disabled_Reason, Outbox_To, Created);
    }

    public Task<IReadOnlyList<WebhookEndpoint>> AllAsync() => database.ReadAsync(connection => AllAsync(connection, null));

    /// <summary>The same in a transaction.</summary>
    public static async Task<IReadOnlyList<WebhookEndpoint>> AllAsync(DbConnection connection, DbTransaction? transaction) =>
    [
        .. (await connection.QueryAsync<EndpointQueryRow>(
            "SELECT id, url, secrets, types, batch, disabled_reason, outbox_to, created FROM WebhookEndpoint WHERE id > 0 ORDER BY id LIMIT @Max",
            new { Max }, transaction)).Select(row => row.ToEndpoint()),
    ];

    /// <summary>The new endpoint, which gets events from now on; null if there are too many.</summary>
    /// <exception cref="DuplicateKeyException">The same request has made one before.</exception>
    public Task<WebhookEndpoint?> AddAsync(string url, IReadOnlyList<byte[]> secrets, IReadOnlyList<string> types, bool isBatch, RepeatKey? once = null) =>
        database.WriteAsync(async (connection, transaction) =>
        {
            if (await connection.ExecuteScalarAsync<long?>(
                "SELECT id FROM WebhookEndpoint WHERE id > 0 ORDER BY id LIMIT 1 OFFSET @last", new { last = Max - 1 }, transaction) is not null)
                return null;
            var created = clock.GetUtcNow().ToUnixTimeMilliseconds();
            var outbox = await connection.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(id), 0) FROM WebhookEvent", transaction: transaction);
            await connection.ExecuteAsync(
                """
                INSERT INTO WebhookEndpoint (url, secrets, types, batch, outbox_to, created) VALUES (@url, @secrets, @types, @batch, @outbox, @created)
                """,
                new { url, secrets = JsonSerializer.Serialize(secrets), types = JsonSerializer.Serialize(types), batch = isBatch ? 1 : 0, outbox, created },
                transaction);
            var id = await connection.ExecuteScalarAsync<long>(database.Dialect.LastInsertId, transaction: transaction);
            if (once is not null)
                await once.NoteAsync(connection, transaction, checked((int)id));
            return new WebhookEndpoint(id, url, secrets, types, isBatch, null, outbox, created);
        });

    /// <summary>False if there is no such endpoint.</summary>
    public Task<bool> UpdateAsync(WebhookEndpoint endpoint) => ExecuteAsync(
        "UPDATE WebhookEndpoint SET url = @Url, secrets = @secrets, types = @types, batch = @batch, disabled_reason = @DisabledReason WHERE id = @Id",
        new
        {
            endpoint.Url,
            secrets = JsonSerializer.Serialize(endpoint.Secrets),
            types = JsonSerializer.Serialize(endpoint.Types),
            batch = endpoint.IsBatch ? 1 : 0,
            endpoint.DisabledReason,
            endpoint.Id,
        });

    public Task<bool> DisableAsync(long id, string reason) =>
        ExecuteAsync("UPDATE WebhookEndpoint SET disabled_reason = @reason WHERE id = @id AND disabled_reason IS NULL", new { id, reason });

    /// <summary>With all that it has not received.</summary>
    public Task<bool> RemoveAsync(long id) => database.WriteAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync("DELETE FROM WebhookCursor WHERE endpoint = @id", new { id }, transaction);
        await connection.ExecuteAsync("DELETE FROM WebhookChangeCursor WHERE endpoint = @id", new { id }, transaction);
        await connection.ExecuteAsync("DELETE FROM WebhookDeadLetter WHERE endpoint = @id", new { id }, transaction);
        return await connection.ExecuteAsync("DELETE FROM WebhookEndpoint WHERE id = @id", new { id }, transaction) > 0;
    });

    /// <summary>It has the events of the outbox up to one.</summary>
    public Task OnOutboxAsync(long id, long upTo) =>
        ExecuteAsync("UPDATE WebhookEndpoint SET outbox_to = @upTo WHERE id = @id AND outbox_to < @upTo", new { id, upTo });

    Task<bool> ExecuteAsync(string sql, object values) => database.WriteAsync(async (connection, transaction) =>
        await connection.ExecuteAsync(sql, values, transaction) > 0);
}
