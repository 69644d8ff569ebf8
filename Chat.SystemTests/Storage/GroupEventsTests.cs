using Chat.Node.People;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Storage;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>What becomes of groups and of those who are in them, or want to be, is told of in the transaction that writes it.</summary>
public abstract class GroupEventsTests : StorageTest
{
    const int Alice = 1;
    const int Bob = 2;
    const int Carol = 3;
    const int Team = 1;
    const long Then = 1_795_410_443_660;

    readonly WebhookInterest _interest = new();
    readonly WebhookOutbox _outbox;
    readonly GroupEvents _events;
    readonly MemberStore _members;
    readonly GroupStore _groups;

    private protected GroupEventsTests(StorageProvider provider)
        : base(provider)
    {
        _outbox = new WebhookOutbox(Database.Chat, Database.Clock, _interest);
        _events = new GroupEvents(_outbox);
        var texts = new LegacyTexts(Database.Chat);
        var systems = new SystemOutbox(Database.Chat, Database.Clock, new UserDirectory(Database.Chat, texts));
        _members = new MemberStore(Database.Chat, Database.Clock, _events, systems);
        _groups = new GroupStore(Database.Chat, writesForLegacy: false, texts, _events, systems);
    }

    public sealed class OnSqlite() : GroupEventsTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : GroupEventsTests(StorageProvider.MySql);

    [Fact]
    public async Task Roles_and_mutes_are_told_of_as_they_are_stored()
    {
        await MakeAsync(Bob, Carol);
        await ChangeAsync(Alice, new ChangeMembersRequest(Team) { Role = new RoleChange(Bob, "admin"), Mute = new MuteChange(Carol, Then) });
        await ChangeAsync(Bob, new ChangeMembersRequest(Team) { Mute = new MuteChange(Carol, 0) });
        await ChangeAsync(GroupRules.Product, new ChangeMembersRequest(Team) { Mute = new MuteChange(Bob, Then) });
        await ChangeAsync(Alice, new ChangeMembersRequest(Team) { Owner = Bob });
        Assert.Equal(
            [
                """member.changed {"group":1,"user":2,"by":1,"role":"admin"}""", """member.changed {"group":1,"user":3,"by":1,"muted_until":1795410443660}""",
                """member.changed {"group":1,"user":3,"by":2,"muted_until":0}""",
                """member.changed {"group":1,"user":2,"muted_until":1795410443660}""",
                """member.changed {"group":1,"user":1,"by":1,"role":"admin"}""", """member.changed {"group":1,"user":2,"by":1,"role":"creator","muted_until":0}""",
            ],
            await ToldAsync());
        Assert.Equal("creator", await Database.ScalarAsync<string>($"SELECT grouprole FROM GroupUser WHERE userid = {Bob}"));
    }

    [Fact]
    public async Task Bans_and_requests_are_told_of_from_their_beginning_to_their_end()
    {
        await MakeAsync(Bob);
        await _groups.ChangeAsync(new ChangeGroupRequest(Team) { Joining = GroupJoining.Ask }, Alice, _ => null);
        await ChangeAsync(Alice, new ChangeMembersRequest(Team) { Ban = [Bob] });
        await ChangeAsync(Alice, new ChangeMembersRequest(Team) { Unban = [Bob] });
        await JoinAsync(Carol);
        await JoinAsync(Carol);
        await LeaveAsync(Carol);
        await JoinAsync(Carol);
        await DecideAsync(Alice, new JoinRequestsRequest(Team, 0, 0) { Decline = [Carol] });
        await JoinAsync(Carol);
        await JoinAsync(Bob);
        await DecideAsync(GroupRules.Product, new JoinRequestsRequest(Team, 0, 0) { Accept = [Bob], Decline = [Carol] });
        Assert.Equal(
            [
                """group.changed {"group":1,"name":"team","desc":"all","joining":"ask"}""",
                """member.left {"group":1,"users":[2]}""", """member.banned {"group":1,"users":[2],"by":1}""", """member.unbanned {"group":1,"users":[2],"by":1}""",
                """member.requested {"group":1,"users":[3]}""", """member.declined {"group":1,"users":[3],"by":3}""",
                """member.requested {"group":1,"users":[3]}""", """member.declined {"group":1,"users":[3],"by":1}""",
                """member.requested {"group":1,"users":[3]}""", """member.requested {"group":1,"users":[2]}""",
                """member.joined {"group":1,"users":[2]}""", """member.declined {"group":1,"users":[3]}""",
            ],
            await ToldAsync());
    }

