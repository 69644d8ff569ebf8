using Chat.Node.Storage;
using Chat.Node.Webhooks;
using Chat.Protocol;
using Chat.Tests.Storage;
using Xunit;

namespace Chat.Tests.Webhooks;

public sealed class PushWorkerTests : PushWorkerTest
{
    [Fact]
    public async Task Nobody_is_woken_before_three_seconds_have_passed_and_then_once()
    {
        await QueueAsync(1);
        Database.Clock.Now += TimeSpan.FromMilliseconds(2999);
        await RunAsync();
        Assert.Empty(_sender.Seen);
        Database.Clock.Now += TimeSpan.FromMilliseconds(1);
        await RunAsync();
        await QueueAsync(2);
        Database.Clock.Now += TimeSpan.FromMinutes(1);
        await RunAsync();
        var push = Assert.Single(_sender.Seen);
        Assert.Equal((2, "d:1:2", 1L, 1, null, null, 1), (push.User, push.Conversation, push.Seq, push.From, push.Group, push.Preview, push.Badge));
        Assert.Single(await EventsAsync());
    }

    [Fact]
    public async Task Who_wants_mentions_is_woken_by_the_first_one_and_by_nothing_else()
    {
        var notify = new NotifyStore(Database.Chat);
        Assert.True(await notify.ChangeAsync(2, new Dictionary<ConversationId, NotifyLevel> { [Id] = NotifyLevel.Mentions }));
        await QueueAsync(1);
        await RunLaterAsync();
        Assert.Empty(_sender.Seen);
        Assert.Equal(0L, await Database.ScalarAsync<long>("SELECT COUNT(*) FROM PendingPush")); // so that the next message is looked at
        await QueueAsync(2);
        await QueueAsync(3, mentions: new() { Mentions = [2] });
        await QueueAsync(4, mentions: new() { MentionsAll = true });
        await RunLaterAsync();
        Assert.Equal(3, Assert.Single(_sender.Seen).Seq);
        await RunLaterAsync();
        Assert.Single(_sender.Seen);
    }

    [Fact]
    public async Task Who_wants_nothing_is_never_woken_until_that_changes()
    {
        var notify = new NotifyStore(Database.Chat);
        await notify.ChangeAsync(2, new Dictionary<ConversationId, NotifyLevel> { [Id] = NotifyLevel.None });
        await QueueAsync(1, mentions: new() { Mentions = [2] });
        await RunLaterAsync();
        Assert.Empty(_sender.Seen);
        await notify.ChangeAsync(2, new Dictionary<ConversationId, NotifyLevel> { [Id] = NotifyLevel.All });
        await QueueAsync(2);
        await RunLaterAsync();
        Assert.Equal(2, Assert.Single(_sender.Seen).Seq);
    }

    /// <summary>Its row of the queue finds the row of this one, and makes none.</summary>
    [Fact]
    public async Task A_mention_that_comes_while_nothing_is_found_is_not_forgotten_with_the_rest()
    {
        await new NotifyStore(Database.Chat).ChangeAsync(2, new Dictionary<ConversationId, NotifyLevel> { [Id] = NotifyLevel.Mentions });
        await QueueAsync(1);
        await QueueAsync(2, mentions: new() { Mentions = [2] });
        await _pushes.ForgetUnmentionedAsync([(new PendingPush(2, Id, 1), 2)], _levels);
        Assert.Equal(0L, await Database.ScalarAsync<long>("SELECT COUNT(*) FROM PendingPush"));
        await QueueAsync(3, mentions: new() { Mentions = [2] });
        await _pushes.ForgetUnmentionedAsync([(new PendingPush(2, Id, 3), 2)], _levels);
        Assert.Equal(1L, await Database.ScalarAsync<long>("SELECT COUNT(*) FROM PendingPush"));
    }

    [Fact]
    public async Task A_thousand_conversations_at_most_have_a_level()
    {
        var notify = new NotifyStore(Database.Chat);
        foreach (var part in Enumerable.Range(1, UserSettings.MaxNotify).Chunk(500))
            Assert.True(await notify.ChangeAsync(2, part.ToDictionary(ConversationId.Group, _ => NotifyLevel.None)));
        Assert.False(await notify.ChangeAsync(2, new Dictionary<ConversationId, NotifyLevel> { [Id] = NotifyLevel.None }));
        Assert.True(await notify.ChangeAsync(2, new Dictionary<ConversationId, NotifyLevel> { [ConversationId.Group(1)] = NotifyLevel.Default, [Id] = NotifyLevel.Mentions }));
        Assert.Equal(NotifyLevel.Mentions, (await notify.ReadAsync(2))[Id]);
        Assert.False((await notify.ReadAsync(2)).ContainsKey(ConversationId.Group(1)));
    }

