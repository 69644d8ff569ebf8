using System.Data.Common;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>
/// What the product's own servers are told of groups, written in the transaction in which it happens. What no endpoint wants is not written.
/// </summary>
sealed class GroupEvents(WebhookOutbox outbox)
{
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

    /// <param name="connection">Where it happens.</param>
    /// <param name="transaction">In which.</param>
    /// <param name="before">As the group was.</param>
    /// <param name="after">As it is now, in something else.</param>
    public Task ChangedAsync(DbConnection connection, DbTransaction transaction, StoredGroup before, StoredGroup after) =>
        ChangedAsync(connection, transaction, () => GroupChangedData.Of(before, after));

    public Task DeletedAsync(DbConnection connection, DbTransaction transaction, int groupId) =>
        ChangedAsync(connection, transaction, () => new GroupChangedData(groupId, Name: null, Desc: null, Deleted: true));

    /// <summary>What has become of whom.</summary>
    public async Task MembersAsync(DbConnection connection, DbTransaction transaction, int groupId, int by, IReadOnlyList<MemberDifference> differences)
    {
        foreach (var told in MemberEvents.Of(groupId, by, differences, outbox.Wants))
            await outbox.AddAsync(connection, transaction, told.Type, told.Data);
    }

    Task ChangedAsync(DbConnection connection, DbTransaction transaction, Func<GroupChangedData> data) => outbox.Wants(WebhookTypes.GroupChanged)
        ? outbox.AddAsync(connection, transaction, WebhookTypes.GroupChanged, WebhookData.Of(data()))
        : Task.CompletedTask;
}
