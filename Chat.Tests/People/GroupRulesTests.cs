using Chat.Node.People;
using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.People;

/// <summary>Who may do what to whom in a group.</summary>
public sealed class GroupRulesTests
{
    const int Creator = 1;
    const int Admin = 2;
    const int Other = 3;
    const int Member = 4;
    const int Stranger = 5;
    const int Banned = 6;
    const int Nobody = 99;
    const int Max = 10;
    const long Now = 1000;

    static readonly Dictionary<int, MemberFacts> Users = new()
    {
        [Creator] = new("creator"),
        [Admin] = new("admin"),
        [Other] = new("admin"),
        [Member] = new("a word of another server"),
        [Stranger] = default,
        [Banned] = new(null, IsBanned: true),
    };

    static GroupFacts Group(GroupJoining joining = GroupJoining.Free) => new(7, 4, 1, joining, Users);

    [Theory]
    [InlineData(Stranger, GroupJoining.Free, ErrorCode.None)]
    [InlineData(Banned, GroupJoining.Ask, ErrorCode.Forbidden)]
    [InlineData(Stranger, GroupJoining.Invite, ErrorCode.Forbidden)]
    [InlineData(Banned, GroupJoining.Free, ErrorCode.Forbidden)]
    [InlineData(Member, GroupJoining.Invite, ErrorCode.None)]
    [InlineData(Nobody, GroupJoining.Free, ErrorCode.NotFound)]
    public void Who_comes_in_by_itself(int userId, GroupJoining joining, ErrorCode expected)
    {
        var judgement = GroupRules.Join(Group(joining), userId, Max);
        Assert.Equal(expected, judgement.Refusal?.Error ?? ErrorCode.None);
        if (expected == ErrorCode.None)
            Assert.True(judgement.After[userId].IsMember);
    }

    [Fact]
    public void A_full_group_lets_nobody_in()
    {
        Assert.Equal(ErrorCode.Full, GroupRules.Join(Group(), Stranger, maxMembers: 4).Refusal?.Error);
        Assert.Null(GroupRules.Join(Group(), Stranger, maxMembers: 5).Refusal);
        Assert.Null(GroupRules.Join(Group(), Member, maxMembers: 4).Refusal); // is in it
        var refusal = Change(Creator, new ChangeMembersRequest(7) { Add = [Member, Stranger] }, max: 4).Refusal;
        Assert.Equal((ErrorCode.Full, Stranger), (refusal?.Error, refusal?.UserId));
    }

    [Theory]
    [InlineData(Admin, true)]
    [InlineData(Member, true)]
    [InlineData(Stranger, true)]
    [InlineData(Creator, false)]
    public void Everybody_may_leave_but_the_creator(int userId, bool isAllowed)
    {
        var judgement = GroupRules.Leave(Group(), userId);
        Assert.Equal(isAllowed ? null : ErrorCode.Forbidden, judgement.Refusal?.Error);
        Assert.False(judgement.DeletesGroup);
        if (isAllowed)
            Assert.False(judgement.After[userId].IsMember);
    }

    [Fact]
    public void A_creator_leaves_beside_another_one_and_the_last_member_takes_the_group_along()
    {
        Assert.Null(GroupRules.Leave(Group() with { Creators = 2 }, Creator).Refusal);
        var last = GroupRules.Leave(Group() with { Members = 1 }, Creator);
        Assert.Null(last.Refusal);
        Assert.True(last.DeletesGroup);
        Assert.False(GroupRules.Leave(Group() with { Members = 1 }, Stranger).DeletesGroup);
    }

    [Fact]
    public void The_product_makes_another_creator_and_there_is_one()
    {
        var judgement = Change(GroupRules.Product, new ChangeMembersRequest(7) { Owner = Member });
        Assert.Null(judgement.Refusal);
        Assert.Equal((GroupRole.Creator, GroupRole.Admin), (judgement.After[Member].Role, judgement.After[Creator].Role));
        Assert.Null(GroupRules.Decide(Group(), GroupRules.Product, new JoinRequestsRequest(7, 0, 0) { Decline = [Stranger] }, Max).Refusal);
    }

