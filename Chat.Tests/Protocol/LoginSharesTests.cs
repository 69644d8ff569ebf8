using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

public sealed class LoginSharesTests
{
    static readonly int[] None = [];

    [Fact]
    public void A_large_group_hides_neither_itself_nor_another_and_small_ones_are_whole()
    {
        var shares = LoginShares.Of([40], [50, 50, 50], [Many(1000), Many(3), Many(20)], room: 3000, skips: false);

        Assert.Equal([0, 1, 2], shares.Groups);
        Assert.Equal((3, 20), (shares.Members[1], shares.Members[2]));
        Assert.Equal((3000 - 40 - 150 - 230) / 10, shares.Members[0]);
    }

    [Fact]
    public void Large_groups_share_what_there_is_in_equal_parts()
    {
        var shares = LoginShares.Of(None, [50, 50], [Many(1000), Many(900)], room: 2100, skips: false);
        Assert.Equal([100, 100], shares.Members);
    }

    [Theory]
    [InlineData(1000, 2, 98, 2)]
    [InlineData(2, 1000, 2, 98)]
    [InlineData(1000, 1000, 50, 50)]
    public void Neither_friends_nor_groups_take_all_the_room(int friends, int groups, int friendsListed, int groupsListed)
    {
        var shares = LoginShares.Of(Many(friends), Many(groups), [.. Enumerable.Repeat(None, groups)], room: 1000, skips: false);
        Assert.Equal((friendsListed, groupsListed), (shares.Friends.Count, shares.Groups.Count));
    }

    [Fact]
    public void A_list_ends_at_what_does_not_fit_or_goes_on_behind_it()
    {
        Assert.Equal([0], LoginShares.Of([10, 500, 10], None, [], room: 100, skips: false).Friends);
        Assert.Equal([0, 2], LoginShares.Of([10, 500, 10], None, [], room: 100, skips: true).Friends);
    }

    [Fact]
    public void Nothing_is_taken_where_there_is_no_room()
    {
        var shares = LoginShares.Of([10], [10], [[10]], room: -5, skips: false);
        Assert.Empty(shares.Friends);
        Assert.Empty(shares.Groups);
    }

    static int[] Many(int count) => [.. Enumerable.Repeat(10, count)];
}
