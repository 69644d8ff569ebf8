using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Storage;

/// <summary>Which messages are looked at to count unread ones: each once, no more than are needed.</summary>
public sealed class UnreadCountTests
{
    static readonly ConversationId One = ConversationId.Direct(1, 2);
    static readonly ConversationId Other = ConversationId.Group(5);

    [Fact]
    public void Each_number_is_looked_at_once()
    {
        var unread = new UnreadCount([new(1, One, 3, 6), new(1, Other, 0, 2), new(2, One, 5, 6), new(2, Other, 9, 9), new(3, Other, 9, 4)]);
        Assert.Equal([(1, One, 4L), (1, One, 5L), (1, One, 6L), (1, Other, 1L), (1, Other, 2L), (2, One, 6L)], unread.Next());
        unread.Add(1, 4);
        Assert.Empty(unread.Next());
        Assert.Equal([4, 0, 0, 0], new[] { 1, 2, 3, 4 }.Select(unread.Of));
    }

    [Fact]
    public void A_user_whose_count_is_full_is_looked_at_no_more()
    {
        var unread = new UnreadCount([new(1, One, 0, 1_000_000_000), new(1, Other, 0, 5), new(2, One, 0, 1)]);
        Assert.Equal(UnreadCount.Max + 1, unread.Next().Count);
        unread.Add(1, UnreadCount.Max);
        Assert.Empty(unread.Next());
        Assert.Equal(UnreadCount.Max, unread.Of(1));
    }

    [Fact]
    public void Own_messages_among_them_do_not_end_the_count()
    {
        var unread = new UnreadCount([new(1, One, 0, 2 * UnreadCount.Max)]);
        var seen = new List<long>();
        while (unread.Next() is { Count: > 0 } next)
        {
            seen.AddRange(next.Select(each => each.Seq));
            unread.Add(1, next.Count(each => each.Seq % 2 == 0)); // every second one is the user's own
        }

        Assert.Equal(UnreadCount.Max, unread.Of(1));
        Assert.Equal(seen.Distinct().Count(), seen.Count);
    }

    [Fact]
    public void A_made_up_number_in_the_log_does_not_keep_it_for_ever()
    {
        var unread = new UnreadCount([new(1, One, 0, 9007199254740991)]);
        var looked = 0;
        while (unread.Next() is { Count: > 0 } next)
            looked += next.Count;
        Assert.Equal((UnreadCount.MaxLooked, 0), (looked, unread.Of(1)));
    }

    [Fact]
    public void What_is_looked_at_together_is_bounded_and_everybody_has_a_turn()
    {
        var unread = new UnreadCount(Enumerable.Range(1, 100).Select(user => new UnreadRange(user, One, 0, 300)));
        var (rounds, seen) = (0, new HashSet<(int, ConversationId, long)>());
        for (var next = unread.Next(); next.Count > 0; next = unread.Next(), rounds++)
        {
            Assert.InRange(next.Count, 1, UnreadCount.AtOnce);
            Assert.All(next, each => Assert.True(seen.Add(each)));
            foreach (var own in next.GroupBy(each => each.UserId))
                unread.Add(own.Key, own.Count());
        }

        Assert.Equal((8, 30_000), (rounds, seen.Count));
        Assert.All(Enumerable.Range(1, 100), user => Assert.Equal(300, unread.Of(user)));
    }
}