    [Theory]
    [InlineData(Member, GroupJoining.Free, Stranger, ErrorCode.None)]
    [InlineData(Member, GroupJoining.Ask, Stranger, ErrorCode.Forbidden)]
    [InlineData(Admin, GroupJoining.Ask, Stranger, ErrorCode.None)]
    [InlineData(Creator, GroupJoining.Invite, Stranger, ErrorCode.None)]
    [InlineData(Creator, GroupJoining.Free, Banned, ErrorCode.Forbidden)]
    [InlineData(GroupRules.Product, GroupJoining.Invite, Banned, ErrorCode.None)]
    [InlineData(Creator, GroupJoining.Free, Nobody, ErrorCode.NotFound)]
    [InlineData(Stranger, GroupJoining.Free, Stranger, ErrorCode.NotYours)]
    [InlineData(Member, GroupJoining.Invite, Admin, ErrorCode.None)] // is in it
    public void Who_adds_whom(int by, GroupJoining joining, int userId, ErrorCode expected)
    {
        var judgement = GroupRules.Change(Group(joining), by, new ChangeMembersRequest(7) { Add = [userId] }, Max, Now);
        Assert.Equal(expected, judgement.Refusal?.Error ?? ErrorCode.None);
        if (expected == ErrorCode.None)
            Assert.Equal((true, false), (judgement.After[userId].IsMember, judgement.After[userId].IsBanned));
    }

    [Theory]
    [InlineData(Creator, Admin, ErrorCode.None)]
    [InlineData(Creator, Member, ErrorCode.None)]
    [InlineData(Admin, Member, ErrorCode.None)]
    [InlineData(Admin, Other, ErrorCode.Forbidden)]
    [InlineData(Admin, Creator, ErrorCode.Forbidden)]
    [InlineData(Admin, Stranger, ErrorCode.None)]
    [InlineData(Admin, Nobody, ErrorCode.None)]
    [InlineData(Admin, Admin, ErrorCode.Forbidden)]
    [InlineData(Member, Member, ErrorCode.Forbidden)]
    [InlineData(Member, Stranger, ErrorCode.Forbidden)]
    [InlineData(GroupRules.Product, Creator, ErrorCode.None)]
    public void Who_removes_whom(int by, int userId, ErrorCode expected)
    {
        var judgement = Change(by, new ChangeMembersRequest(7) { Remove = [userId] });
        Assert.Equal(expected, judgement.Refusal?.Error ?? ErrorCode.None);
        if (expected == ErrorCode.None)
            Assert.False(judgement.After.GetValueOrDefault(userId).IsMember);
        else
            Assert.Equal(userId, judgement.Refusal?.UserId);
    }

    [Fact]
    public void What_is_removed_makes_room_and_the_first_one_who_is_wrong_is_named()
    {
        Assert.Null(Change(Creator, new ChangeMembersRequest(7) { Add = [Stranger], Remove = [Stranger] }).Refusal);
        Assert.Equal(Banned, Change(Creator, new ChangeMembersRequest(7) { Add = [Stranger, Banned, Nobody] }).Refusal?.UserId);
    }

    [Theory]
    [InlineData(Creator, Admin, ErrorCode.None)]
    [InlineData(Admin, Member, ErrorCode.None)]
    [InlineData(Admin, Stranger, ErrorCode.None)]
    [InlineData(Admin, Banned, ErrorCode.None)]
    [InlineData(Admin, Other, ErrorCode.Forbidden)]
    [InlineData(Admin, Creator, ErrorCode.Forbidden)]
    [InlineData(Admin, Admin, ErrorCode.Forbidden)]
    [InlineData(Admin, Nobody, ErrorCode.NotFound)]
    [InlineData(Member, Stranger, ErrorCode.Forbidden)]
    public void Who_bans_whom(int by, int userId, ErrorCode expected)
    {
        var judgement = Change(by, new ChangeMembersRequest(7) { Ban = [userId] });
        Assert.Equal(expected, judgement.Refusal?.Error ?? ErrorCode.None);
        if (expected == ErrorCode.None)
            Assert.Equal((false, true), (judgement.After[userId].IsMember, judgement.After[userId].IsBanned));
        else
            Assert.Equal(userId, judgement.Refusal?.UserId);
    }

