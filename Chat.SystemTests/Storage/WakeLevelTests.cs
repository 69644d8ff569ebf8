using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Storage;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>What wakes users of groups who may have said nothing, as both kinds of database have it.</summary>
public abstract class WakeLevelTests : StorageTest
{
    const int Few = 4;
    static readonly ConversationId Group = ConversationId.Group(1);
    static readonly ConversationId Pair = ConversationId.Direct(1, 2);

    readonly WakeLevels _levels;
    readonly NotifyStore _notify;
    readonly PushStore _pushes;

    private protected WakeLevelTests(StorageProvider provider)
        : base(provider)
    {
        _levels = new WakeLevels(Database.Chat, Few);
        _notify = new NotifyStore(Database.Chat);
        _pushes = new PushStore(Database.Chat, new WebhookOutbox(Database.Chat, Database.Clock));
    }

    public sealed class OnSqlite() : WakeLevelTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : WakeLevelTests(StorageProvider.MySql)
    {
        /// <summary>Tables of legacy servers may have no key.</summary>
        [Fact]
        public async Task A_member_who_is_there_twice_counts_once()
        {
            await Database.ExecuteAsync("ALTER TABLE GroupUser DROP PRIMARY KEY, ADD KEY GroupUser_group (groupid, userid)");
            await FillAsync(members: Few);
            await Database.ExecuteAsync("INSERT INTO GroupUser (groupid, userid) VALUES (1, 1), (1, 2)");
            Assert.Equal(NotifyLevel.All, await LevelAsync(2));
            await Database.ExecuteAsync($"INSERT INTO GroupUser (groupid, userid) VALUES (1, {Few + 1})");
            Assert.Equal(NotifyLevel.Mentions, await LevelAsync(2));
        }

        /// <summary>The transaction of a message that has found the row here, after the group became small, ends before or after the deletion begins: the row stays in either case.</summary>
        [Fact]
        public async Task A_message_whose_transaction_is_under_way_is_not_forgotten()
        {
            await FillAsync(members: Few + 1);
            await WaitAsync();
            Task? forgetting = null;
            await Database.Chat.WriteAsync(async (connection, transaction) =>
            {
                await connection.ExecuteAsync($"DELETE FROM GroupUser WHERE groupid = 1 AND userid = {Few + 1}", transaction: transaction);
                await connection.ExecuteAsync("UPDATE PendingPush SET seq = seq WHERE userid = 2 AND a = 0 AND b = 1", transaction: transaction); // has its lock, as the insertion that finds it
                forgetting ??= _pushes.ForgetUnmentionedAsync([(new PendingPush(2, Group, 1), 0)], _levels);
                return 0;
            });
            await forgetting!;
            Assert.Equal([2, 3], await WaitingAsync());
        }
    }

    [Fact]
    public async Task Who_has_said_nothing_is_woken_by_mentions_alone_in_a_group_with_more_than_few_members()
    {
        await FillAsync(members: Few);
        Assert.Equal(NotifyLevel.All, await LevelAsync(2));
        await Database.ExecuteAsync($"INSERT INTO GroupUser (groupid, userid) VALUES (1, {Few + 1})");
        Assert.Equal(NotifyLevel.Mentions, await LevelAsync(2));
        Assert.Equal(NotifyLevel.All, (await _levels.ReadAsync([(2, Group), (2, Pair), (2, ConversationId.Group(9))]))[(2, Pair)]);
        Assert.Equal(NotifyLevel.All, (await new WakeLevels(Database.Chat, 0).ReadAsync([(2, Group)]))[(2, Group)]);
        Assert.Equal(NotifyLevel.All, (await new WakeLevels(Database.Chat, 1_000_000).ReadAsync([(2, Group)]))[(2, Group)]);
        Assert.Empty(await _levels.ReadAsync([]));
    }

    [Fact]
    public async Task What_is_said_is_kept_all_of_it_too_and_can_be_taken_back()
    {
        await FillAsync(members: Few + 1);
        foreach (var level in (NotifyLevel[])[NotifyLevel.All, NotifyLevel.None, NotifyLevel.Mentions, NotifyLevel.All])
        {
            Assert.True(await _notify.ChangeAsync(2, new Dictionary<ConversationId, NotifyLevel> { [Group] = level }));
            Assert.Equal((level, level), (await LevelAsync(2), (await _notify.ReadAsync(2))[Group]));
            Assert.Equal(NotifyLevel.Mentions, await LevelAsync(3));
        }

        Assert.True(await _notify.ChangeAsync(2, new Dictionary<ConversationId, NotifyLevel> { [Group] = NotifyLevel.Default }));
        Assert.Equal(NotifyLevel.Mentions, await LevelAsync(2));
        Assert.Empty(await _notify.ReadAsync(2));
    }

    [Fact]
    public async Task A_row_goes_while_mentions_alone_count_and_stays_once_every_message_does()
    {
        await FillAsync(members: Few + 1);
        await WaitAsync();
        await _pushes.ForgetUnmentionedAsync([(new PendingPush(2, Group, 1), 0), (new PendingPush(3, Group, 1), 0)], _levels);
        Assert.Empty(await _pushes.ReadDueAsync(long.MaxValue, 10));

        await WaitAsync();
        await _notify.ChangeAsync(3, new Dictionary<ConversationId, NotifyLevel> { [Group] = NotifyLevel.All });
        await _pushes.ForgetUnmentionedAsync([(new PendingPush(2, Group, 1), 0), (new PendingPush(3, Group, 1), 0)], _levels);
        Assert.Equal([3], await WaitingAsync());

        await WaitAsync();
        await Database.ExecuteAsync($"DELETE FROM GroupUser WHERE groupid = 1 AND userid = {Few + 1}");
        await _notify.ChangeAsync(3, new Dictionary<ConversationId, NotifyLevel> { [Group] = NotifyLevel.None });
        await _pushes.ForgetUnmentionedAsync([(new PendingPush(2, Group, 1), 0), (new PendingPush(3, Group, 1), 0)], _levels);
        Assert.Equal([2], await WaitingAsync());
    }

    /// <summary>Group 1, and a table of its members.</summary>
    async Task FillAsync(int members)
    {
        await Database.ExecuteAsync("INSERT INTO AllGroup (id, groupname, groupdesc, ours) VALUES (1, 'g', '', 1)");
        for (var user = 1; user <= members; user++)
            await Database.ExecuteAsync($"INSERT INTO GroupUser (groupid, userid) VALUES (1, {user})");
    }

    /// <summary>A message that finds users 2 and 3 away.</summary>
    Task WaitAsync() => new OfflineStore(Database.Chat, Database.Clock, NullLogger<OfflineStore>.Instance, interest: new WebhookInterest { HasPushSenders = true })
        .InsertAsync([new OfflineRow(2, Group, 1, "c1", 1, "{}"u8.ToArray()), new OfflineRow(3, Group, 1, "c1", 1, "{}"u8.ToArray())]);

    async Task<NotifyLevel> LevelAsync(int user) => (await _levels.ReadAsync([(user, Group)]))[(user, Group)];

    async Task<IEnumerable<int>> WaitingAsync() => (await _pushes.ReadDueAsync(long.MaxValue, 10)).Select(due => due.Push.UserId).Order();
}
