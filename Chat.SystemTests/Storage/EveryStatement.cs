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
        await ContactBookStatements.RunAsync(database);
        await GroupStatements.RunAsync(database);
        await LogAsync();
        await OfflineAsync();
        await MarksAndPresenceAsync();
        await NodesAsync();
        await ApiAsync();
        await WebhookStatements.RunAsync(database, _clock);
        await ReferenceStatements.RunAsync(database, _node);
        await ChangeStatements.RunAsync(database, _clock);
        await SearchStatements.RunAsync(database, _node, _clock);
        await DeviceStatements.RunAsync(database, _clock);
        await FileStatements.RunAsync(database, _clock);
        await PushStatements.RunAsync(database, _node, _clock);
        await ErasureStatements.RunAsync(database, _node, _clock);
        await RetentionStatements.RunAsync(database, _node, _clock);
    }

    /// <summary>They are told of everything.</summary>
    GroupEvents GroupEvents => new(new WebhookOutbox(database, _clock));

    UserEvents UserEvents => new(new WebhookOutbox(database, _clock));

    async Task ApiAsync()
    {
        var keys = new ApiKeyStore(database);
        var id = (await keys.AddAsync("a hash"u8.ToArray(), "x", 1, Now))!.Value;
        Assert.Single(await keys.ListAsync());
        Assert.True(await keys.DeleteAsync(id));
        var once = RepeatKey.Of("x", "k", [7], [1], Now);
        await database.WriteAsync(async (connection, transaction) =>
        {
            await once.NoteAsync(connection, transaction, 17);
            return 0;
        });
        var repeated = new RepeatedWrites(database);
        Assert.NotNull(await repeated.FindAsync(once));
        Assert.Equal(1, await repeated.PurgeAsync(Now, 10));
        var texts = new LegacyTexts(database);
        foreach (var count in (int[])[1, 100, 1000])
            Assert.NotEmpty(await new UserDirectory(database, texts).FindAsync([.. Ids(count)]));
        var profiles = new UserProfiles(database);
        foreach (var userId in (int[])[17, 1_000_000]) // one of an issuer, and another one
        {
            await profiles.ChangeAsync(userId, "x", "https://example.com/x", "x");
            await profiles.ChangeAsync(userId, "", "", "");
        }

        Assert.Equal(21, (await new UserDirectory(database, texts).FindByPrefixAsync("user1", 21)).Count);
        await database.WriteAsync(async (connection, transaction) =>
        {
            await UserProfiles.InsertAsync(connection, transaction, 18, "x");
            return 0;
        });
        await profiles.DisableAsync(17, Now);
        Assert.True((await new UserDirectory(database, texts).FindAsync(17))?.IsDisabled);
        await profiles.EnableAsync(17);
        Assert.False(await profiles.IsExternalAsync(1_000_000));
        var tokens = new LoginTokens(database);
        await tokens.SaveAsync("a hash"u8.ToArray(), 17, Now.AddHours(1));
        Assert.Equal(17, (await tokens.FindAsync("a hash"u8.ToArray(), Now))?.UserId);
        Assert.Equal(1, await tokens.PurgeAsync(Now.AddHours(1), 10));
        var groups = new GroupStore(database, writesForLegacy: false, texts, GroupEvents);
        await database.AddMembersAsync(19, [.. Ids(1000)], GroupEvents);
        await database.RemoveMembersAsync(19, [.. Ids(1000)], GroupEvents);
        Assert.False((await groups.FactsAsync(19, 1)).IsMember);
        Assert.NotNull(await groups.FindAsync(19));
        var edit = new ChangeGroupRequest(19) { Name = "another name", Description = "", Sending = GroupSending.Admins };
        Assert.True((await groups.ChangeAsync(edit, 1, _ => null)).IsDifferent);
        Assert.True((await groups.DeleteAsync(19, 1, _ => null)).IsDifferent);
    }

    async Task AccountsAsync()
    {
        var accounts = new Accounts(database, events: UserEvents);
        Assert.NotNull(await accounts.RegisterAsync("Größe", "")); // legacy servers have another form of it
        Assert.NotNull(await accounts.FindAsync("GRÖßE"));
        var account = (await accounts.FindAsync(17))!;
        await accounts.SetPasswordAsync(account, "new");
        foreach (var count in (int[])[1, 100, 1000])
            Assert.NotEmpty(await accounts.ExistingAsync([.. Ids(count)]));
        var hash = "a new hash"u8.ToArray();
        await accounts.SaveTokenAsync(hash, account, Now.AddHours(1));
        await accounts.ProlongTokenAsync(hash, Now.AddHours(2), Now.AddHours(1));
        Assert.Equal(17, (await accounts.FindByTokenAsync(hash, Now))?.Account.Id);
        await accounts.RevokeTokenAsync(hash);
        await accounts.PurgeTokensAsync(Now.AddMinutes(1), 10);
        var identities = new ExternalIdentities(database, accounts);
        Assert.Equal(18, (await identities.FindAsync("issuer", "subject18"))?.UserId);
        var made = (await identities.CreateAsync("issuer", "new", "a new user", "A new user", null, TokenSaid.Of("A new user", null)))!.Value;
        await identities.DescribeAsync(18, new TokenNews("Alice", "https://a.example/18.png", TokenSaid.Of("Alice", "https://a.example/18.png")));
        var revocations = new Revocations(database, _clock);
        Assert.Equal(2, await revocations.RevokeAsync(17));
        Assert.Equal(1, await revocations.RevokeAsync(made));
        foreach (var count in (int[])[1, 100, 1000])
            Assert.NotEmpty(await revocations.GenerationsOfAsync([.. Ids(count)]));
    }

    async Task ContactsAsync()
    {
        Assert.True(await new LegacyTexts(database).ReadGbkAsync());
        var contacts = new ContactStore(database, events: GroupEvents);
        Assert.True(await contacts.AddFriendAsync(17, 18));
        Assert.NotNull(await contacts.CreateGroupAsync(17, "Größe", "", [.. Ids(1000)]));
        Assert.True(await database.JoinGroupAsync(17, 18));
        Assert.True(await contacts.IsMemberAsync(17, 18));
        Assert.Contains(18, await contacts.GroupsAmongAsync(17, [18, .. Ids(20)]));
        Assert.Contains(17, await contacts.MembersAmongAsync(18, [17, .. Ids(200)]));
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
        Assert.Equal(50, (await log.ReadPageAsync(Direct, 20, isBackwards: false, 50, int.MaxValue)).Rows.Count);
        Assert.Equal(50, (await log.ReadPageAsync(Group, 90, isBackwards: true, 50, int.MaxValue)).Rows.Count);
        var firsts = await log.FirstsSinceAsync([(Direct, ManyRows.MessagesOfEach, ManyRows.Then + 92_000), (Group, ManyRows.MessagesOfEach, 0)]);
        Assert.Equal((92, 1), (firsts[Direct], firsts[Group]));
        Assert.NotEmpty(await log.TouchedSinceAsync(ManyRows.Unfinished, ManyRows.Then + (ManyRows.MessagesOfEach - 5) * 1000));
        Assert.NotEmpty(await log.ConversationsOfAsync(20));
        Assert.Equal((7, ManyRows.Then + 7000), (await log.FindAsync(Direct, 1 + 7 % 2, ["c7", "never"]))["c7"]);
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
        Assert.Equal([17], (await offline.RowsOfAsync([.. Ids(100).Append(17)], Direct, 5)).Keys);
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
        var receipts = new ReceiptStore(database);
        foreach (var id in (ConversationId[])[Direct, Group])
            await receipts.WhoAsync(id, 1, (await receipts.CountAsync(id, 1))!, 0, 500);
        await marks.PutRightAsync([new LogEnd(Direct, 0, 0), .. Ids(1000).Select(id => new LogEnd(ConversationId.Group(id), ManyRows.MessagesOfEach, 0))]);
        var presence = new Presence(database, UserEvents);
        await presence.SetAsync(17, _node.Incarnation);
        Assert.Equal([17], await presence.UsersOfAsync(_node.Incarnation, 10));
        Assert.Equal(_node.Incarnation, await presence.NodeOfAsync(17));
        Assert.Equal(_node.Incarnation, (await presence.NodesOfAsync([17, 18]))[17]);
        Assert.DoesNotContain(17, await presence.ElsewhereAsync([17, 18]));
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
        await presence.HideAsync(17, new HiddenThings(Presence: true));
        await presence.HideAsync(18, new HiddenThings(Presence: false, Receipts: true));
        Assert.Contains(17, await presence.HiddenAsync([17, .. Ids(1000)]));
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
        Assert.False(await nodes.IsConfirmedAsync(_node.Incarnation, long.MaxValue));
        Assert.True(await nodes.TryFormAsync([new NodeRow { Incarnation = ManyRows.Unfinished }]));
        Assert.False(await nodes.TryBecomeMemberAsync([("there:4053", 17)]));
        Assert.False(await nodes.TryFenceAsync(ManyRows.Unfinished, 1));
        await nodes.FenceAsync(ManyRows.Unfinished);
        Assert.True(await nodes.IsFencedAsync(ManyRows.Unfinished));
        Assert.Equal(_node.Name, await nodes.NameOfAsync(_node.Incarnation));
        await nodes.FinishAsync(ManyRows.Unfinished, 1);
        await nodes.LeaveAsync(isFinished: false);
    }

    /// <summary>Some of the ids, not one after the other.</summary>
    static IEnumerable<int> Ids(int count) => Enumerable.Range(0, count).Select(i => 1 + i * 7);
}
