using Xunit;

namespace Chat.Tests.Conversations;

/// <summary>What is sent again, and what waits until that is confirmed.</summary>
public sealed class FanOutResendTests : FanOutTest
{
    [Fact]
    public void Who_misses_something_gets_everything_behind_it_again()
    {
        for (var number = 1; number <= 4; number++)
            Add(number, receivers: [2, 3]);
        Confirm(2, 1);
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
        Confirm(2, 2);
        Assert.Equal([(3, 2, 2)], Resend(2, after: 0).Select(Hop));
        Assert.Empty(Resend(99, after: 0));
    }

    [Fact]
    public void At_most_64_are_sent_again_at_once_and_the_rest_when_these_are_confirmed()
    {
        for (var number = 1; number <= 200; number++)
            Add(number, receivers: [2]);
        Assert.Equal(Range(1, 64), Numbers(Resend(2, after: 0)));
        Assert.Empty(Following(2, 63));
        Assert.Equal(Range(65, 128), Numbers(Following(2, 64)));
        Assert.Equal(Range(129, 192), Numbers(Following(2, 128)));
        Assert.Equal(Range(193, 200), Numbers(Following(2, 192)));
        Assert.Empty(Following(2, 200));
        Assert.True(FanOut.IsIdle);
    }

    [Fact]
    public void Who_has_nothing_behind_a_number_gets_what_is_new_in_its_turn()
    {
        for (var number = 1; number <= 100; number++)
            Add(number, receivers: [2]);
        Resend(2, after: 0);
        Assert.Empty(Add(101, receivers: [2]));
        var following = Following(2, 64);
        Assert.Equal(Range(65, 101), Numbers(following));
        Assert.Equal((65, 64, 64), Hop(following[0]));
        Assert.Equal([(102, 101, 64)], Add(102, receivers: [2]).Select(Hop));
    }

    [Fact]
    public void What_was_sent_again_because_nothing_was_confirmed_is_followed_by_the_rest_of_it_alone()
    {
        for (var number = 1; number <= 100; number++)
            Add(number, receivers: [2]);
        Assert.Equal(Range(1, 64), Numbers(Overdue(now: 500, patience: 500)));
        Assert.Equal([101L], Numbers(Add(101, receivers: [2])));
        Assert.Empty(Following(2, 63));
        Assert.Equal(Range(65, 100), Numbers(Following(2, 64)));
        Assert.Empty(Following(2, 100));
        Assert.Empty(Following(2, 101));
        Assert.True(FanOut.IsIdle);
    }

    [Fact]
    public void Who_had_it_all_the_time_is_not_sent_all_of_it_again()
    {
        for (var number = 1; number <= 1000; number++)
            Add(number, receivers: [2]);
        Overdue(now: 500, patience: 500);
        Assert.Equal(Range(991, 1000), Numbers(Following(2, 990)));
        Assert.Empty(Following(2, 995));
    }

    [Fact]
    public void Of_many_that_may_be_known_the_first_finds_out_where_to_go_on()
    {
        Assert.Equal([1L], Numbers(Add(1, receivers: [2], mayBeKnown: true)));
        for (var number = 2; number <= 1000; number++)
            Assert.Empty(Add(number, receivers: [2], mayBeKnown: true));
        Assert.Empty(Add(1001, receivers: [2]));
        var following = Following(2, 900);
        Assert.Equal(Range(901, 964), Numbers(following));
        Assert.Equal((901, 900, 900), Hop(following[0]));
        Assert.Equal(Range(965, 1001), Numbers(Following(2, 964)));
        Assert.Equal([(1002, 1001, 964)], Add(1002, receivers: [2]).Select(Hop));
    }

    [Fact]
    public void What_turns_up_while_others_are_on_their_way_waits_for_their_confirmation()
    {
        Add(1, receivers: [2]);
        Add(2, receivers: [2]);
        Assert.Empty(Add(3, receivers: [2], mayBeKnown: true));
        Assert.Empty(Following(2, 1));
        Assert.Equal([3L], Numbers(Following(2, 2)));
    }

    [Fact]
    public void Who_confirms_nothing_is_sent_more_all_the_same()
    {
        // It may have a client that does not read: how else would it become clear?
        for (var number = 1; number <= 200; number++)
            Add(number, receivers: [2], mayBeKnown: true);
        Assert.Equal(Range(1, 65), Numbers(Overdue(now: 500, patience: 500)));
        Assert.Equal([.. Range(1, 64), .. Range(66, 129)], Numbers(Overdue(now: 1000, patience: 500)));
        Assert.Equal(Range(130, 193), Numbers(Following(2, 129)));
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
        Confirm(3, 1, 1200);
        Assert.Equal([2], Overdue(now: 1500, patience: 500).Select(due => due.UserId));
        Assert.Empty(Overdue(now: 1999, patience: 500));
        Assert.Equal([2], Overdue(now: 2000, patience: 500).Select(due => due.UserId));
    }

    [Fact]
    public void Patience_begins_anew_with_every_progress()
    {
        Add(1, receivers: [2], now: 1000);
        Add(2, receivers: [2], now: 1400);
        Confirm(2, 1, 1450);
        Assert.Empty(Overdue(now: 1900, patience: 500));
        Assert.Equal([2L], Overdue(now: 1950, patience: 500).Select(due => due.Number));
    }

    [Fact]
    public void Idle_time_is_no_delay()
    {
        Add(1, receivers: [2], now: 1000);
        Confirm(2, 1, 1000);
        Add(2, receivers: [2], now: 9000);
        Assert.Empty(Overdue(now: 9100, patience: 500));
    }
}
