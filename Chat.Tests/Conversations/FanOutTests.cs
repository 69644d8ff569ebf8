using Chat.Node.Conversations;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Conversations;

public sealed class FanOutTests
{
    static readonly ConversationId Group = ConversationId.Group(5);

    readonly FanOut _fanOut = new();

    [Fact]
    public void Everybody_but_the_sender_gets_a_message() =>
        Assert.Equal([2, 3], Add(1, sender: 1, receivers: [1, 2, 3]).Select(due => due.UserId));

    [Fact]
    public void The_sender_gets_it_when_other_sessions_want_copies()
    {
        Assert.Equal([1, 2], Add(1, sender: 1, receivers: [1, 2], hasCopies: true).Select(due => due.UserId));
        Assert.Empty(_fanOut.Confirm(2, 1, 0));
        Assert.Equal([1], _fanOut.Confirm(1, 1, 0));
    }

    [Fact]
    public void A_delivery_names_the_one_before_it_and_what_is_confirmed()
    {
        _fanOut.StartAfter(10);
        Assert.Equal([(11, 10, 10)], Add(11, receivers: [2]).Select(Hop));
        Assert.Equal([(12, 11, 10)], Add(12, receivers: [2]).Select(Hop));
        _fanOut.Confirm(2, 11, 0);
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
        Assert.Empty(_fanOut.Confirm(2, 2, 0));
        Assert.Equal(2, _fanOut.Unconfirmed);
        Assert.Equal([1], _fanOut.Confirm(3, 1, 0));
        Assert.Equal([2], _fanOut.Confirm(3, 2, 0));
        Assert.True(_fanOut.IsIdle);
    }

    [Fact]
    public void What_was_on_its_way_can_be_finished_although_more_has_followed()
    {
        Assert.True(_fanOut.IsFinishedTo(0));
        Add(1, receivers: [2]);
        var upTo = _fanOut.LastNumber;
        Add(2, receivers: [2]);
        Assert.False(_fanOut.IsFinishedTo(upTo));
        _fanOut.Confirm(2, 1, 0);
        Assert.True(_fanOut.IsFinishedTo(upTo));
        Assert.False(_fanOut.IsFinishedTo(2));
        Assert.False(_fanOut.IsFinishedTo(long.MaxValue)); // nobody has looked yet
    }

    [Fact]
    public void A_confirmation_counts_for_everything_before_it_and_only_once()
    {
        Add(1, receivers: [2]);
        Add(2, receivers: [2]);
        Add(3, receivers: [2]);
        Assert.Equal([1, 2], _fanOut.Confirm(2, 2, 0));
        Assert.Empty(_fanOut.Confirm(2, 2, 0));
        Assert.Empty(_fanOut.Confirm(2, 1, 0));
        Assert.Equal([3], _fanOut.Confirm(2, 3, 0));
    }

    [Fact]
    public void Nobody_confirms_what_was_not_sent_to_it()
    {
        Add(1, receivers: [2]);
        Assert.Empty(_fanOut.Confirm(99, 1, 0));
        Assert.Equal([1], _fanOut.Confirm(2, 1000, 0));
        Assert.Equal([(2, 1, 1)], Add(2, receivers: [2]).Select(Hop));
        Assert.False(_fanOut.IsIdle);
    }

    [Fact]
    public void A_message_without_receivers_is_not_waited_for_but_counts()
    {
        Assert.Empty(Add(1, sender: 1, receivers: [1]));
        Assert.True(_fanOut.IsIdle);
        Assert.Equal([(2, 1, 1)], Add(2, receivers: [2]).Select(Hop));
    }

    [Fact]
    public void The_oldest_unfinished_message_gives_the_time()
    {
        Assert.Null(_fanOut.OldestTs);
        Add(1, receivers: [2], ts: 100);
        Add(2, receivers: [2], ts: 200);
        Assert.Equal(100, _fanOut.OldestTs);
        _fanOut.Confirm(2, 1, 0);
        Assert.Equal(200, _fanOut.OldestTs);
        _fanOut.Confirm(2, 2, 0);
        Assert.Null(_fanOut.OldestTs);
    }

    [Fact]
    public void Who_misses_something_gets_everything_behind_it_again()
    {
        for (var number = 1; number <= 4; number++)
            Add(number, receivers: [2, 3]);
        _fanOut.Confirm(2, 1, 0);
        var again = Resend(2, after: 2);
        Assert.Equal([(3, 2, 1), (4, 3, 1)], again.Select(Hop));
        Assert.All(again, due => Assert.True(due.MayBeKnown));
        Assert.All(again, due => Assert.Equal(2, due.UserId));
    }