    [Fact]
    public async Task A_sender_that_fails_is_called_again_and_nothing_is_told_of_before()
    {
        _sender.Fails = true;
        await QueueAsync(1);
        Database.Clock.Now += TimeSpan.FromSeconds(3);
        await RunAsync();
        await RunAsync();
        Assert.Single(_sender.Seen);
        Assert.Empty(await EventsAsync());
        _sender.Fails = false;
        Database.Clock.Now += TimeSpan.FromSeconds(5);
        await RunAsync();
        Assert.Equal(2, _sender.Seen.Count);
        Assert.Single(await EventsAsync());
    }

    [Fact]
    public async Task Who_has_read_it_is_not_woken_and_who_has_a_silent_session_is_when_that_ends()
    {
        await QueueAsync(1);
        await _marks.RaiseAsync([new DeliveryMark(2, Id, 0, 0, 1)]);
        await QueueAsync(2);
        await _presence.SetAsync(2, 7);
        Database.Clock.Now += TimeSpan.FromSeconds(3);
        await RunAsync();
        Assert.Empty(_sender.Seen);
        await _presence.SetAsync(2, null);
        Database.Clock.Now += TimeSpan.FromSeconds(5);
        await RunAsync();
        Assert.Equal(2, Assert.Single(_sender.Seen).Seq);
    }

    [Fact]
    public async Task Read_while_it_was_looked_at_it_is_not_told_of()
    {
        await QueueAsync(1);
        await _pushes.ForgetAsync([new PendingPush(2, Id, 1)]);
        await _pushes.TellAsync([(new PendingPush(2, Id, 1), "{}")], writesEvents: true);
        Assert.Empty(await EventsAsync());
    }

    [Fact]
    public async Task What_waits_is_forgotten_only_when_nothing_is_kept_for_an_endpoint_that_wants_it()
    {
        await QueueAsync(1);
        var store = new WebhookStore(Database.Chat, Database.Clock);
        var endpoint = (await store.AddAsync("http://example.com", [new byte[32]], ["push.required"], isBatch: false))!;
        Assert.False(await _pushes.ForgetSomeAsync());
        Assert.Single(await _pushes.ReadDueAsync(long.MaxValue, 10));
        await store.DisableAsync(endpoint.Id, "off");
        Assert.False(await _pushes.ForgetSomeAsync());
        Assert.Single(await _pushes.ReadDueAsync(long.MaxValue, 10));
        Assert.True(await store.ForgetAsync(endpoint.Id, Assert.Single(await store.AllAsync()).DisabledAt!.Value));
        Assert.True(await _pushes.ForgetSomeAsync());
        Assert.Empty(await _pushes.ReadDueAsync(long.MaxValue, 10));
    }

    [Fact]
    public async Task Unread_messages_of_others_are_counted_and_no_own_ones()
    {
        await QueueAsync(1);
        await QueueAsync(2, sender: 2);
        await QueueAsync(3);
        Assert.Equal(2, (await _pushes.UnreadAsync([2])).Of(2));
        await _marks.RaiseAsync([new DeliveryMark(2, Id, 0, 0, 1)]);
        Assert.Equal(1, (await _pushes.UnreadAsync([2])).Of(2));
    }

    [Fact]
    public async Task A_page_of_users_costs_as_many_reads_as_one_user()
    {
        await QueueAsync(1);
        Database.Clock.Now += TimeSpan.FromSeconds(3);
        var ofOne = await ReadsAsync();
        const int Others = PushWorker.PageRows;
        for (var user = 3; user < 3 + Others; user++)
        {
            await new Accounts(Database.Chat).RegisterAsync($"user-{user}", "");
            foreach (var sender in (int[])[1, 2])
                await QueueAsync(ConversationId.Direct(sender, user), 1, sender, user);
        }

        Database.Clock.Now += TimeSpan.FromSeconds(3);
        _sender.Seen.Clear();
        Assert.InRange(await ReadsAsync(), 1, ofOne + 5); // the conversations of so many users are read in four parts
        Assert.Equal(Others, _sender.Seen.Count);
        Assert.All(_sender.Seen, push => Assert.Equal(2, push.Badge));

        async Task<int> ReadsAsync()
        {
            var counting = new CountingDatabase(Database.Chat);
            await WorkerOn(counting).RunAsync(Wanted);
            return counting.Reads;
        }
    }
}
