using System.Data.Common;
using System.Text.Json;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>
/// Where an endpoint begins that is to get what it did not get before: behind what is there in every conversation that is marked, as others may lack something in it.
/// A conversation without a mark needs nothing: it begins with its next mark.
/// </summary>
sealed class WebhookStart(IChatDatabase database)
{
    /// <summary>Conversations in one transaction.</summary>
    public const int AtOnce = 500;

    const string MessageHeads =
        """
        SELECT m.a, m.b, COALESCE((SELECT l.seq FROM MessageLog l WHERE l.a = m.a AND l.b = m.b ORDER BY l.seq DESC LIMIT 1), 0) AS head
        FROM WebhookMark m WHERE m.a >= @a AND (m.a > @a OR m.b > @b) ORDER BY m.a, m.b LIMIT @AtOnce
        """;

    const string ChangeHeads =
        """
        SELECT m.a, m.b, COALESCE((SELECT s.rev FROM MessageState s WHERE s.a = m.a AND s.b = m.b ORDER BY s.rev DESC LIMIT 1), 0) AS head
        FROM WebhookChangeMark m WHERE m.a >= @a AND (m.a > @a OR m.b > @b) ORDER BY m.a, m.b LIMIT @AtOnce
        """;

    sealed class HeadRow
    {
        public int A { get; init; }

        public int B { get; init; }

        public long Head { get; init; }
    }

    /// <summary>
    /// To be done before it gets them: what is written meanwhile it may get, too. An endpoint that somebody else has changed meanwhile is left alone: it may have begun.
    /// </summary>
    /// <param name="before">The endpoint as it is.</param>
    /// <param name="endpoint">As it is to be.</param>
    public async Task PrepareAsync(WebhookEndpoint before, WebhookEndpoint endpoint)
    {
        foreach (var isOfChanges in (bool[])[false, true])
        {
            if (endpoint.Follows(isOfChanges) && !before.Follows(isOfChanges))
                await GoToHeadsAsync(before, isOfChanges);
        }
    }

    async Task GoToHeadsAsync(WebhookEndpoint before, bool isOfChanges)
    {
        var (a, b) = (-1, -1);
        while (true)
        {
            var page = await database.WriteAsync(async (connection, transaction) =>
            {
                if (!await IsStillAsync(connection, transaction, before))
                    return [];
                var heads = (await connection.QueryAsync<HeadRow>(isOfChanges ? ChangeHeads : MessageHeads, new { a, b, AtOnce }, transaction)).AsList();
                foreach (var head in heads)
                {
                    await connection.ExecuteAsync(
                        isOfChanges ? database.Dialect.StoreWebhookChangeCursor : database.Dialect.StoreWebhookCursor,
                        new { Endpoint = before.Id, head.A, head.B, Seq = head.Head, Attempts = 0, FailingSince = (long?)null, Due = 0L }, transaction);
                }

                return heads;
            });
            if (page.Count < AtOnce)
                return;
            (a, b) = (page[^1].A, page[^1].B);
        }
    }

    /// <summary>Whether an endpoint is on, off, kept and interested as it was: so it stays until this transaction ends.</summary>
    public static async Task<bool> IsStillAsync(DbConnection connection, DbTransaction transaction, WebhookEndpoint before) => await connection.ExecuteAsync(
        """
        UPDATE WebhookEndpoint SET types = types WHERE id = @Id AND types = @types
            AND COALESCE(disabled_reason, '') = @reason AND COALESCE(disabled_at, 0) = @off AND COALESCE(forgotten_at, 0) = @forgotten
        """,
        new
        {
            before.Id,
            types = JsonSerializer.Serialize(before.Types),
            reason = before.DisabledReason ?? "",
            off = before.DisabledAt ?? 0,
            forgotten = before.ForgottenAt ?? 0,
        },
        transaction) > 0;
}
