using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.People;

/// <summary>What the product's own servers are told of a change of a group's members.</summary>
public sealed class MemberEventsTests
{
    static readonly MemberFacts Member = new("normal");
    static readonly MemberFacts Banned = new(null, IsBanned: true);
    static readonly MemberFacts Asking = new(null, HasAsked: true);
    static MemberFacts Nobody => default;

    [Fact]
    public void Who_has_done_it_is_told_unless_it_was_no_user()
    {
        Assert.Equal(["""member.banned {"group":5,"users":[2],"by":1}"""], Told(1, (2, Nobody, Banned)));
        Assert.Equal(["""member.banned {"group":5,"users":[2]}"""], Told(0, (2, Nobody, Banned)));
        Assert.Equal(["""member.changed {"group":5,"user":2,"role":"admin"}"""], Told(0, (2, Member, new("admin"))));
    }

    [Fact]
    public void What_happens_to_several_is_told_together_in_the_order_in_which_it_is_done() => Assert.Equal(
        [
            """member.unbanned {"group":5,"users":[2,3],"by":1}""",
            """member.joined {"group":5,"users":[3,4]}""",
            """member.left {"group":5,"users":[5,6]}""",
            """member.declined {"group":5,"users":[7],"by":1}""",
            """member.banned {"group":5,"users":[6],"by":1}""",
        ],
        Told(1, (2, Banned, Nobody), (3, Banned, Member), (4, Asking, Member), (5, Member, Nobody), (6, new("admin"), Banned), (7, Asking, Nobody)));

    [Fact]
    public void A_request_that_a_ban_ends_is_declined_too() => Assert.Equal(
        ["""member.declined {"group":5,"users":[2],"by":1}""", """member.banned {"group":5,"users":[2],"by":1}"""], Told(1, (2, Asking, Banned)));

    [Fact]
    public void A_request_is_made_taken_back_or_ends_when_another_server_has_let_the_user_in()
    {
        Assert.Equal(["""member.requested {"group":5,"users":[2]}"""], Told(2, (2, Nobody, Asking)));
        Assert.Equal(["""member.declined {"group":5,"users":[2],"by":2}"""], Told(2, (2, Asking, Nobody)));
        Assert.Equal(["""member.declined {"group":5,"users":[2],"by":1}"""], Told(1, (2, Member with { HasAsked = true }, Member)));
    }

    [Fact]
    public void What_is_different_of_a_member_is_one_event()
    {
        Assert.Equal(["""member.changed {"group":5,"user":2,"by":1,"muted_until":9}"""], Told(1, (2, Member, Member with { MutedUntil = 9 })));
        Assert.Equal(["""member.changed {"group":5,"user":2,"by":1,"muted_until":0}"""], Told(1, (2, Member with { MutedUntil = 9 }, Member)));
        Assert.Equal(
            ["""member.changed {"group":5,"user":1,"by":1,"role":"admin"}""", """member.changed {"group":5,"user":2,"by":1,"role":"creator","muted_until":0}"""],
            Told(1, (1, new("creator"), new("admin")), (2, Member with { MutedUntil = 9 }, new("creator"))));
        Assert.Equal(
            ["""member.joined {"group":5,"users":[2]}""", """member.changed {"group":5,"user":2,"by":1,"role":"admin"}"""], Told(1, (2, Nobody, new("admin"))));
    }

    [Fact]
    public void Who_is_no_member_has_neither_role_nor_mute() =>
        Assert.Equal(["""member.left {"group":5,"users":[2]}"""], Told(1, (2, new("admin", MutedUntil: 9), new(null))));

    [Fact]
    public void What_nobody_wants_is_not_put_together()
    {
        var differences = new MemberDifference[] { new(2, Member, Banned), new(3, Member, new("admin")), new(4, Asking, Nobody) };
        Assert.Empty(MemberEvents.Of(5, 1, differences, _ => false));
        Assert.Equal(["member.banned"], MemberEvents.Of(5, 1, differences, type => type == "member.banned").Select(told => told.Type));
    }

    static IEnumerable<string> Told(int by, params (int UserId, MemberFacts Before, MemberFacts After)[] differences) =>
        MemberEvents.Of(5, by, [.. differences.Select(each => new MemberDifference(each.UserId, each.Before, each.After))], _ => true).Select(told => $"{told.Type} {told.Data}");
}
