using Chat.Protocol;
using ChatActors.Client;
using ChatActors.Client.Messages;
using Xunit;

namespace Chat.Tests.Client;

public sealed class ConversationCursorTests
{
    const int Me = 1;
    static readonly ConversationId Conversation = ConversationId.Direct(Me, 3);

    readonly Queue<ReadyItem> _line = [];
    readonly ConversationCursor _cursor;

    public ConversationCursorTests() =>
        _cursor = new(Conversation, message => message is { IsOwn: true, Cmid: "mine" }, _line.Enqueue);

    [Fact]
    public void Pushes_in_order_are_shown_once()
    {
        _cursor.SetBase(0);

        Assert.True(_cursor.Offer(Theirs(1), hasRoom: true));
        Assert.True(_cursor.Offer(Theirs(2), hasRoom: true));
        Assert.False(_cursor.Offer(Theirs(2), hasRoom: true));

        Assert.Equal(["1", "2"], TakeAll());
        Assert.Equal((2, 2), (_cursor.Delivered, _cursor.Received));
    }

    [Fact]
    public void An_early_push_is_held_until_the_gap_is_closed()
    {
        _cursor.SetBase(0);
        _cursor.Offer(Theirs(3), hasRoom: true);
        _cursor.Offer(Theirs(2), hasRoom: true);

        Assert.True(_cursor.HasGap);
        Assert.Empty(_line);

        _cursor.Offer(Theirs(1), hasRoom: true);

        Assert.False(_cursor.HasGap);
        Assert.Equal(["1", "2", "3"], TakeAll());
    }

    [Fact]
    public void An_early_push_is_shown_once_though_the_history_has_it_behind_numbers_that_are_missing()
    {
        _cursor.SetBase(0);
        _cursor.Offer(Theirs(1), hasRoom: true);
        _cursor.Offer(Theirs(4), hasRoom: true);

        _cursor.OfferHistory(1, [Theirs(4)], hasMore: false, head: 4);

        Assert.Single(TakeAll(), "4");
        Assert.Equal(4, _cursor.Delivered);
    }

    [Fact]
    public void An_own_post_that_was_acknowledged_early_is_no_sign_of_a_restored_backup()
    {
        _cursor.SetBase(0);
        _cursor.NoteOwn(2, 200, hasRoom: true);
        _cursor.Offer(Theirs(1) with { Timestamp = 100 }, hasRoom: true);
        _cursor.BeginLogin();
        _cursor.NoteServerHead(2);
        _cursor.CompareLast();
        _cursor.Offer(Theirs(3) with { Timestamp = 300 }, hasRoom: true);

        _cursor.NoteOwn(2, 200, hasRoom: true); // sent again after the login, and answered with its number
        _cursor.OfferHistory(_cursor.FetchAfter, [Theirs(2) with { IsOwn = true, Cmid = "mine", Timestamp = 200 }, Theirs(3) with { Timestamp = 300 }], hasMore: false, head: 3);

        Assert.Equal((0, 3), (_cursor.Rewinds, _cursor.Queued));
        Assert.Equal(["1", "3"], TakeAll());
    }

    [Fact]
    public void An_acknowledgement_of_an_own_post_never_moves_the_received_mark()
    {
        _cursor.SetBase(40);
        _cursor.NoteOwn(41, 0, hasRoom: true);
        _cursor.NoteOwn(42, 0, hasRoom: true);

        Assert.Equal((42, 40), (_cursor.Delivered, _cursor.Received));
        Assert.False(_cursor.TryAnnounce());

        _cursor.Offer(Theirs(43), hasRoom: true);

        Assert.Equal(["43"], TakeAll());
        Assert.Equal(43, _cursor.Received);
    }

    [Fact]
    public void An_own_number_beyond_the_next_is_a_gap()
    {
        _cursor.SetBase(40);
        _cursor.NoteOwn(42, 0, hasRoom: true);

        Assert.True(_cursor.HasGap);
        Assert.Equal((40, 40), (_cursor.Queued, _cursor.Delivered));

        _cursor.OfferHistory(40, [Theirs(41), Own(42, "mine")], hasMore: false, head: 42);

        Assert.Equal(["41"], TakeAll());
        Assert.Equal((42, 42), (_cursor.Delivered, _cursor.Received));
    }

    [Fact]
    public void Nothing_counts_as_delivered_before_it_is_taken()
    {
        _cursor.SetBase(0);
        _cursor.Offer(Theirs(1), hasRoom: true);
        _cursor.NoteOwn(2, 0, hasRoom: true);

        Assert.Equal((0, 0), (_cursor.Delivered, _cursor.Received));

        Assert.Equal(["1"], TakeAll());
        Assert.Equal((2, 1), (_cursor.Delivered, _cursor.Received));
    }

    [Fact]
    public void A_post_of_another_own_session_is_shown_and_one_of_this_session_is_not()
    {
        _cursor.SetBase(0);
        _cursor.Offer(Own(1, "other"), hasRoom: true);
        _cursor.Offer(Own(2, "mine"), hasRoom: true);
        _cursor.NoteOwn(2, 0, hasRoom: true);

        Assert.Equal(["1"], TakeAll());
        Assert.Equal(2, _cursor.Delivered);
    }

