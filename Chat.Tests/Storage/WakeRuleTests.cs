using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Storage;

public sealed class WakeRuleTests
{
    static readonly ConversationId Pair = ConversationId.Direct(1, 2);
    static readonly ConversationId Big = ConversationId.Group(2);
    static readonly ConversationId Small = ConversationId.Group(3);

    [Theory]
    [InlineData(null, NotifyLevel.Mentions, NotifyLevel.All)]
    [InlineData(NotifyLevel.All, NotifyLevel.All, NotifyLevel.All)]
    [InlineData(NotifyLevel.Mentions, NotifyLevel.Mentions, NotifyLevel.Mentions)]
    [InlineData(NotifyLevel.None, NotifyLevel.None, NotifyLevel.None)]
    public void What_was_said_holds_and_where_nothing_was_mentions_alone_count_in_big_groups(NotifyLevel? said, NotifyLevel inBig, NotifyLevel elsewhere)
    {
        HashSet<int> big = [Big.B]; // which is the second user of the pair, too
        Assert.Equal((inBig, elsewhere, elsewhere), (WakeRule.LevelOf(said, Big, big), WakeRule.LevelOf(said, Small, big), WakeRule.LevelOf(said, Pair, big)));
    }

    [Fact]
    public void Only_groups_of_which_somebody_has_said_nothing_are_counted_each_once_and_none_without_a_limit()
    {
        var said = new Dictionary<(int, ConversationId), NotifyLevel> { [(1, Small)] = NotifyLevel.All, [(2, Big)] = NotifyLevel.None };
        (int, ConversationId)[] places = [(1, Small), (1, Pair), (1, Big), (2, Big), (3, Big)];
        Assert.Equal([Big.B], WakeRule.GroupsToCount(places, said, mentionsOnlyAbove: 200));
        Assert.Empty(WakeRule.GroupsToCount(places, said, mentionsOnlyAbove: 0));
        Assert.Empty(WakeRule.GroupsToCount([(1, Small), (1, Pair), (2, Big)], said, mentionsOnlyAbove: 200));
    }

    [Fact]
    public void All_is_kept_for_groups_of_the_user_and_everything_else_as_it_is()
    {
        Assert.Equal(NotifyLevel.All, WakeRule.Kept(NotifyLevel.All, Big, takesPart: true));
        Assert.Equal(NotifyLevel.Default, WakeRule.Kept(NotifyLevel.All, Big, takesPart: false));
        Assert.Equal(NotifyLevel.Default, WakeRule.Kept(NotifyLevel.All, Pair, takesPart: true));
        foreach (var level in (NotifyLevel[])[NotifyLevel.Mentions, NotifyLevel.None, NotifyLevel.Default])
            Assert.Equal((level, level), (WakeRule.Kept(level, Big, takesPart: true), WakeRule.Kept(level, Pair, takesPart: true)));
    }
}
