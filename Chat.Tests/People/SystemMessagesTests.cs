using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.People;

/// <summary>What members are told of a change, and in which words.</summary>
public sealed class SystemMessagesTests
{
    static readonly Dictionary<int, string> Names = new() { [1] = "alice", [2] = "bob", [3] = "carol" };
    static readonly MemberFacts Member = new("normal");
    static MemberFacts Nobody => default;

    [Fact]
    public void What_one_has_done_is_told_in_the_order_in_which_it_is_done()
    {
        Assert.Equal(
            [
                "alice added bob and carol", "alice removed user 4", "alice banned user 5", "user 6 is an admin now", "alice muted user 7", "alice unmuted user 8",
            ],
            Told(1, (2, Nobody, Member), (3, Nobody, Member), (4, Member, Nobody), (5, Member, Nobody with { IsBanned = true }), (6, Member, new("admin")),
                (7, Member, Member with { MutedUntil = 5 }), (8, Member with { MutedUntil = 5 }, Member)));
        Assert.Equal(["bob joined"], Told(2, (2, Nobody, Member)));
        Assert.Equal(["bob left"], Told(2, (2, Member, Nobody)));
        Assert.Equal(["bob is the creator now", "alice is an admin now"], Told(1, (2, Member, new("creator")), (1, new("creator"), new("admin"))));
    }

    [Fact]
    public void What_the_product_has_done_names_nobody()
    {
        Assert.Equal(["bob joined", "carol was removed"], Told(0, (2, Nobody, Member), (3, Member, Nobody)));
        Assert.Equal(["bob and carol were banned"], Told(0, (2, Member, Nobody with { IsBanned = true }), (3, Member, Nobody with { IsBanned = true })));
        Assert.Equal(["bob was muted", "carol was unmuted"], Told(0, (2, Member, Member with { MutedUntil = 5 }), (3, Member with { MutedUntil = 5 }, Member)));
    }

    [Fact]
    public void Who_waits_or_is_let_in_again_is_nobodys_news() => Assert.Empty(Told(
        1, (2, Nobody, Nobody with { HasAsked = true }), (3, Nobody with { HasAsked = true }, Nobody), (4, Nobody with { IsBanned = true }, Nobody), (5, Nobody, Nobody with { MutedUntil = 5 })));

    [Fact]
    public void Many_are_told_of_in_parts_and_a_few_of_them_are_named()
    {
        var messages = SystemMessages.Of(1, [.. Enumerable.Range(10, 150).Select(id => new MemberDifference(id, Nobody, Member))]);
        Assert.Equal([100, 50], messages.Select(message => message.UserIds.Count));
        Assert.Equal(Enumerable.Range(10, 150), messages.SelectMany(message => message.UserIds));
        Assert.EndsWith(", user 19 and 90 more", SystemText.Of(messages[0], Names), StringComparison.Ordinal);
        Assert.Equal(11, SystemText.Named(messages[0]).Count());
    }

    [Fact]
    public void Of_a_group_only_what_is_different_is_told()
    {
        var before = new StoredGroup(5, "team", "all of us", 3) { Policy = GroupPolicy.Default };
        var asked = new ChangeGroupRequest(5) { Name = "team", Description = "some", Joining = GroupJoining.Free, Sending = GroupSending.Admins, History = GroupHistory.Joined };
        var message = SystemMessages.Of(1, asked, before);
        Assert.Equal(new ChangeGroupRequest(0) { Description = "some", Sending = GroupSending.Admins, History = GroupHistory.Joined }, message?.Group);
        Assert.Equal("alice changed the description of the group", SystemText.Of(message!, Names));
        Assert.Null(SystemMessages.Of(1, new ChangeGroupRequest(5) { Name = "team", Avatar = "", History = GroupHistory.All, KeepDays = 0 }, before));
        Assert.Equal(30, SystemMessages.Of(1, new ChangeGroupRequest(5) { KeepDays = 30 }, before)?.Group?.KeepDays);
        Assert.Equal("the name of the group changed to crew", SystemText.Of(SystemMessages.Of(0, new ChangeGroupRequest(5) { Name = "crew" }, before)!, Names));
        Assert.Equal("alice changed the name of the group to crew", SystemText.Of(SystemMessages.Of(1, new ChangeGroupRequest(5) { Name = "crew" }, before)!, Names));
        Assert.Equal("the rules of the group changed", SystemText.Of(SystemMessages.Of(0, new ChangeGroupRequest(5) { Joining = GroupJoining.Ask }, before)!, Names));
    }

    static List<string> Told(int by, params (int UserId, MemberFacts Before, MemberFacts After)[] differences) =>
        SystemMessages.Of(by, [.. differences.Select(each => new MemberDifference(each.UserId, each.Before, each.After))]).ConvertAll(message => SystemText.Of(message, Names));
}