    [Fact]
    public void What_is_confirmed_is_not_sent_again()
    {
        for (var number = 1; number <= 3; number++)
            Add(number, receivers: [2, 3]);
        _fanOut.Confirm(2, 2, 0);
        Assert.Equal([(3, 2, 2)], Resend(2, after: 0).Select(Hop));
        Assert.Empty(Resend(99, after: 0));
    }

    [Fact]
    public void At_most_64_are_sent_again_at_once_and_the_rest_after_a_confirmation()
    {
        for (var number = 1; number <= 100; number++)
            Add(number, receivers: [2]);
        Assert.Equal(Enumerable.Range(1, 64), Resend(2, after: 0).Select(due => (int)due.Number));
        _fanOut.Confirm(2, 64, 0);
        Assert.Equal(Enumerable.Range(65, 36), Resend(2, after: 64).Select(due => (int)due.Number));
    }

    [Fact]
    public void Ones_own_messages_are_not_sent_again_without_copies()
    {
        Add(1, sender: 2, receivers: [1, 2]);
        Add(2, sender: 1, receivers: [1, 2]);
        Add(3, sender: 2, receivers: [1, 2]);
        Assert.Equal([(1, 0, 0), (3, 1, 0)], Resend(1, after: 0).Select(Hop));
    }

    [Fact]
    public void Who_confirms_nothing_for_a_while_gets_it_again()
    {
        Add(1, receivers: [2, 3], now: 1000);
        Assert.Empty(Overdue(now: 1499, patience: 500));
        _fanOut.Confirm(3, 1, 1200);
        Assert.Equal([2], Overdue(now: 1500, patience: 500).Select(due => due.UserId));
        Assert.Empty(Overdue(now: 1999, patience: 500));
        Assert.Equal([2], Overdue(now: 2000, patience: 500).Select(due => due.UserId));
    }

    [Fact]
    public void Patience_begins_anew_with_every_progress()
    {
        Add(1, receivers: [2], now: 1000);
        Add(2, receivers: [2], now: 1400);
        _fanOut.Confirm(2, 1, 1450);
        Assert.Empty(Overdue(now: 1900, patience: 500));
        Assert.Equal([2L], Overdue(now: 1950, patience: 500).Select(due => due.Number));
    }

    [Fact]
    public void Idle_time_is_no_delay()
    {
        Add(1, receivers: [2], now: 1000);
        _fanOut.Confirm(2, 1, 1000);
        Add(2, receivers: [2], now: 9000);
        Assert.Empty(Overdue(now: 9100, patience: 500));
    }

    [Fact]
    public void Links_are_forgotten_only_when_everything_is_settled()
    {
        Add(1, receivers: [2, 3]);
        _fanOut.Confirm(2, 1, 0);
        _fanOut.ForgetSettled();
        Assert.Equal([1], _fanOut.Confirm(3, 1, 0));
        _fanOut.ForgetSettled();
        Assert.Equal([(2, 1, 1)], Add(2, receivers: [2]).Select(Hop));
    }

    [Fact]
    public void That_a_message_may_be_known_is_told_with_it()
    {
        Assert.All(Add(1, receivers: [2], mayBeKnown: true), due => Assert.True(due.MayBeKnown));
        Assert.All(Add(2, receivers: [2]), due => Assert.False(due.MayBeKnown));
    }

    List<DueDelivery> Add(
        long number, int sender = 1, int[]? receivers = null, bool hasCopies = false, bool mayBeKnown = false, long now = 0, long ts = 1000)
    {
        var due = new List<DueDelivery>();
        _fanOut.Add(new ChatMessage(Group, number, sender, "c", ts, default, 0), number, receivers ?? [2], hasCopies, mayBeKnown, now, due);
        Assert.All(due, each => Assert.Equal(number, each.Message.Seq));
        return due;
    }

    List<DueDelivery> Resend(int userId, long after)
    {
        var due = new List<DueDelivery>();
        _fanOut.Resend(userId, after, 0, due);
        Assert.All(due, each => Assert.Equal(each.Number, each.Message.Seq));
        return due;
    }

    List<DueDelivery> Overdue(long now, long patience)
    {
        var due = new List<DueDelivery>();
        _fanOut.ResendOverdue(now, patience, due);
        return due;
    }

    static (int Number, int Previous, int ConfirmedTo) Hop(DueDelivery due) => ((int)due.Number, (int)due.Previous, (int)due.ConfirmedTo);
}
