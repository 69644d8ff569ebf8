using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Webhooks;

/// <summary>Nobody is woken by a message that it would not find.</summary>
public sealed class PushSightTests : PushWorkerTest
{
    [Fact]
    public async Task Nobody_is_woken_by_what_was_taken_back_but_by_what_came_behind_it()
    {
        await QueueAsync(1);
        await RecallAsync(1);
        await RunLaterAsync();
        Assert.Empty(_sender.Seen);
        Assert.Equal(0L, await Database.ScalarAsync<long>("SELECT COUNT(*) FROM PendingPush")); // so that the next message is looked at
        await QueueAsync(2);
        await QueueAsync(3, sender: 2);
        await QueueAsync(4);
        await RecallAsync(2);
        await RunLaterAsync();
        Assert.Equal(4, Assert.Single(_sender.Seen).Seq);
        await RunLaterAsync();
        Assert.Single(_sender.Seen);
    }

    [Fact]
    public async Task Who_is_put_out_of_a_group_is_not_woken()
    {
        var group = await MakeGroupAsync();
        await QueueAsync(group, 1, sender: 1, user: 2);
        await Database.ExecuteAsync($"DELETE FROM GroupUser WHERE groupid = {group.B} AND userid = 2");
        await RunLaterAsync();
        Assert.Empty(_sender.Seen);
        Assert.Equal(0L, await Database.ScalarAsync<long>("SELECT COUNT(*) FROM PendingPush"));
    }

    [Fact]
    public async Task What_was_said_before_the_user_came_wakes_nobody_also_if_it_mentions_everybody()
    {
        var group = await MakeGroupAsync();
        await QueueAsync(group, 1, sender: 1, user: 1, new() { MentionsAll = true });
        await Database.ExecuteAsync($"UPDATE GroupUser SET join_seq = 2 WHERE groupid = {group.B} AND userid = 2");
        await Database.ExecuteAsync($"REPLACE INTO GroupPolicy (groupid, avatar, joining, sending, history) VALUES ({group.B}, '', 0, 0, 1)");
        await new NotifyStore(Database.Chat).ChangeAsync(2, new Dictionary<ConversationId, NotifyLevel> { [group] = NotifyLevel.Mentions });
        await QueueAsync(group, 2, sender: 1, user: 2);
        await RunLaterAsync();
        Assert.Empty(_sender.Seen);
        await QueueAsync(group, 3, sender: 1, user: 2, new() { MentionsAll = true });
        await RunLaterAsync();
        Assert.Equal(3, Assert.Single(_sender.Seen).Seq);
    }

    [Fact]
    public async Task What_the_user_has_cleared_wakes_nobody_but_what_came_behind_it()
    {
        await QueueAsync(1);
        await QueueAsync(2);
        await Database.ExecuteAsync("UPDATE DeliveryMark SET hidden_to = 1 WHERE userid = 2 AND a = 1 AND b = 2");
        await RunLaterAsync();
        Assert.Equal(2, Assert.Single(_sender.Seen).Seq);
    }

    Task<int> RecallAsync(long seq) => Database.ExecuteAsync($"INSERT INTO MessageState (a, b, seq, rev, changed, recalled_by, recalled) VALUES (1, 2, {seq}, {seq}, 1, 1, 1)");

    /// <summary>With users 1 and 2.</summary>
    async Task<ConversationId> MakeGroupAsync()
    {
        foreach (var name in (string[])["alice", "bob"])
            await new Accounts(Database.Chat).RegisterAsync(name, "");
        return ConversationId.Group((await new ContactStore(Database.Chat).CreateGroupAsync(1, "g", "", [2]))!.Value);
    }
}
