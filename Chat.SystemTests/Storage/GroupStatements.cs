using Chat.Node.Storage;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>All that can be written of somebody in a group, for <see cref="EveryStatement"/>.</summary>
static class GroupStatements
{
    const int Group = 18;
    const int User = 17;

    public static async Task RunAsync(IChatDatabase database)
    {
        foreach (var count in (int[])[1, 100, 900])
        {
            var rights = await new ContactStore(database).SendingRightsAsync([.. Enumerable.Range(7, count)]);
            Assert.Equal(count, rights.Count);
            Assert.Equal(0, rights[7].RefusalOf(1000, ManyRows.Then)?.Until); // only admins send, and there are none
        }

        Assert.Equal([1, 2, 3], (await new ContactLists(database).JoinRequestsAsync(40, 0, 10)).Entries.Select(entry => entry.Id));
        Assert.Equal([1, 2, 3], (await new ContactLists(database).BansAsync(40, 0, 10)).Entries.Select(entry => entry.Id));
        Assert.Equal(40, await new GroupStore(database, writesForLegacy: false, new LegacyTexts(database)).FindIdAsync("GROUP40"));
        var store = new MemberStore(database, TimeProvider.System);
        Assert.True(await store.IsKnownAsync(40, 1)); // waits to be let in
        foreach (var facts in (MemberFacts[])[
            default, new("admin"), new("normal", MutedUntil: 5), new("creator", MutedUntil: 6), new(null, IsBanned: true, HasAsked: true), new("normal", IsBanned: true), default])
        {
            Assert.Null((await store.ChangeAsync(Group, by: 1, [User], _ => new GroupJudgement(null, new Dictionary<int, MemberFacts> { [User] = facts }))).Refusal);
            MemberFacts stored = default;
            var refused = await store.ChangeAsync(Group, by: 1, [User], group =>
            {
                stored = group.Of(User);
                return GroupJudgement.Refuse(Chat.Protocol.ErrorCode.Forbidden, "only looking");
            });
            Assert.Equal(facts, stored);
            Assert.Empty(refused.Differences);
            Assert.Equal(facts.Role is "admin" or "creator", (await store.AdminsAsync(Group)).Contains(User));
        }
    }
}
