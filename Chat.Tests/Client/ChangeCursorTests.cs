using Chat.Protocol;
using ChatActors.Client;
using ChatActors.Client.Messages;
using Xunit;

namespace Chat.Tests.Client;

/// <summary>Changes of messages come in order and once, and what is missing is noticed.</summary>
public sealed class ChangeCursorTests
{
    static readonly ConversationId Pair = ConversationId.Direct(1, 2);

    readonly ChangeCursor _cursor = new();

    [Fact]
    public void What_follows_the_rev_that_is_known_is_told_at_once()
    {
        _cursor.Begin(4, received: 0, isMissing: false);
        Assert.Equal([5, 8], [Offer(5, 4), Offer(8, 5)]);
        Assert.Equal((8, false), (_cursor.Rev, _cursor.HasGap));
    }

    [Fact]
    public void A_push_whose_forerunner_is_not_known_is_fetched_with_it()
    {
        _cursor.Begin(4, received: 0, isMissing: false);
        Assert.Null(Offer(7, 6));
        Assert.Null(Offer(8, 7));
        Assert.Equal((4, true), (_cursor.Rev, _cursor.HasGap));
        Assert.Equal([6, 8], [Fetched(6), Fetched(8)]);
        _cursor.EndPage(4, 8, 8, hasMore: false);
        Assert.Equal((8, false), (_cursor.Rev, _cursor.HasGap));
        Assert.Equal(9, Offer(9, 8));
    }

    [Fact]
    public void What_is_known_already_is_not_told_again()
    {
        _cursor.Begin(4, received: 0, isMissing: false);
        Assert.Null(Offer(4, 3));
        Assert.Null(Fetched(4));
        Assert.Equal(6, Offer(6, 2)); // it has everything from 2 on
        Assert.False(_cursor.HasGap);
    }

    [Fact]
    public void Pages_are_asked_for_until_there_are_no_more_and_a_push_in_between_is_not_missed()
    {
        _cursor.Begin(4, received: 0, isMissing: false);
        Offer(9, 8);
        _cursor.EndPage(4, 9, 6, hasMore: true);
        Assert.True(_cursor.HasGap);
        Assert.Null(Offer(12, 10));
        _cursor.EndPage(6, 9, 9, hasMore: false);
        Assert.True(_cursor.HasGap);
        _cursor.EndPage(9, 12, 12, hasMore: false);
        Assert.False(_cursor.HasGap);
    }

    [Fact]
    public void An_answer_that_never_reaches_what_a_push_has_said_ends_the_asking()
    {
        _cursor.Begin(4, received: 0, isMissing: false);
        Offer(99, 98);
        _cursor.EndPage(4, 99, 5, hasMore: false);
        Assert.Equal((5, false), (_cursor.Rev, _cursor.HasGap));
    }

    [Fact]
    public void A_conversation_that_is_new_here_begins_where_the_server_is()
    {
        _cursor.Begin(17, received: 0, isMissing: false);
        Assert.Equal((17, false), (_cursor.Rev, _cursor.HasGap));
        var other = new ChangeCursor();
        Assert.NotNull(other.Offer(Change(12), 11, isEarly: false, hasRoom: true));
        other.Begin(12, received: 0, isMissing: false);
        Assert.Equal((12, false), (other.Rev, other.HasGap));
    }

    [Fact]
    public void In_a_conversation_that_is_known_from_its_beginning_the_first_change_may_be_missing_too()
    {
        _cursor.StartAtZero();
        Assert.Null(Offer(3, 2));
        Assert.Equal((0, true), (_cursor.Rev, _cursor.HasGap));
    }

    [Fact]
    public void A_login_asks_for_what_was_missed()
    {
        var known = new ChangeCursor();
        known.NoteServerRev(3);
        Assert.True(known.HasGap);
        _cursor.Restore(4);
        _cursor.BeginLogin();
        Assert.False(_cursor.HasGap);
        _cursor.NoteServerRev(6);
        Assert.Equal((4, true), (_cursor.Rev, _cursor.HasGap));
    }

