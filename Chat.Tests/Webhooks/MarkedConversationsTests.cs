using Chat.Node.Contracts;
using Chat.Node.Webhooks;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Webhooks;

public sealed class MarkedConversationsTests
{
    static readonly ConversationId Id = ConversationId.Group(5);
    readonly MarkedConversations _marked = new();

    [Fact]
    public void The_first_message_is_confirmed_when_its_conversation_is_marked()
    {
        Assert.Equal(MarkStep.Mark, Deliver(1, now: 0));
        Assert.Equal(0, _marked.ConfirmedTo(Id).UpTo);
        Assert.Null(Mark(begunAt: 0, now: 10));
        Assert.Equal(1, _marked.ConfirmedTo(Id).UpTo);
    }

    [Fact]
    public void A_mark_is_trusted_for_a_while_and_then_written_again()
    {
        Deliver(1, now: 0);
        Mark(begunAt: 0, now: 10);
        Assert.Equal(MarkStep.Confirm, Deliver(2, now: MarkLife.TrustedMilliseconds - 1));
        Assert.Equal(2, _marked.ConfirmedTo(Id).UpTo);
        Assert.Equal(MarkStep.Mark, Deliver(3, now: MarkLife.TrustedMilliseconds));
        Assert.Equal(2, _marked.ConfirmedTo(Id).UpTo);
    }

    [Fact]
    public void What_comes_while_a_mark_is_being_written_is_confirmed_with_it()
    {
        Deliver(1, now: 0);
        _marked.OnBegin(Id);
        Assert.Equal(MarkStep.None, Deliver(2, now: 5));
        Assert.Null(_marked.OnMarked(Id, begunAt: 0, now: 10));
        Assert.Equal(2, _marked.ConfirmedTo(Id).UpTo);
    }

    [Fact]
    public void A_slow_mark_counts_only_for_what_was_there_when_it_began()
    {
        Deliver(1, now: 0);
        _marked.OnBegin(Id);
        Deliver(2, now: 5);
        Assert.Equal(2, _marked.OnMarked(Id, begunAt: 0, now: MarkLife.TrustedMilliseconds));
        Assert.Equal(1, _marked.ConfirmedTo(Id).UpTo);
    }

    [Fact]
    public void A_gap_is_asked_for_and_a_repetition_is_confirmed_once_more()
    {
        Deliver(1, now: 0);
        Mark(begunAt: 0, now: 1);
        Assert.Equal(MarkStep.AskAgain, Deliver(3, now: 2));
        Assert.Equal(1, _marked.LastOf(Id));
        Assert.Equal(MarkStep.Confirm, Deliver(1, now: 3));
    }

    [Fact]
    public void A_repetition_of_what_is_being_marked_waits()
    {
        Deliver(1, now: 0);
        Assert.Equal(MarkStep.None, Deliver(1, now: 1));
    }

    [Fact]
    public void A_new_life_of_a_conversation_begins_behind_what_was_confirmed()
    {
        Deliver(1, now: 0);
        Mark(begunAt: 0, now: 1);
        Assert.Equal(MarkStep.Confirm, _marked.OnDeliver(MessageOf(9, previous: 8, confirmedTo: 8, incarnation: 2), 5)); // the mark is still there
        Assert.Equal((2L, 9L), _marked.ConfirmedTo(Id));
    }

    [Fact]
    public void A_silent_conversation_is_forgotten()
    {
        Deliver(1, now: 0);
        Mark(begunAt: 0, now: 1);
        _marked.Forget(MarkLife.ForgottenMilliseconds - 1);
        Assert.Equal(1, _marked.Count);
        _marked.Forget(MarkLife.ForgottenMilliseconds);
        Assert.Equal(0, _marked.Count);
    }

    [Fact]
    public void When_too_many_are_remembered_those_go_together_whose_marks_are_trusted_no_more()
    {
        Fill(MarkedConversations.Max - 1, now: 0);
        Fill(1, now: 1, from: MarkedConversations.Max);
        Assert.Equal(MarkStep.Mark, Deliver(MarkedConversations.Max + 1, 1, now: MarkLife.TrustedMilliseconds));
        Assert.Equal(2, _marked.Count);
    }

    [Fact]
    public void When_all_of_them_are_trusted_a_tenth_goes_at_once_and_none_with_the_next_messages()
    {
        Fill(MarkedConversations.Max, now: 0);
        Deliver(MarkedConversations.Max + 1, 1, now: 1);
        const int Left = (MarkedConversations.Max * 9 / 10) + 1;
        Assert.Equal(Left, _marked.Count);
        Deliver(MarkedConversations.Max + 2, 1, now: 1);
        Assert.Equal(Left + 1, _marked.Count);
    }

    [Fact]
    public void While_all_of_them_are_being_marked_no_more_are_taken_and_what_is_not_taken_comes_again()
    {
        for (var group = 1; group <= MarkedConversations.Max; group++)
            Deliver(group, 1, now: 0);
        Assert.Equal(MarkStep.None, Deliver(MarkedConversations.Max + 1, 1, now: 1));
        Assert.Equal(MarkStep.None, Deliver(1, 2, now: 1)); // one of them
        Assert.Equal(MarkedConversations.Max, _marked.Count);
        _marked.OnBegin(ConversationId.Group(1));
        _marked.OnMarked(ConversationId.Group(1), begunAt: 1, now: 2);
        Assert.Equal(MarkStep.None, Deliver(MarkedConversations.Max + 1, 1, now: 3));
        Assert.Equal(MarkStep.Mark, Deliver(MarkedConversations.Max + 1, 1, now: 1 + MarkLife.TrustedMilliseconds));
        Assert.Equal(MarkedConversations.Max, _marked.Count);
    }

    [Fact]
    public void Who_trusts_a_mark_stops_long_before_it_can_be_taken_away() =>
        Assert.True(MarkLife.KeptMilliseconds >= 3 * MarkLife.TrustedMilliseconds);

    /// <summary>Groups with a message each, all marked.</summary>
    void Fill(int count, long now, int from = 1)
    {
        for (var group = from; group < from + count; group++)
        {
            Deliver(group, 1, now);
            _marked.OnBegin(ConversationId.Group(group));
            _marked.OnMarked(ConversationId.Group(group), begunAt: now, now);
        }
    }

    MarkStep Deliver(int group, long number, long now) => _marked.OnDeliver(MessageOf(number, number - 1, confirmedTo: 0, incarnation: 1, ConversationId.Group(group)), now);

    MarkStep Deliver(long number, long now) => _marked.OnDeliver(MessageOf(number, number - 1, confirmedTo: 0, incarnation: 1), now);

    long? Mark(long begunAt, long now)
    {
        _marked.OnBegin(Id);
        return _marked.OnMarked(Id, begunAt, now);
    }

    static Deliver MessageOf(long number, long previous, long confirmedTo, long incarnation, ConversationId? id = null) => new(
        IWebhooks.ReceiverId, incarnation, number, previous, confirmedTo, MayBeKnown: false, new AcceptedMessage(id ?? Id, number, 1, "c", 1, new byte[] { 1 }, 0));
}