    [Fact]
    public void What_does_not_fit_is_a_gap()
    {
        _cursor.SetBase(0);
        _cursor.Offer(Theirs(1), hasRoom: false);

        Assert.True(_cursor.HasGap);
        Assert.Equal(0, _cursor.HeldCount);

        _cursor.OfferHistory(0, [Theirs(1)], hasMore: false, head: 1);

        Assert.Equal(["1"], TakeAll());
    }

    [Fact]
    public void What_the_history_leaves_out_is_reported_and_not_waited_for()
    {
        _cursor.SetBase(10);
        _cursor.Offer(Theirs(20), hasRoom: true);
        _cursor.OfferHistory(10, [Theirs(15), Theirs(16)], hasMore: false, head: 20);

        Assert.Equal(["missing 11-14", "15", "16", "missing 17-19", "20"], TakeAll());
        Assert.False(_cursor.HasGap);
    }

    [Fact]
    public void What_was_before_this_users_time_is_not_reported()
    {
        _cursor.SetBase(0);
        _cursor.OfferHistory(0, [Theirs(500)], hasMore: false, head: 500);

        Assert.Equal(["500"], TakeAll());
    }

    [Fact]
    public void A_history_that_cannot_be_had_leaves_a_hole_and_no_standstill()
    {
        _cursor.SetBase(1);
        _cursor.Offer(Theirs(4), hasRoom: true);
        _cursor.GiveUpGap();

        Assert.Equal(["missing 2-3", "4"], TakeAll());
        Assert.False(_cursor.HasGap);
    }

    [Fact]
    public void A_history_answer_without_messages_but_with_more_cannot_stop_the_conversation()
    {
        _cursor.SetBase(5);
        _cursor.NoteHead(8);
        _cursor.OfferHistory(5, [], hasMore: true, head: 8);

        Assert.Equal(6, _cursor.Queued);
        Assert.True(_cursor.HasGap);
    }

    [Fact]
    public void Until_the_beginning_is_known_everything_is_held()
    {
        _cursor.Offer(Theirs(43), hasRoom: true);
        _cursor.Offer(Theirs(44), hasRoom: true);
        Assert.Empty(_line);

        _cursor.SetBase(43);

        Assert.Equal(["44"], TakeAll());
    }

    [Fact]
    public void Old_own_posts_are_no_news_to_a_client_that_begins_anew()
    {
        _cursor.SetBase(10, skipOwnTo: 12);
        _cursor.OfferHistory(10, [Own(11, "other"), Theirs(12), Own(13, "other")], hasMore: false, head: 13);

        Assert.Equal(["12", "13"], TakeAll());
    }

    [Fact]
    public void In_a_joined_group_the_first_seen_is_the_beginning_even_behind_an_own_post()
    {
        _cursor.NoteOwn(502, 0, hasRoom: true);
        Assert.False(_cursor.HasMessages);

        _cursor.Offer(Theirs(501), hasRoom: true);
        _cursor.SetBaseToFirstSeen();
        _cursor.Offer(Theirs(503), hasRoom: true);

        Assert.Equal(["501", "503"], TakeAll());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_disorder_of_pushes_acknowledgements_and_history_ends_in_order_and_once(int seed)
    {
        const int Count = 300;
        var random = new Random(seed);
        _cursor.SetBase(0);
        var numbers = Enumerable.Range(1, Count).SelectMany(seq => Enumerable.Repeat((long)seq, random.Next(1, 4))).ToArray();
        random.Shuffle(numbers);
        var shown = new List<string>();
        foreach (var seq in numbers)
        {
            if (seq % 3 == 0)
                _cursor.NoteOwn(seq, 0, hasRoom: random.Next(4) > 0);
            else
                _cursor.Offer(Theirs(seq), hasRoom: random.Next(4) > 0);
            if (random.Next(10) == 0)
                shown.AddRange(TakeAll());
        }

        while (_cursor.HasGap)
        {
            var page = Enumerable.Range((int)_cursor.Queued + 1, Math.Min(7, Count - (int)_cursor.Queued))
                .Select(seq => seq % 3 == 0 ? Own(seq, "mine") : Theirs(seq)).ToList();
            _cursor.OfferHistory(_cursor.Queued, page, hasMore: page[^1].Seq < Count, head: _cursor.Head);
        }

        shown.AddRange(TakeAll());
        Assert.Equal(Enumerable.Range(1, Count).Where(seq => seq % 3 != 0).Select(seq => $"{seq}"), shown);
        Assert.Equal(Count, _cursor.Delivered);
    }

    List<string> TakeAll()
    {
        var shown = new List<string>();
        while (_line.TryDequeue(out var item))
        {
            _cursor.Take(item);
            shown.Add(item.Event switch
            {
                MessageReceived received => received.Message.Text,
                MessagesMissing missing => $"missing {missing.First}-{missing.Last}",
                _ => "?",
            });
        }

        return shown;
    }

    static ChatMessage Theirs(long seq) => new(Conversation, seq, 3, "bob", $"{seq}");

    static ChatMessage Own(long seq, string cmid) => new(Conversation, seq, Me, "alice", $"{seq}") { IsOwn = true, Cmid = cmid };
}
