using Xunit;

namespace Chat.Tests.Conversations;

/// <summary>Who gets a message, and when it is finished.</summary>
public sealed class FanOutTests : FanOutTest
{
    [Fact]
    public void Everybody_but_the_sender_gets_a_message() =>
        Assert.Equal([2, 3], Add(1, sender: 1, receivers: [1, 2, 3]).Select(due => due.UserId));

    [Fact]
    public void The_sender_gets_it_when_other_sessions_want_copies()
    {
        Assert.Equal([1, 2], Add(1, sender: 1, receivers: [1, 2], hasCopies: true).Select(due => due.UserId));
        Assert.Empty(Confirm(2, 1));
        Assert.Equal([1], Confirm(1, 1));
    }

    [Fact]
    public void A_delivery_names_the_one_before_it_and_what_is_confirmed()
    {
        FanOut.StartAfter(10);
        Assert.Equal([(11, 10, 10)], Add(11, receivers: [2]).Select(Hop));
        Assert.Equal([(12, 11, 10)], Add(12, receivers: [2]).Select(Hop));
        Confirm(2, 11);
        Assert.Equal([(13, 12, 11)], Add(13, receivers: [2]).Select(Hop));
    }

    [Fact]
    public void What_was_not_for_a_user_does_not_look_like_a_gap_to_it()
    {
        Add(1, sender: 1, receivers: [1, 2]);
        Add(2, sender: 2, receivers: [1, 2]);
        Assert.Equal([(3, 1, 0)], Add(3, sender: 1, receivers: [1, 2]).Select(Hop));
    }

    [Fact]
    public void A_new_member_starts_at_the_head()
    {
        Add(1, receivers: [1, 2]);
        Add(2, receivers: [1, 2]);
        Assert.Equal([(3, 2, 0), (3, 2, 2)], Add(3, receivers: [1, 2, 9]).Select(Hop));
    }

    [Fact]
    public void A_message_is_finished_when_everybody_has_it()
    {
        Add(1, receivers: [1, 2, 3]);
        Add(2, receivers: [1, 2, 3]);
        Assert.Empty(Confirm(2, 2));
        Assert.Equal(2, FanOut.Unconfirmed);
        Assert.Equal([1], Confirm(3, 1));
        Assert.Equal([2], Confirm(3, 2));
        Assert.True(FanOut.IsIdle);
    }

    [Fact]
    public void What_was_on_its_way_can_be_finished_although_more_has_followed()
    {
        Assert.True(FanOut.IsFinishedTo(0));
        Add(1, receivers: [2]);
        var upTo = FanOut.LastNumber;
        Add(2, receivers: [2]);
        Assert.False(FanOut.IsFinishedTo(upTo));
        Confirm(2, 1);
        Assert.True(FanOut.IsFinishedTo(upTo));
        Assert.False(FanOut.IsFinishedTo(2));
        Assert.False(FanOut.IsFinishedTo(long.MaxValue)); // nobody has looked yet
    }

    [Fact]
    public void A_confirmation_counts_for_everything_before_it_and_only_once()
    {
        Add(1, receivers: [2]);
        Add(2, receivers: [2]);
        Add(3, receivers: [2]);
        Assert.Equal([1, 2], Confirm(2, 2));
        Assert.Empty(Confirm(2, 2));
        Assert.Empty(Confirm(2, 1));
        Assert.Equal([3], Confirm(2, 3));
    }

    [Fact]
    public void Nobody_confirms_what_was_not_sent_to_it()
    {
        Add(1, receivers: [2]);
        Assert.Empty(Confirm(99, 1));
        Assert.Equal([1], Confirm(2, 1000));
        Assert.Equal([(2, 1, 1)], Add(2, receivers: [2]).Select(Hop));
        Assert.False(FanOut.IsIdle);
    }

    [Fact]
    public void A_message_without_receivers_is_not_waited_for_but_counts()
    {
        Assert.Empty(Add(1, sender: 1, receivers: [1]));
        Assert.True(FanOut.IsIdle);
        Assert.Equal([(2, 1, 1)], Add(2, receivers: [2]).Select(Hop));
    }

    [Fact]
    public void The_oldest_unfinished_message_gives_the_time()
    {
        Assert.Null(FanOut.OldestTs);
        Add(1, receivers: [2], ts: 100);
        Add(2, receivers: [2], ts: 200);
        Assert.Equal(100, FanOut.OldestTs);
        Confirm(2, 1);
        Assert.Equal(200, FanOut.OldestTs);
        Confirm(2, 2);
        Assert.Null(FanOut.OldestTs);
    }

    [Fact]
    public void Links_are_forgotten_only_when_everything_is_settled()
    {
        Add(1, receivers: [2, 3]);
        Confirm(2, 1);
        FanOut.ForgetSettled();
        Assert.Equal([1], Confirm(3, 1));
        FanOut.ForgetSettled();
        Assert.Equal([(2, 1, 1)], Add(2, receivers: [2]).Select(Hop));
    }

    [Fact]
    public void That_a_message_may_be_known_is_told_with_it()
    {
        Assert.All(Add(1, receivers: [2], mayBeKnown: true), due => Assert.True(due.MayBeKnown));
        Assert.All(Add(2, receivers: [2]), due => Assert.False(due.MayBeKnown));
    }
}
