using Chat.Node.Storage;
using Chat.Protocol;
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

        await SystemMessagesAsync(database);
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

    static async Task SystemMessagesAsync(IChatDatabase database)
    {
        const int Told = 19;
        int[] groups = [.. Enumerable.Range(7, 900)];
        var contacts = new ContactStore(database);
        Assert.Contains(Told, await contacts.WithUntoldAsync(groups)); // who has filled the tables knows nothing of the column
        Assert.All((await contacts.JoinSeqsAsync(groups)).Keys, id => Assert.Equal(0, id % 11));
        var outbox = new SystemOutbox(database, TimeProvider.System, new UserDirectory(database, new LegacyTexts(database)));
        Assert.True(await outbox.TellUntoldAsync(Told));
        Assert.False(await outbox.TellUntoldAsync(Told));
        var waiting = await outbox.ReadAsync(Told, 10);
        Assert.All(waiting, each => Assert.Equal((SystemMessage.Joined, false), (each.Message.Change, each.IsLogged)));
        Assert.Equal(waiting.Select(each => (each.Id, Told)), await outbox.WaitingAsync(10));
        Assert.True(await outbox.IsWaitingAsync(Told));
        var log = new MessageLogStore(database, new NodeIdentity("here:4053", 5_000));
        var group = ConversationId.Group(Told);
        var head = (await log.HeadsAsync([group])).GetValueOrDefault(group)?.Seq ?? 0;
        Assert.Equal(AppendStatus.Written, (await log.AppendAsync([new LogRow(group, head + 1, 0, waiting[0].Cmid, ManyRows.Then, "{}"u8.ToArray()) { Systems = 1 }]))[0].Status);
        Assert.Equal(1, (await log.HeadsAsync([group]))[group].Systems);
        Assert.True((await outbox.ReadAsync(Told, 10))[0].IsLogged);
        await outbox.RemoveAsync(Told, [.. waiting.Select(each => each.Id)]);
        Assert.Empty(await outbox.WaitingAsync(10));
        Assert.False(await outbox.IsWaitingAsync(Told));

        var member = waiting[0].Message.UserIds[0];
        await new DeliveryMarks(database, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<DeliveryMarks>.Instance)
            .RaiseAsync([new DeliveryMark(member, group, 0, 0, head)]);
        Assert.Equal(0, (await log.ConversationsOfAsync(member)).Single(row => row.Conversation == group).UnreadOf(member));
    }
}
