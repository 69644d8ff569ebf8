using Chat.Node.Storage;
using Chat.Node.Webhooks;
using Chat.Protocol;
using Chat.Tests.Storage;
using Xunit;

namespace Chat.Tests.Webhooks;

/// <summary>In a big group mentions alone wake those who have said nothing of it.</summary>
public sealed class PushGroupTests : PushWorkerTest
{
    [Fact]
    public async Task In_a_big_group_mentions_alone_wake_and_in_others_every_message_does()
    {
        var (big, small) = (await MakeGroupAsync(FewMembers + 1), await MakeGroupAsync(FewMembers));
        foreach (var group in (ConversationId[])[big, small])
            await QueueAsync(group, 1, sender: 1, user: 2);
        await QueueAsync(Id, 1, sender: 1, user: 2);
        await RunLaterAsync();
        Assert.Equal([$"{Id}#1", $"{small}#1"], Told());
        Assert.Equal(0L, await WaitingAsync(big)); // so that the next message is looked at
        await QueueAsync(big, 2, sender: 1, user: 2);
        await QueueAsync(big, 3, sender: 1, user: 2, new() { Mentions = [2] });
        await QueueAsync(big, 4, sender: 1, user: 2, new() { MentionsAll = true });
        await RunLaterAsync();
        Assert.Equal([$"{Id}#1", $"{big}#3", $"{small}#1"], Told());
    }

    [Theory]
    [InlineData(NotifyLevel.All, "1")]
    [InlineData(NotifyLevel.Mentions, "2")]
    [InlineData(NotifyLevel.None, "")]
    [InlineData(NotifyLevel.Default, "2")]
    public async Task What_the_user_has_said_of_a_big_group_holds(NotifyLevel level, string seqs)
    {
        var big = await MakeGroupAsync(FewMembers + 1);
        await SayAsync(big, NotifyLevel.None);
        await SayAsync(big, level);
        await QueueAsync(big, 1, sender: 1, user: 2);
        await QueueAsync(big, 2, sender: 1, user: 2, new() { MentionsAll = true });
        await RunLaterAsync();
        Assert.Equal(seqs, string.Join(',', _sender.Seen.Select(push => push.Seq)));
    }

    [Fact]
    public async Task Where_no_group_is_big_every_message_wakes()
    {
        var group = await MakeGroupAsync(FewMembers + 1);
        await QueueAsync(group, 1, sender: 1, user: 2);
        Database.Clock.Now += TimeSpan.FromSeconds(4);
        await WorkerOn(Database.Chat, mentionsOnlyAbove: 0).RunAsync(Wanted);
        Assert.Equal([$"{group}#1"], Told());
    }

    [Fact]
    public async Task A_group_that_grows_and_shrinks_wakes_by_what_it_is_when_it_is_looked_at()
    {
        var group = await MakeGroupAsync(FewMembers + 1);
        await QueueAsync(group, 1, sender: 1, user: 2);
        await LeaveAsync(group);
        await RunLaterAsync();
        Assert.Equal([$"{group}#1"], Told());
        await _marks.RaiseAsync([new DeliveryMark(2, group, 0, 0, 1)]);
        await QueueAsync(group, 2, sender: 1, user: 2);
        await Database.ExecuteAsync($"INSERT INTO GroupUser (groupid, userid) VALUES ({group.B}, {FewMembers + 1})");
        await RunLaterAsync();
        Assert.Equal([$"{group}#1"], Told());
        Assert.Equal(0L, await WaitingAsync(group));
    }

    /// <summary>What was said meanwhile has found the row of the first message, and made none.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_wakes_by_now_is_not_forgotten_with_what_did_not(bool shrinks)
    {
        var group = await MakeGroupAsync(FewMembers + 1);
        await QueueAsync(group, 1, sender: 1, user: 2);
        var judged = await new PushWishes(_levels, new MentionStore(Database.Chat)).JudgeAsync([(new PendingPush(2, group, 1), 0)]);
        Assert.Single(judged.Unmentioned);
        if (shrinks)
            await LeaveAsync(group);
        else
            await SayAsync(group, NotifyLevel.All);
        await QueueAsync(group, 2, sender: 1, user: 2);
        await _pushes.ForgetUnmentionedAsync(judged.Unmentioned, _levels);
        Assert.Equal(1L, await WaitingAsync(group));
        await RunLaterAsync();
        Assert.Equal([$"{group}#1"], Told());
    }

    [Fact]
    public async Task A_group_that_grows_meanwhile_and_what_is_read_meanwhile_bring_nothing_back()
    {
        var group = await MakeGroupAsync(FewMembers + 1);
        await QueueAsync(group, 1, sender: 1, user: 2);
        await _pushes.ForgetUnmentionedAsync([(new PendingPush(2, group, 1), 0)], _levels);
        Assert.Equal(0L, await WaitingAsync(group));
        await LeaveAsync(group);
        await _pushes.ForgetUnmentionedAsync([(new PendingPush(2, group, 1), 0)], _levels);
        Assert.Equal(0L, await WaitingAsync(group));
    }

    [Fact]
    public async Task However_many_wait_in_a_big_group_it_is_looked_at_as_often_as_for_one()
    {
        var group = await MakeGroupAsync(PushWorker.PageRows + 1);
        await QueueAsync(group, 1, sender: 1, user: 2);
        var ofOne = await ReadsAsync();
        for (var user = 2; user < 2 + PushWorker.PageRows; user++)
            await QueueAsync(group, user, sender: 1, user);
        Assert.Equal(ofOne, await ReadsAsync());
        Assert.Empty(_sender.Seen);
        Assert.Equal(0L, await WaitingAsync(group));

        async Task<int> ReadsAsync()
        {
            Database.Clock.Now += TimeSpan.FromSeconds(4);
            var counting = new CountingDatabase(Database.Chat);
            await WorkerOn(counting).RunAsync(Wanted);
            return counting.Reads;
        }
    }

    int _users;
    int _groups;

    /// <summary>With users from 1 on.</summary>
    async Task<ConversationId> MakeGroupAsync(int members)
    {
        for (; _users < members; _users++)
            await new Accounts(Database.Chat).RegisterAsync($"user-{_users}", "");
        return ConversationId.Group((await new ContactStore(Database.Chat).CreateGroupAsync(1, $"g-{_groups++}", "", [.. Enumerable.Range(2, members - 1)]))!.Value);
    }

    /// <summary>The last of one member more than few goes.</summary>
    Task<int> LeaveAsync(ConversationId group) => Database.ExecuteAsync($"DELETE FROM GroupUser WHERE groupid = {group.B} AND userid = {FewMembers + 1}");

    async Task SayAsync(ConversationId group, NotifyLevel level) =>
        Assert.True(await new NotifyStore(Database.Chat).ChangeAsync(2, new Dictionary<ConversationId, NotifyLevel> { [group] = level }));

    IEnumerable<string> Told() => _sender.Seen.Select(push => $"{push.Conversation}#{push.Seq}").Order(StringComparer.Ordinal);

    Task<long> WaitingAsync(ConversationId group) => Database.ScalarAsync<long>($"SELECT COUNT(*) FROM PendingPush WHERE a = 0 AND b = {group.B}");
}
