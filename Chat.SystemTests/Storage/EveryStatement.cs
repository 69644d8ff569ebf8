using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>
/// Asks the repositories for everything they can do, on tables that <see cref="ManyRows"/> has filled. The lists are as long
/// as they become in practice.
/// </summary>
sealed class EveryStatement(IChatDatabase database)
{
    static readonly ConversationId Direct = ConversationId.Direct(20, 21);
    static readonly ConversationId Group = ConversationId.Group(30);
    static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(ManyRows.Then);

    readonly NodeIdentity _node = new("here:4053", 5_000);
    readonly ManualClock _clock = new();

    public async Task RunAsync()
    {
        await AccountsAsync();
        await ContactsAsync();
        await LogAsync();
        await OfflineAsync();
        await MarksAndPresenceAsync();
        await NodesAsync();
    }

    async Task AccountsAsync()
    {
        var accounts = new Accounts(database);
        Assert.NotNull(await accounts.RegisterAsync("Größe", "")); // legacy servers have another form of it
        Assert.NotNull(await accounts.FindAsync("GRÖßE"));
        var account = (await accounts.FindAsync(17))!;
        await accounts.SetPasswordAsync(account, "new");
        foreach (var count in (int[])[1, 100, 1000])
            Assert.NotEmpty(await accounts.ExistingAsync([.. Ids(count)]));
        var hash = "a new hash"u8.ToArray();
        await accounts.SaveTokenAsync(hash, 17, Now.AddHours(1));
        Assert.Equal(17, (await accounts.FindByTokenAsync(hash, Now))?.Id);
        await accounts.RevokeTokenAsync(hash);
        await accounts.PurgeTokensAsync(Now.AddMinutes(1), 10);
    }

    async Task ContactsAsync()
    {
        Assert.True(await new LegacyTexts(database).ReadGbkAsync());
        var contacts = new ContactStore(database);
        Assert.True(await contacts.AddFriendAsync(17, 18));
        Assert.NotNull(await contacts.CreateGroupAsync(17, "Größe", ""));
        Assert.True(await contacts.JoinGroupAsync(17, 18));
        Assert.True(await contacts.IsMemberAsync(17, 18));
        foreach (var count in (int[])[1, 100, 1000])
            Assert.NotEmpty(await contacts.MembersAsync([.. Ids(count)]));
        Assert.True(await contacts.GroupExistsAsync(18));
        var lists = new ContactLists(database);
        var (friends, groups) = await lists.OfUserAsync(17);
        Assert.Equal(ManyRows.FriendsOfEach + 1, friends.Count);
        Assert.True(groups.Count > ManyRows.GroupsOfEach);
        Assert.All(groups, group => Assert.False(group.IsTruncated));
        Assert.Contains((await lists.OfUserAsync(17, 30)).Groups, group => group.IsTruncated);
        Assert.Equal(7, (await lists.MembersAsync(18, 17, 100, 7)).Entries.Count);
        Assert.Equal(7, (await lists.GroupsAsync(17, 100, 7)).Entries.Count);
        Assert.Equal(7, (await lists.FriendsAsync(17, 100, 7)).Entries.Count);
    }

    async Task LogAsync()
    {
        var log = new MessageLogStore(database, _node);
        LogRow Row(ConversationId id, long seq, string cmid) => new(id, seq, 20, cmid, ManyRows.Then + 200_000, "{}"u8.ToArray());
        var outcomes = await log.AppendAsync([Row(ConversationId.Direct(1, 100), 1, "c1"), Row(Direct, ManyRows.MessagesOfEach + 1, "new")]);
        Assert.All(outcomes, outcome => Assert.Equal(AppendStatus.Written, outcome.Status));
        Assert.Equal(AppendStatus.Duplicate, (await log.AppendAsync([Row(Direct, ManyRows.MessagesOfEach + 2, "new")]))[0].Status);
        foreach (var count in (int[])[1, 100, 1000])
            Assert.NotEmpty(await log.HeadsAsync([.. Ids(count).Select(ConversationId.Group)]));
        Assert.Equal(50, (await log.ReadAfterAsync(Direct, 20, 50)).Count);
        Assert.Equal(50, (await log.ReadBeforeAsync(Group, 90, 50)).Count);
        var firsts = await log.FirstsSinceAsync([(Direct, ManyRows.MessagesOfEach, ManyRows.Then + 92_000), (Group, ManyRows.MessagesOfEach, 0)]);
        Assert.Equal((92, 1), (firsts[Direct], firsts[Group]));
        Assert.NotEmpty(await log.TouchedSinceAsync(ManyRows.Unfinished, ManyRows.Then + (ManyRows.MessagesOfEach - 5) * 1000));
        Assert.NotEmpty(await log.ConversationsOfAsync(20));
    }