    [Fact]
    public void Nobody_is_added_by_somebody_whom_it_has_blocked()
    {
        var group = Group() with { Users = new Dictionary<int, MemberFacts>(Users) { [Stranger] = new MemberFacts(null) { HasBlocked = true } } };
        var refusal = GroupRules.Change(group, Creator, new ChangeMembersRequest(7) { Add = [Stranger] }, Max, Now).Refusal;
        Assert.Equal((ErrorCode.Blocked, Stranger), (refusal?.Error, refusal?.UserId));
        Assert.Null(GroupRules.Join(group, Stranger, Max).Refusal); // by itself it may come
    }

    [Fact]
    public void Who_is_banned_comes_in_after_that_was_taken_back()
    {
        Assert.Equal(ErrorCode.Forbidden, Change(Member, new ChangeMembersRequest(7) { Unban = [Banned] }).Refusal?.Error);
        Assert.Equal(new MemberFacts("normal"), Change(Admin, new ChangeMembersRequest(7) { Add = [Banned], Unban = [Banned, Nobody] }).After[Banned]);
    }

    [Theory]
    [InlineData(Creator, Member, "admin", ErrorCode.None)]
    [InlineData(Creator, Admin, "normal", ErrorCode.None)]
    [InlineData(Creator, Admin, "admin", ErrorCode.None)]
    [InlineData(Creator, Creator, "admin", ErrorCode.Forbidden)]
    [InlineData(Creator, Stranger, "admin", ErrorCode.NotFound)]
    [InlineData(Admin, Member, "admin", ErrorCode.Forbidden)]
    [InlineData(Member, Member, "admin", ErrorCode.Forbidden)]
    public void Who_gives_roles(int by, int userId, string role, ErrorCode expected)
    {
        var judgement = Change(by, new ChangeMembersRequest(7) { Role = new RoleChange(userId, role) });
        Assert.Equal(expected, judgement.Refusal?.Error ?? ErrorCode.None);
        if (expected == ErrorCode.None)
            Assert.Equal(role, judgement.After[userId].Role);
    }

    [Theory]
    [InlineData(Creator, Member, ErrorCode.None)]
    [InlineData(Creator, Stranger, ErrorCode.NotFound)]
    [InlineData(Creator, Creator, ErrorCode.None)]
    [InlineData(Admin, Creator, ErrorCode.None)] // has handed over, and asks again
    [InlineData(Admin, Member, ErrorCode.Forbidden)]
    [InlineData(Member, Member, ErrorCode.Forbidden)]
    public void Who_hands_over_to_whom(int by, int userId, ErrorCode expected)
    {
        var judgement = Change(by, new ChangeMembersRequest(7) { Owner = userId });
        Assert.Equal(expected, judgement.Refusal?.Error ?? ErrorCode.None);
        if (expected == ErrorCode.None)
            Assert.Equal(userId, Assert.Single(judgement.After, user => user.Value.Role == "creator").Key);
        if (userId == Member && expected == ErrorCode.None)
            Assert.Equal("admin", judgement.After[Creator].Role);
    }

    [Theory]
    [InlineData(Creator, Admin, ErrorCode.None)]
    [InlineData(Admin, Member, ErrorCode.None)]
    [InlineData(Admin, Other, ErrorCode.Forbidden)]
    [InlineData(Admin, Admin, ErrorCode.Forbidden)]
    [InlineData(Admin, Stranger, ErrorCode.NotFound)]
    [InlineData(Member, Member, ErrorCode.Forbidden)]
    public void Who_mutes_whom(int by, int userId, ErrorCode expected)
    {
        var judgement = Change(by, new ChangeMembersRequest(7) { Mute = new MuteChange(userId, Now + 1) });
        Assert.Equal(expected, judgement.Refusal?.Error ?? ErrorCode.None);
        if (expected != ErrorCode.None)
            return;
        Assert.Equal(Now + 1, judgement.After[userId].MutedUntil);
        Assert.Equal(0, Change(by, new ChangeMembersRequest(7) { Mute = new MuteChange(userId, Now) }).After[userId].MutedUntil);
    }

