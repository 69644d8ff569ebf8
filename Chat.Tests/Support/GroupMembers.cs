using Chat.Node.People;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Tests.Support;

/// <summary>Members come and go as if the product's own servers had asked for it, and no conversation is told.</summary>
static class GroupMembers
{
    const int Max = 1_000_000;

    extension(IChatDatabase database)
    {
        /// <summary>False if it is refused.</summary>
        public async Task<bool> JoinGroupAsync(int userId, int groupId) =>
            (await Store(database).ChangeAsync(groupId, userId, [userId], group => GroupRules.Join(group, userId, Max))).Refusal is null;

        public Task<GroupOutcome> AddMembersAsync(int groupId, IReadOnlyCollection<int> userIds, GroupEvents? events = null) =>
            Store(database, events).ChangeAsync(groupId, 0, userIds, group => GroupRules.Change(group, GroupRules.Product, new ChangeMembersRequest(groupId) { Add = [.. userIds] }, Max, now: 0));

        public Task<GroupOutcome> RemoveMembersAsync(int groupId, IReadOnlyCollection<int> userIds, GroupEvents? events = null) =>
            Store(database, events).ChangeAsync(groupId, 0, userIds, group => GroupRules.Change(group, GroupRules.Product, new ChangeMembersRequest(groupId) { Remove = [.. userIds] }, Max, now: 0));
    }

    static MemberStore Store(IChatDatabase database, GroupEvents? events = null) => new(database, TimeProvider.System, events);
}
