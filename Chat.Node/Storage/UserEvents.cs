using System.Data.Common;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>
/// What the product's own servers are told of users, written in the transaction in which it happens: neither is there without the other, whatever
/// dies. What no endpoint wants is not written.
/// </summary>
sealed class UserEvents(WebhookOutbox outbox)
{
    sealed class ProfileRow
    {
        public byte[]? Issuer { get; init; }

        public byte[]? Subject { get; init; }

        public string? Display { get; init; }

        public ExternalData? External => Issuer is null ? null : new ExternalData(SqlDialect.TextOf(Issuer), SqlDialect.TextOf(Subject));
    }

    public bool TellsOnline => outbox.Wants(WebhookTypes.UserOnline);

    public bool TellsOffline => outbox.Wants(WebhookTypes.UserOffline);

    /// <summary>Last of all that is written of a new user.</summary>
    public async Task CreatedAsync(DbConnection connection, DbTransaction transaction, int userId, string name)
    {
        if (!outbox.Wants(WebhookTypes.UserCreated))
            return;
        var profile = await connection.QuerySingleAsync<ProfileRow>(
            """
            SELECT e.issuer, e.subject, COALESCE(e.display, p.display) AS display
            FROM Users u LEFT JOIN ExternalIdentity e ON e.userid = u.id LEFT JOIN UserProfile p ON p.userid = u.id WHERE u.id = @userId
            """,
            new { userId }, transaction);
        await outbox.AddAsync(
            connection, transaction, WebhookTypes.UserCreated, WebhookData.Of(new UserCreatedData(userId, name, profile.Display, profile.External)));
    }

    public Task OnlineAsync(DbConnection connection, DbTransaction transaction, int userId) =>
        TellsOnline ? AddAsync(connection, transaction, WebhookTypes.UserOnline, [userId]) : Task.CompletedTask;

    public Task OfflineAsync(DbConnection connection, DbTransaction transaction, IReadOnlyCollection<int> userIds) =>
        TellsOffline && userIds.Count > 0 ? AddAsync(connection, transaction, WebhookTypes.UserOffline, userIds) : Task.CompletedTask;

    async Task AddAsync(DbConnection connection, DbTransaction transaction, string type, IReadOnlyCollection<int> userIds)
    {
        var hidden = (await connection.QueryAsync<int>(
            "SELECT userid FROM UserPrivacy WHERE userid IN @userIds AND hides_presence > 0", new { userIds }, transaction)).ToHashSet();
        foreach (var userId in userIds)
            await outbox.AddAsync(connection, transaction, type, WebhookData.Of(new PresenceData(userId, hidden.Contains(userId) ? true : null)));
    }
}