    [Fact]
    public void Several_things_are_done_one_after_the_other_or_none()
    {
        var all = new ChangeMembersRequest(7) { Add = [Stranger], Ban = [Member], Role = new RoleChange(Stranger, "admin") };
        Assert.Equal(("admin", true), (Change(Creator, all).After[Stranger].Role, Change(Creator, all).After[Member].IsBanned));
        Assert.Equal(Member, Change(Creator, all with { Role = new RoleChange(Member, "admin") }).Refusal?.UserId);
    }

    [Theory]
    [InlineData(Creator, "creator", ErrorCode.None, ErrorCode.None)]
    [InlineData(Admin, "admin", ErrorCode.None, ErrorCode.Forbidden)]
    [InlineData(Member, "a word of another server", ErrorCode.Forbidden, ErrorCode.Forbidden)]
    [InlineData(Stranger, null, ErrorCode.NotYours, ErrorCode.NotYours)]
    [InlineData(GroupRules.Product, null, ErrorCode.None, ErrorCode.None)]
    public void Who_changes_a_group_and_who_deletes_it(int by, string? role, ErrorCode change, ErrorCode delete)
    {
        Assert.Equal(change, GroupRules.ChangeGroup(7, by, role, deletes: false)?.Error ?? ErrorCode.None);
        Assert.Equal(delete, GroupRules.ChangeGroup(7, by, role, deletes: true)?.Error ?? ErrorCode.None);
    }

    [Fact]
    public void Who_cannot_come_in_asks_once_and_may_take_it_back()
    {
        var group = Group(GroupJoining.Ask);
        var judgement = GroupRules.Join(group, Stranger, Max);
        Assert.Null(judgement.Refusal);
        Assert.Equal(new MemberFacts(null, HasAsked: true), judgement.After[Stranger]);
        Assert.Equal(ErrorCode.Full, GroupRules.Join(group with { Asked = GroupRules.MaxAsked }, Stranger, Max).Refusal?.Error);
        Assert.Null(GroupRules.Join(Asking() with { Joining = GroupJoining.Ask, Asked = GroupRules.MaxAsked }, Stranger, Max).Refusal); // waits already
        Assert.Equal(default, GroupRules.Leave(Asking(), Stranger).After[Stranger]);
    }

    [Theory]
    [InlineData(Creator, Stranger, ErrorCode.None)]
    [InlineData(Admin, Stranger, ErrorCode.None)]
    [InlineData(Admin, Member, ErrorCode.None)] // is in it
    [InlineData(Admin, Banned, ErrorCode.NotFound)]
    [InlineData(Member, Stranger, ErrorCode.Forbidden)]
    [InlineData(Stranger, Stranger, ErrorCode.NotYours)]
    public void Who_lets_in_whom(int by, int userId, ErrorCode expected)
    {
        var judgement = GroupRules.Decide(Asking(), by, new JoinRequestsRequest(7, 0, 100) { Accept = [userId] }, Max);
        Assert.Equal(expected, judgement.Refusal?.Error ?? ErrorCode.None);
        if (expected == ErrorCode.None)
            Assert.Equal((true, false), (judgement.After[userId].IsMember, judgement.After[userId].HasAsked));
    }

    [Fact]
    public void Who_is_declined_waits_no_longer_and_a_full_group_lets_nobody_in()
    {
        Assert.Equal(default, GroupRules.Decide(Asking(), Admin, new JoinRequestsRequest(7, 0, 100) { Decline = [Stranger, Nobody] }, Max).After[Stranger]);
        Assert.Equal(ErrorCode.Full, GroupRules.Decide(Asking(), Admin, new JoinRequestsRequest(7, 0, 100) { Accept = [Stranger] }, maxMembers: 4).Refusal?.Error);
    }

    static GroupFacts Asking() => Group() with { Users = new Dictionary<int, MemberFacts>(Users) { [Stranger] = new(null, HasAsked: true) } };

    static GroupJudgement Change(int by, ChangeMembersRequest changes, int max = Max) => GroupRules.Change(Group(), by, changes, max, Now);
}
