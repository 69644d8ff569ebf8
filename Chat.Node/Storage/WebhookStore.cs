using System.Data.Common;
using System.Text.Json;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>The statements for receivers of events.</summary>
sealed class WebhookStore(IChatDatabase database, TimeProvider clock)
{
    /// <summary>Each is told of everything: more are refused.</summary>
    public const int Max = 32;

    readonly WebhookOutbox _outbox = new(database, clock);
    readonly WebhookStart _start = new(database);

    long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

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

        public long? Disabled_At { get; init; }

        public long? Forgotten_At { get; init; }

        public int Outbox_Attempts { get; init; }

        public long? Outbox_Failing_Since { get; init; }

        public long Outbox_Due { get; init; }

        public WebhookEndpoint ToEndpoint() => new(
            Id, Url, JsonSerializer.Deserialize<byte[][]>(Secrets)!, JsonSerializer.Deserialize<string[]>(Types)!, Batch != 0, Disabled_Reason, Outbox_To, Created,
            Disabled_At, Forgotten_At, Outbox_Failing_Since is { } since ? new OutboxTrouble(Outbox_Attempts, since, Outbox_Due) : null);
    }

    public Task<IReadOnlyList<WebhookEndpoint>> AllAsync() => database.ReadAsync(connection => AllAsync(connection, null));

    /// <summary>The same in a transaction.</summary>
    public static async Task<IReadOnlyList<WebhookEndpoint>> AllAsync(DbConnection connection, DbTransaction? transaction) =>
    [
        .. (await connection.QueryAsync<EndpointQueryRow>(
            """
            SELECT id, url, secrets, types, batch, disabled_reason, outbox_to, created, disabled_at, forgotten_at, outbox_attempts, outbox_failing_since, outbox_due
            FROM WebhookEndpoint WHERE id > 0 ORDER BY id LIMIT @Max
            """,
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
            var created = Now;
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

    /// <summary>False if there is no such endpoint. One that is on again after it was forgotten begins anew: it is told that there is a gap.</summary>
    /// <param name="endpoint">As it is to be.</param>
    /// <param name="before">As it was.</param>
    public async Task<bool> UpdateAsync(WebhookEndpoint endpoint, WebhookEndpoint before)
    {
        await _start.PrepareAsync(before, endpoint);
        return await database.WriteAsync((connection, transaction) => UpdateAsync(connection, transaction, endpoint, before));
    }

    async Task<bool> UpdateAsync(DbConnection connection, DbTransaction transaction, WebhookEndpoint endpoint, WebhookEndpoint before)
    {
        // Of two who switch it on at the same moment one lets it begin anew: the other one would skip what it was to get since.
        var beginsAnew = endpoint.IsEnabled && !before.IsKept && await WebhookStart.IsStillAsync(connection, transaction, before);
        var updated = await connection.ExecuteAsync(
            """
            UPDATE WebhookEndpoint SET url = @Url, secrets = @secrets, types = @types, batch = @batch,
                disabled_reason = @DisabledReason, disabled_at = @DisabledAt, forgotten_at = @ForgottenAt WHERE id = @Id
            """,
            new
            {
                endpoint.Url,
                secrets = JsonSerializer.Serialize(endpoint.Secrets),
                types = JsonSerializer.Serialize(endpoint.Types),
                batch = endpoint.IsBatch ? 1 : 0,
                endpoint.DisabledReason,
                endpoint.DisabledAt,
                endpoint.ForgottenAt,
                endpoint.Id,
            },
            transaction);
        if (beginsAnew)
        {
            var last = await connection.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(id), 0) FROM WebhookEvent", transaction: transaction);
            await StoreAsync(connection, transaction, endpoint.Id, last, null);
            await _outbox.AddAsync(connection, transaction, WebhookTypes.Gap, WebhookData.Of(new OffGapData(endpoint.Id, before.ForgottenAt, Now)));
        }

        return updated > 0;
    }

    public Task<bool> DisableAsync(long id, string reason) => ExecuteAsync(
        "UPDATE WebhookEndpoint SET disabled_reason = @reason, disabled_at = @Now, forgotten_at = NULL WHERE id = @id AND disabled_reason IS NULL", new { id, reason, Now });

    /// <summary>Nothing is kept any more for an endpoint that is off since a time. One event tells the others, however many conversations it lacked something in.</summary>
    public Task<bool> ForgetAsync(long id, long disabledAt) => database.WriteAsync(async (connection, transaction) =>
    {
        var forgotten = await connection.ExecuteAsync(
            "UPDATE WebhookEndpoint SET forgotten_at = @Now WHERE id = @id AND disabled_at = @disabledAt AND forgotten_at IS NULL", new { id, disabledAt, Now }, transaction);
        if (forgotten > 0)
            await _outbox.AddAsync(connection, transaction, WebhookTypes.Gap, WebhookData.Of(new OffGapData(id, disabledAt, Now)));
        return forgotten > 0;
    });

    /// <summary>Whether an endpoint is off since a time, and something is kept for it: so it stays until this transaction ends.</summary>
    public static async Task<bool> StaysOffAsync(DbConnection connection, DbTransaction transaction, long id, long disabledAt) => await connection.ExecuteAsync(
        "UPDATE WebhookEndpoint SET disabled_at = disabled_at WHERE id = @id AND disabled_at = @disabledAt AND forgotten_at IS NULL", new { id, disabledAt }, transaction) > 0;

    /// <summary>What it has not received goes with it, soon: see <see cref="WebhookLeftovers"/>.</summary>
    public Task<bool> RemoveAsync(long id) => ExecuteAsync("DELETE FROM WebhookEndpoint WHERE id = @id", new { id });

    /// <summary>It has the events of the outbox up to one, and takes the next one or not.</summary>
    public Task OnOutboxAsync(long id, long upTo, OutboxTrouble? trouble) => database.WriteAsync((connection, transaction) => StoreAsync(connection, transaction, id, upTo, trouble));

    /// <summary>The events of the outbox up to one are not brought any more: a gap is told of in the same commit, once.</summary>
    /// <param name="id">To which endpoint.</param>
    /// <param name="from">The first one that it does not get.</param>
    /// <param name="upTo">The last one.</param>
    /// <param name="offSince">They are given up because the endpoint is off since then; null: because it takes nothing.</param>
    public Task<bool> GiveUpOutboxAsync(long id, long from, long upTo, long? offSince = null) => database.WriteAsync(async (connection, transaction) =>
    {
        if (offSince is { } since && !await StaysOffAsync(connection, transaction, id, since))
            return false;
        if (await connection.ExecuteAsync("UPDATE WebhookEndpoint SET outbox_to = @upTo WHERE id = @id AND outbox_to < @upTo", new { id, upTo }, transaction) == 0)
            return false;
        await _outbox.AddAsync(connection, transaction, WebhookTypes.Gap, WebhookData.Of(new EventGapData(id, from, upTo)));
        return true;
    });

    static Task<int> StoreAsync(DbConnection connection, DbTransaction transaction, long id, long upTo, OutboxTrouble? trouble) => connection.ExecuteAsync(
        """
        UPDATE WebhookEndpoint SET outbox_to = CASE WHEN outbox_to < @upTo THEN @upTo ELSE outbox_to END,
            outbox_attempts = @attempts, outbox_failing_since = @since, outbox_due = @due WHERE id = @id
        """,
        new { id, upTo, attempts = trouble?.Attempts ?? 0, since = trouble?.FailingSince, due = trouble?.Due ?? 0 },
        transaction);

    Task<bool> ExecuteAsync(string sql, object values) => database.WriteAsync(async (connection, transaction) =>
        await connection.ExecuteAsync(sql, values, transaction) > 0);
}