    async Task OfflineAsync()
    {
        var offline = new OfflineStore(database, _clock, NullLogger<OfflineStore>.Instance);
        await offline.InsertAsync([.. Enumerable.Range(1, 5).Select(seq => new OfflineRow(17, Direct, seq, $"c{seq}", 1, "{}"u8.ToArray()))]);
        await database.WriteAsync((connection, transaction) =>
        {
            using var command = connection.CreateCommand(); // as another server would
            (command.Transaction, command.CommandText) = (transaction, "INSERT INTO OfflineMessage (userid, message) VALUES (17, 'no JSON')");
            return Task.FromResult(command.ExecuteNonQuery());
        });
        var queued = await offline.ReadAsync(17, 0, 100);
        Assert.Equal(15, queued.Count); // the row of another server went into quarantine
        await offline.DeleteAsync(17, [.. queued.Take(3).Select(message => message.Id)]);
        await offline.DeleteUpToAsync(17, Direct, 3);
        await offline.InsertBridgedAsync(17, "{}");
        Assert.True(await offline.NewestIdAsync() > 0);
        Assert.Empty(await offline.ArrivalsAsync(_node.Incarnation, await offline.NewestIdAsync() - 1, ours: true, 10));
        await offline.QuarantineAsync(new OfflineRow(17, Direct, 4, "c", 1, "{}"u8.ToArray()), "for the plan");
    }

    async Task MarksAndPresenceAsync()
    {
        var marks = new DeliveryMarks(database, _clock, NullLogger<DeliveryMarks>.Instance);
        await marks.RaiseAsync([new DeliveryMark(17, Group, 1, 1, 1), new DeliveryMark(18, Group, 1, 1, 1)]);
        Assert.Equal(0, (await marks.ReadAsync(17, Group)).ReadTo); // not a member
        Assert.Equal(MarkOutcome.Stored, (await marks.RaiseAsync([new DeliveryMark(20, Direct, 1, 1, 1)]))[0].Outcome);
        Assert.Equal(1, (await marks.ReadAsync(20, Direct)).ReadTo);
        await marks.PutRightAsync([new LogEnd(Direct, 0, 0), .. Ids(1000).Select(id => new LogEnd(ConversationId.Group(id), ManyRows.MessagesOfEach, 0))]);
        var presence = new Presence(database);
        await presence.SetAsync(17, _node.Incarnation);
        Assert.Equal([17], await presence.UsersOfAsync(_node.Incarnation, 10));
        Assert.Equal(_node.Incarnation, await presence.NodeOfAsync(17));
        Assert.Equal(_node.Incarnation, (await presence.NodesOfAsync([17, 18]))[17]);
        Assert.Empty(await presence.FalselyOfflineAsync(_node.Incarnation, 10));
        await presence.ShowAsync(17, _node.Incarnation);
        await presence.ListedAtAsync(_node.Incarnation, 0, 10);
        await presence.ListedNowhereAsync(10);
        Assert.True(await presence.IsListedAsync(17));
        await presence.ShowOfflineAsync(17);
        await presence.ClaimAsync(17, _node.Incarnation);
        await presence.ForgetAsync(17, [ManyRows.Unfinished]);
        await presence.ForgetAsync(17, []);
        await presence.SetAsync(17, null);
        await presence.ClaimAsync(17, _node.Incarnation); // nothing was noted
        await presence.ShowOfflineAsync(17);
        await presence.ForgetAsync(17, []);
        await presence.HideAsync(17, hides: true);
        await presence.ClearAsync([ManyRows.Unfinished]);
    }

    async Task NodesAsync()
    {
        var nodes = new Nodes(database, _node, _clock);
        await nodes.RegisterAsync();
        await nodes.BeatAsync();
        await nodes.AnnounceAsync("here:4053", 17);
        Assert.True(await nodes.BeatAsync(2));
        Assert.NotEmpty(await nodes.OthersAsync());
        Assert.NotEqual(long.MaxValue, await nodes.OldestUnfinishedAsync());
        Assert.True(await nodes.TryFormAsync([new NodeRow { Incarnation = ManyRows.Unfinished }]));
        Assert.False(await nodes.TryBecomeMemberAsync([("there:4053", 17)]));
        Assert.False(await nodes.TryFenceAsync(ManyRows.Unfinished, 1));
        await nodes.FenceAsync(ManyRows.Unfinished);
        Assert.True(await nodes.IsFencedAsync(ManyRows.Unfinished));
        await nodes.FinishAsync(ManyRows.Unfinished, 1);
        await nodes.LeaveAsync(isFinished: false);
    }

    /// <summary>Some of the ids, not one after the other.</summary>
    static IEnumerable<int> Ids(int count) => Enumerable.Range(0, count).Select(i => 1 + i * 7);
}