    [Fact]
    public void What_was_heard_of_and_not_taken_is_asked_for_after_a_restart()
    {
        _cursor.Restore(4, head: 6);
        _cursor.BeginLogin();
        Assert.Equal((4, 6, true), (_cursor.Rev, _cursor.Head, _cursor.HasGap));
    }

    [Fact]
    public void A_server_that_has_gone_back_is_asked_for_everything()
    {
        _cursor.Restore(9);
        _cursor.BeginLogin();
        _cursor.NoteServerRev(5);
        Assert.Equal((0, true), (_cursor.Rev, _cursor.HasGap));
        Assert.Equal(3, Fetched(3));
        _cursor.EndPage(0, 5, 5, hasMore: false);
        Assert.Equal((5, false), (_cursor.Rev, _cursor.HasGap));
    }

    [Fact]
    public void So_is_one_whose_answer_shows_it()
    {
        _cursor.Restore(9);
        Offer(12, 11);
        _cursor.EndPage(9, 12, 6, hasMore: false);
        Assert.Equal((0, true), (_cursor.Rev, _cursor.HasGap));
    }

    [Fact]
    public void A_push_that_overtakes_the_sync_is_not_taken_for_a_server_that_has_gone_back()
    {
        _cursor.Restore(4);
        _cursor.BeginLogin();
        Assert.Equal(5, Offer(5, 4));
        _cursor.NoteServerRev(4);
        Assert.Equal((5, false), (_cursor.Rev, _cursor.HasGap));
    }

    [Fact]
    public void Without_room_a_change_is_fetched_later()
    {
        Assert.Null(_cursor.Offer(Change(5), 4, isEarly: false, hasRoom: false));
        Assert.Equal((0, true), (_cursor.Rev, _cursor.HasGap));
    }

    [Fact]
    public void Of_a_conversation_that_is_new_here_the_changes_of_messages_that_are_still_to_come_are_fetched()
    {
        _cursor.Begin(9, received: 40, isMissing: true);
        Assert.Equal((0, true), (_cursor.Rev, _cursor.HasGap));
        Assert.Null(_cursor.OfferFetched(Change(3, seq: 40), isEarly: false));
        Assert.NotNull(_cursor.OfferFetched(Change(8, seq: 41), isEarly: false));
        Assert.NotNull(_cursor.OfferFetched(Change(10, seq: 40), isEarly: false));
    }

    [Fact]
    public void A_change_waits_for_its_message()
    {
        Assert.Null(_cursor.Offer(Change(5, seq: 41), 4, isEarly: true, hasRoom: true));
        Assert.Null(_cursor.Offer(Change(6, seq: 40), 5, isEarly: true, hasRoom: true));
        Assert.Equal(7, Offer(7, 6));
        Assert.Equal([6L], _cursor.Release(40).Select(change => change.Rev));
        Assert.Equal([5L], _cursor.Release(41).Select(change => change.Rev));
        Assert.Equal(0, _cursor.EarlyCount);
    }

    [Fact]
    public void What_was_not_handed_over_is_asked_for_again_after_a_restart()
    {
        _cursor.Begin(4, received: 0, isMissing: false);
        _cursor.Offer(Change(5, seq: 41), 4, isEarly: true, hasRoom: true);
        Offer(6, 5);
        _cursor.Take(6);
        Assert.Equal(4, _cursor.Taken);
        _cursor.Release(41);
        Assert.Equal(4, _cursor.Taken);
        _cursor.Take(5);
        Assert.Equal(6, _cursor.Taken);
    }

    static MessageChanged Change(long rev, long seq = 1) => new(Pair, seq, rev);

    long? Offer(long rev, long previous) => _cursor.Offer(Change(rev), previous, isEarly: false, hasRoom: true)?.Rev;

    long? Fetched(long rev) => _cursor.OfferFetched(Change(rev), isEarly: false)?.Rev;
}
