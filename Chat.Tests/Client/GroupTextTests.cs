using Chat.Client.Terminal;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Client;

public sealed class GroupTextTests
{
    [Theory]
    [InlineData(GroupChangedPush.Added, "you are a member of team now (by user 3)")]
    [InlineData(GroupChangedPush.Removed, "you are no member of team any more (by user 3)")]
    [InlineData(GroupChangedPush.Banned, "you are no member of team any more, and are not let in again (by user 3)")]
    [InlineData(GroupChangedPush.Declined, "you are not let into team (by user 3)")]
    [InlineData(GroupChangedPush.OtherRole, "in team you are the admin now (by user 3)")]
    [InlineData(GroupChangedPush.Muted, "in team you may send again (by user 3)")]
    [InlineData(GroupChangedPush.Asked, "user 7 wants to be let into team")]
    [InlineData(GroupChangedPush.Other, "team was changed (by user 3): /about shows it")]
    [InlineData(GroupChangedPush.Deleted, "team is no more (by user 3)")]
    [InlineData("what a later server says", null)]
    public void What_has_become_of_the_user_is_said_in_words(string change, string? expected) =>
        Assert.Equal(expected, GroupText.Of(new GroupChangedPush(5, change, 3) { UserId = 7, Role = GroupRole.Admin }, "team", id => $"user {id}"));

    [Fact]
    public void The_products_servers_have_no_name()
    {
        Assert.Equal("team is no more", GroupText.Of(new GroupChangedPush(5, GroupChangedPush.Deleted, 0), "team", id => $"user {id}"));
        Assert.Equal("in team you are an ordinary member now", GroupText.Of(new GroupChangedPush(5, GroupChangedPush.OtherRole, 0) { Role = GroupRole.Normal }, "team", id => $"user {id}"));
        Assert.StartsWith("in team you may not send until 2", GroupText.Of(new GroupChangedPush(5, GroupChangedPush.Muted, 0) { MutedUntil = 1_900_000_000_000 }, "team", id => $"user {id}"), StringComparison.Ordinal);
    }
}
