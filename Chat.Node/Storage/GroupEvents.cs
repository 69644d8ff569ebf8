using System.Data.Common;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>
/// What the product's own servers are told of groups, written in the transaction in which it happens. What no endpoint wants is not written.
/// </summary>
sealed class GroupEvents(WebhookOutbox outbox)
{
    public bool TellsJoined => outbox.Wants(WebhookTypes.MemberJoined);

    public bool TellsLeft => outbox.Wants(WebhookTypes.MemberLeft);

    /// <summary>Last of all that is written of a new group.</summary>
    public async Task CreatedAsync(DbConnection connection, DbTransaction transaction, int groupId, string name, string description, int creatorId)
    {
        if (!outbox.Wants(WebhookTypes.GroupCreated))
            return;
        var members = (await connection.QueryAsync<int>(
            "SELECT DISTINCT userid FROM GroupUser WHERE groupid = @groupId ORDER BY userid", new { groupId }, transaction)).AsList();
        await outbox.AddAsync(
            connection, transaction, WebhookTypes.GroupCreated, WebhookData.Of(new GroupCreatedData(groupId, name, description, creatorId, members)));
    }

    public Task ChangedAsync(DbConnection connection, DbTransaction transaction, int groupId, string name, string description) =>
        ChangedAsync(connection, transaction, new GroupChangedData(groupId, name, description, Deleted: null));

    public Task DeletedAsync(DbConnection connection, DbTransaction transaction, int groupId) =>
        ChangedAsync(connection, transaction, new GroupChangedData(groupId, Name: null, Desc: null, Deleted: true));

    public Task JoinedAsync(DbConnection connection, DbTransaction transaction, int groupId, IReadOnlyCollection<int> userIds) =>
        TellsJoined ? MembersAsync(connection, transaction, WebhookTypes.MemberJoined, groupId, userIds) : Task.CompletedTask;

    public Task LeftAsync(DbConnection connection, DbTransaction transaction, int groupId, IReadOnlyCollection<int> userIds) =>
        TellsLeft ? MembersAsync(connection, transaction, WebhookTypes.MemberLeft, groupId, userIds) : Task.CompletedTask;

    Task ChangedAsync(DbConnection connection, DbTransaction transaction, GroupChangedData data) => outbox.Wants(WebhookTypes.GroupChanged)
        ? outbox.AddAsync(connection, transaction, WebhookTypes.GroupChanged, WebhookData.Of(data))
        : Task.CompletedTask;

    Task MembersAsync(DbConnection connection, DbTransaction transaction, string type, int groupId, IReadOnlyCollection<int> userIds) => userIds.Count > 0
        ? outbox.AddAsync(connection, transaction, type, WebhookData.Of(new MembersData(groupId, userIds)))
        : Task.CompletedTask;
}