    [Fact]
    public async Task Of_a_group_its_texts_are_told_and_what_else_is_different()
    {
        await MakeAsync();
        foreach (var change in (ChangeGroupRequest[])[
            new(Team) { Sending = GroupSending.Admins, History = GroupHistory.Joined, KeepDays = 30, Avatar = "https://example.com/ü.png" },
            new(Team) { Sending = GroupSending.Admins, Name = "team" }, // nothing new
            new(Team) { Sending = GroupSending.All, Name = "crew", Avatar = "" },
            new(Team) { Joining = GroupJoining.Invite, History = GroupHistory.All, KeepDays = 0 },
            new(Team) { Description = "" }])
            Assert.Null((await _groups.ChangeAsync(change, Alice, _ => null)).Refusal);
        await _groups.DeleteAsync(Team, Alice, _ => null);
        Assert.Equal(
            [
                """group.changed {"group":1,"name":"team","desc":"all","avatar":"https://example.com/ü.png","sending":"admins","history":"joined","keep_days":30}""",
                """group.changed {"group":1,"name":"crew","desc":"all","avatar":"","sending":"all"}""",
                """group.changed {"group":1,"name":"crew","desc":"all","joining":"invite","history":"all","keep_days":0}""",
                """group.changed {"group":1,"name":"crew","desc":""}""",
                """group.changed {"group":1,"deleted":true}""",
            ],
            await ToldAsync());
    }

    [Fact]
    public async Task An_erased_user_waits_to_be_let_in_no_longer()
    {
        await MakeAsync(Bob);
        await _groups.ChangeAsync(new ChangeGroupRequest(Team) { Joining = GroupJoining.Ask }, Alice, _ => null);
        await JoinAsync(Carol);
        var person = new ErasedPerson(Database.Chat, Database.Clock, _events);
        await person.ForgetAsync(Carol);
        await person.ForgetAsync(Carol);
        Assert.Equal(["""member.requested {"group":1,"users":[3]}""", """member.declined {"group":1,"users":[3],"by":3}"""], (await ToldAsync()).Skip(1));
        Assert.Equal(0, await Database.ScalarAsync<long>("SELECT COUNT(*) FROM GroupJoinRequest"));
    }

    [Fact]
    public async Task What_fails_in_the_end_is_neither_done_nor_told_of()
    {
        await MakeAsync(Bob);
        await Database.ExecuteAsync("DROP TABLE SystemOutbox"); // written last
        await Assert.ThrowsAnyAsync<Exception>(() => ChangeAsync(Alice, new ChangeMembersRequest(Team) { Ban = [Bob] }));
        await Assert.ThrowsAnyAsync<Exception>(() => ChangeAsync(Alice, new ChangeMembersRequest(Team) { Role = new RoleChange(Bob, "admin") }));
        await Assert.ThrowsAnyAsync<Exception>(() => _groups.ChangeAsync(new ChangeGroupRequest(Team) { Sending = GroupSending.Admins }, Alice, _ => null));
        Assert.Empty(await ToldAsync());
        Assert.Equal("normal", await Database.ScalarAsync<string>($"SELECT grouprole FROM GroupUser WHERE userid = {Bob}"));
        Assert.Equal(GroupSending.All, (await _groups.FindAsync(Team))!.Policy.Sending);
    }

    [Fact]
    public async Task What_nobody_wants_is_not_written()
    {
        await MakeAsync(Bob);
        _interest.OnRead([new WebhookEndpoint(1, "", [], ["member.banned"], IsBatch: false, null, 0, 0)]);
        await ChangeAsync(Alice, new ChangeMembersRequest(Team) { Role = new RoleChange(Bob, "admin") });
        await _groups.ChangeAsync(new ChangeGroupRequest(Team) { Sending = GroupSending.Admins }, Alice, _ => null);
        await ChangeAsync(Alice, new ChangeMembersRequest(Team) { Ban = [Bob] });
        Assert.Equal(["""member.banned {"group":1,"users":[2],"by":1}"""], await ToldAsync());
    }

    /// <summary>Three users, and a group of the first with some of them.</summary>
    async Task MakeAsync(params int[] members)
    {
        foreach (var user in (int[])[Alice, Bob, Carol])
            Assert.Equal(user, await new Accounts(Database.Chat).RegisterAsync($"user{user}", ""));
        Assert.Equal(Team, await new ContactStore(Database.Chat).CreateGroupAsync(Alice, "team", "all", members));
    }

    Task ChangeAsync(int by, ChangeMembersRequest changes) =>
        DoAsync(by, [Alice, Bob, Carol], group => GroupRules.Change(group, by, changes, maxMembers: 10, now: Then - 1));

    Task DecideAsync(int by, JoinRequestsRequest decision) => DoAsync(by, [Alice, Bob, Carol], group => GroupRules.Decide(group, by, decision, maxMembers: 10));

    Task JoinAsync(int user) => DoAsync(user, [user], group => GroupRules.Join(group, user, maxMembers: 10));

    Task LeaveAsync(int user) => DoAsync(user, [user], group => GroupRules.Leave(group, user));

    async Task DoAsync(int by, int[] users, Func<GroupFacts, GroupJudgement> judge) => Assert.Null((await _members.ChangeAsync(Team, by, users, judge)).Refusal);

    async Task<IEnumerable<string>> ToldAsync() => (await _outbox.ReadAfterAsync(0, 100)).Select(told => $"{told.Type} {told.Data}");
}
