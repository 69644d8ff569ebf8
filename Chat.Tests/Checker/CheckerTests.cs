using Chat.Checker.Checking;
using Xunit;

namespace Chat.Tests.Checker;

/// <summary>Each way to break the promise, by itself: the checker finds it, and calls it by its name.</summary>
public sealed class CheckerTests
{
    readonly Story _story = Story.ThatGoesWell();

    Observations Seen => _story.Seen;

    [Fact]
    public void A_run_in_which_all_goes_well_has_no_violation() => Assert.Empty(DeliveryChecker.Check(Seen));

    [Fact]
    public void An_acknowledged_message_that_is_not_in_the_log_is_lost()
    {
        Seen.Acknowledgements.Add(new Acknowledgement(_story.Send(Story.Direct, Story.Alice), Story.Direct, 4, 1));
        AssertFound(ViolationKind.Lost);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    public void An_acknowledgement_says_the_number_and_the_time_of_the_log(int seqTooHigh, int timeTooHigh)
    {
        var ack = Seen.Acknowledgements[^1];
        Seen.Acknowledgements[^1] = ack with { Seq = ack.Seq + seqTooHigh, Ts = ack.Ts + timeTooHigh };
        AssertFound(ViolationKind.Misnumbered);
    }

    [Fact]
    public void A_repeated_acknowledgement_says_the_same()
    {
        Seen.Acknowledgements.Add(Seen.Acknowledgements[0]);
        Assert.Empty(DeliveryChecker.Check(Seen));
        Seen.Acknowledgements.Add(Seen.Acknowledgements[0] with { Seq = 2 });
        AssertFound(ViolationKind.AcknowledgedDifferently, ViolationKind.Misnumbered);
    }

    [Fact]
    public void An_acknowledgement_of_nothing_is_a_phantom()
    {
        Seen.Acknowledgements.Add(new Acknowledgement(99, Story.Direct, 1, 1));
        AssertFound(ViolationKind.Phantom);
    }

    [Fact]
    public void A_message_is_in_the_log_once()
    {
        _story.Log(4); // the third to bob, again
        Seen.Histories.Clear();
        AssertFound(ViolationKind.LoggedTwice, ViolationKind.NotDelivered);
    }

    [Fact]
    public void The_numbers_of_a_conversation_have_no_hole()
    {
        Seen.Acknowledgements.RemoveAll(ack => ack.Number == 2);
        Seen.Log.RemoveAll(row => row.Number == 2);
        _story.ToBob.Pushes.RemoveAll(push => push.Number == 2);
        Seen.Histories.Clear();
        AssertFound(ViolationKind.Hole);
    }

    [Fact]
    public void A_row_that_nobody_sent_is_a_phantom()
    {
        Seen.Log.Add(new LoggedMessage(Story.Direct, 4, -1, Story.Bob, 1));
        Seen.Histories.Clear();
        AssertFound(ViolationKind.Phantom, ViolationKind.NotDelivered);
    }

    [Fact]
    public void A_row_of_another_sender_is_a_phantom()
    {
        Seen.Log[0] = Seen.Log[0] with { Sender = Story.Bob };
        Seen.Histories.Clear();
        AssertFound(ViolationKind.Phantom, ViolationKind.NotDelivered);
    }

    [Fact]
    public void A_push_that_nobody_sent_is_a_phantom()
    {
        _story.ToBob.Pushes.Add(new Sighting(Story.Direct, 4, -1, Story.Alice, 1));
        AssertFound(ViolationKind.Phantom);
    }

    [Fact]
    public void A_push_to_somebody_who_takes_no_part_is_a_phantom()
    {
        _story.ToCarol.Pushes.Add(_story.Sighting(0) with { Seq = 0 });
        AssertFound(ViolationKind.Phantom);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_a_client_was_given_is_in_the_log(bool isModern)
    {
        var number = _story.Send(Story.Group, Story.Alice);
        (isModern ? _story.ToBob : _story.ToCarol).Pushes.Add(new Sighting(Story.Group, isModern ? 4 : 0, number, Story.Alice, 1));
        AssertFound(ViolationKind.NotInLog);
    }

    [Fact]
    public void What_a_client_was_given_has_the_number_of_the_log()
    {
        var last = _story.ToBob.Pushes.FindLastIndex(push => push.Conversation == Story.Direct);
        _story.ToBob.Pushes[last] = _story.ToBob.Pushes[last] with { Number = 2 };
        AssertFound(ViolationKind.NotInLog, ViolationKind.NotDelivered);
    }

    [Theory]
    [InlineData(Story.Bob)]
    [InlineData(Story.Carol)]
    public void A_member_that_never_got_a_message_is_found(int user)
    {
        var connection = user == Story.Bob ? _story.ToBob : _story.ToCarol;
        connection.Pushes.RemoveAt(connection.Pushes.Count - 1);
        AssertFound(ViolationKind.NotDelivered);
    }

    [Fact]
    public void What_a_client_caught_up_with_counts_as_delivered()
    {
        var missed = _story.ToBob.Pushes[^1];
        _story.ToBob.Pushes.Remove(missed);
        _story.Connect(Story.Bob, isModern: true).CaughtUp.Add(missed);
        Assert.Empty(DeliveryChecker.Check(Seen));
    }

    [Fact]
    public void The_same_twice_on_one_connection_is_found_and_on_the_next_one_it_is_not()
    {
        _story.Connect(Story.Bob, isModern: true).Pushes.AddRange(_story.ToBob.Pushes);
        Assert.Empty(DeliveryChecker.Check(Seen));
        _story.ToBob.Pushes.Add(_story.ToBob.Pushes[^1]);
        AssertFound(ViolationKind.DeliveredTwice);
    }

    [Fact]
    public void A_lower_number_behind_a_higher_one_is_found()
    {
        (_story.ToBob.Pushes[0], _story.ToBob.Pushes[2]) = (_story.ToBob.Pushes[2], _story.ToBob.Pushes[0]);
        AssertFound(ViolationKind.OutOfOrder);
    }

    [Theory]
    [InlineData(35, true)] // between the first time and the second
    [InlineData(70, false)] // later
    public void A_legacy_client_may_get_something_again_after_something_went_wrong(int disturbedAt, bool isExcused)
    {
        _story.Connect(Story.Carol, isModern: false).Pushes.Add(_story.ToCarol.Pushes[0] with { At = 65 });
        Assert.Equal(ViolationKind.DeliveredTwice, Assert.Single(DeliveryChecker.Check(Seen)).Kind);
        Seen.Disturbances.Add(new Disturbance(disturbedAt, disturbedAt));
        Assert.Equal(isExcused ? 0 : 1, DeliveryChecker.Check(Seen).Count);
    }

    [Fact]
    public void A_legacy_client_gets_everything_in_order_at_its_first_time()
    {
        Seen.Disturbances.Add(new Disturbance(0, 1000));
        (_story.ToCarol.Pushes[0], _story.ToCarol.Pushes[1]) = (_story.ToCarol.Pushes[1], _story.ToCarol.Pushes[0]);
        AssertFound(ViolationKind.OutOfOrder);
    }

    [Fact]
    public void The_log_has_the_order_of_each_sender()
    {
        var (first, second) = (_story.Send(Story.Direct, Story.Bob), _story.Send(Story.Direct, Story.Bob));
        foreach (var number in (int[])[second, first])
        {
            _story.Log(number);
            _story.ToAlice.Pushes.Add(_story.Sighting(number));
        }

        Seen.Histories.Clear();
        AssertFound(ViolationKind.LoggedOutOfOrder);
    }

    [Fact]
    public void A_history_that_lacks_something_differs()
    {
        Seen.Histories[0] = Seen.Histories[0] with { Messages = [.. Seen.Histories[0].Messages.Skip(1)] };
        AssertFound(ViolationKind.HistoryDiffers);
    }

    [Fact]
    public void A_message_that_was_never_answered_is_found()
    {
        Seen.Unanswered.Add(_story.Send(Story.Direct, Story.Bob));
        AssertFound(ViolationKind.NeverAnswered);
    }

    [Fact]
    public void A_refusal_for_ever_is_found()
    {
        Seen.Refusals.Add("errno 7");
        AssertFound(ViolationKind.Refused);
    }

    [Fact]
    public void A_node_that_aborts_is_found()
    {
        Seen.UnexpectedExits.Add("node 1 ended with 134");
        AssertFound(ViolationKind.UnexpectedExit);
    }

    void AssertFound(params ViolationKind[] kinds) =>
        Assert.Equal(kinds.Order(), DeliveryChecker.Check(Seen).Select(violation => violation.Kind).Distinct().Order());
}
