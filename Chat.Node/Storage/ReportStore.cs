using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>A message that a user wants somebody to look at.</summary>
sealed class MessageReport
{
    public long Id { get; init; }

    public int A { get; init; }

    public int B { get; init; }

    public long Seq { get; init; }

    public int Reporter { get; init; }

    public int Sender { get; init; }

    public string Reason { get; init; } = "";

    /// <summary>As it was when it was reported.</summary>
    public string Msg { get; init; } = "";

    public long Created { get; init; }
}

/// <summary>What becomes of a report.</summary>
enum ReportOutcome
{
    Stored,

    /// <summary>The same user has reported the same message before.</summary>
    Known,

    /// <summary>The user has reported too many of late.</summary>
    TooMany,
}

/// <summary>The statements for reports of messages.</summary>
sealed class ReportStore(IChatDatabase database, TimeProvider clock, WebhookOutbox outbox)
{
    /// <summary>So many messages one may report in <see cref="PaceMilliseconds"/>.</summary>
    public const int MaxAtOnce = 20;

    public const long PaceMilliseconds = 10 * 60 * 1000;

    long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Writes it down, and the event of it, if there is none by this user of this message.</summary>
    /// <param name="report">What is wrong, by whom.</param>
    /// <param name="reporter">Who says so.</param>
    /// <param name="message">As it is.</param>
    public async Task<ReportOutcome> AddAsync(ReportRequest report, int reporter, LogRow message)
    {
        try
        {
            return await AddOnceAsync(report, reporter, message);
        }
        catch (DuplicateKeyException)
        {
            return ReportOutcome.Known; // another device of the user was quicker
        }
    }

    /// <summary>Those that nobody has looked at, the oldest first.</summary>
    public Task<IReadOnlyList<MessageReport>> OpenAsync(long after, int limit) => database.ReadAsync<IReadOnlyList<MessageReport>>(async connection =>
        [.. (await connection.QueryAsync<MessageReport>(
            """
            SELECT id, a, b, seq, reporter, sender, reason, msg, created FROM MessageReport
            WHERE closed IS NULL AND id > @after ORDER BY id LIMIT @limit
            """,
            new { after, limit }))]);

    /// <summary>Some of them, by their numbers.</summary>
    public Task<Dictionary<long, MessageReport>> ReadAsync(IReadOnlyCollection<long> ids) => database.ReadAsync(async connection =>
        (await connection.QueryAsync<MessageReport>(
            "SELECT id, a, b, seq, reporter, sender, reason, msg, created FROM MessageReport WHERE id IN @ids", new { ids })).ToDictionary(report => report.Id));

    /// <summary>Somebody has looked at it. Its text goes: nobody needs it any more. False if there is no such report that is open.</summary>
    public Task<bool> CloseAsync(long id) => database.WriteAsync(async (connection, transaction) => await connection.ExecuteAsync(
        "UPDATE MessageReport SET closed = @now, msg = '', reason = '' WHERE id = @id AND closed IS NULL", new { id, now = Now }, transaction) > 0);

    Task<ReportOutcome> AddOnceAsync(ReportRequest report, int reporter, LogRow message) => database.WriteAsync(async (connection, transaction) =>
    {
        var now = Now;
        var id = report.Conversation;
        await connection.ExecuteAsync(database.Dialect.LockUser, new { userId = reporter }, transaction);
        if (await connection.ExecuteScalarAsync<long?>(
            "SELECT id FROM MessageReport WHERE a = @A AND b = @B AND seq = @Seq AND reporter = @reporter", new { id.A, id.B, report.Seq, reporter }, transaction) is not null)
            return ReportOutcome.Known;
        var recent = await connection.ExecuteScalarAsync<long>(
            "SELECT COUNT(*) FROM MessageReport WHERE reporter = @reporter AND created > @since", new { reporter, since = now - PaceMilliseconds }, transaction);
        if (recent >= MaxAtOnce)
            return ReportOutcome.TooMany;
        var text = ChangedBody.TextOf(message.Body.Span);
        await connection.ExecuteAsync(
            """
            INSERT INTO MessageReport (a, b, seq, reporter, sender, reason, msg, created)
            VALUES (@A, @B, @Seq, @reporter, @Sender, @Reason, @text, @now)
            """,
            new { id.A, id.B, report.Seq, reporter, message.Sender, report.Reason, text, now }, transaction);
        if (outbox.Wants(WebhookTypes.MessageReported))
        {
            var number = await connection.ExecuteScalarAsync<long>(database.Dialect.LastInsertId, transaction: transaction);
            await outbox.AddAsync(
                connection, transaction, WebhookTypes.MessageReported,
                WebhookData.Of(new MessageReportedData(number, id.ToString(), report.Seq, message.Sender, reporter, Reason: "", Msg: "", message.Ts))); // its texts are here
        }

        return ReportOutcome.Stored;
    });
}
