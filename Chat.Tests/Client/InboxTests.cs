using Chat.Protocol;
using ChatActors.Client;
using ChatActors.Client.Messages;
using Xunit;

namespace Chat.Tests.Client;

public sealed class InboxTests : IDisposable
{
    static readonly ConversationId Conversation = ConversationId.Direct(1, 2);
    static readonly ChatClientOptions Options = new() { EventBuffer = 4, GapDelay = TimeSpan.FromHours(1) };

    readonly ReceivedMarks _marks = new(TimeProvider.System, TimeSpan.FromHours(1));
    readonly Inbox _inbox;

    public InboxTests()
    {
        _inbox = new(Options, new CmidSource("here", TimeProvider.System), _marks);
        _inbox.Open(1);
    }

    public void Dispose()
    {
        _inbox.Dispose();
        _marks.Dispose();
    }

    [Fact]
    public void Before_the_sync_has_answered_nothing_is_shown()
    {
        _inbox.TryOffer(Message(43));
        Assert.Empty(TakeAll());

        Sync(new ConversationEntry(Conversation, Head: 43, Received: 42, Read: 0));

        Assert.Equal(["43"], TakeAll());
    }

    [Fact]
    public void A_conversation_that_a_full_sync_did_not_name_begins_with_its_first_message()
    {
        Sync();
        _inbox.TryOffer(Message(2));

        Assert.Empty(TakeAll());
        Assert.Null(_inbox.FindGap(out var askAgainAfter));
        Assert.InRange(askAgainAfter!.Value, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
    }

    [Fact]
    public void What_the_sync_shows_is_fetched_at_once_and_what_a_push_shows_after_a_while()
    {
        Sync(new ConversationEntry(Conversation, Head: 10, Received: 7, Read: 0));

        Assert.Equal(new HistoryRequest(Conversation, After: 7, Head: 10, Limit: 4), _inbox.FindGap(out _));
    }

    [Fact]
    public void A_full_line_is_not_filled_further_and_goes_on_from_the_history()
    {
        Sync();
        for (var seq = 1; seq <= 10; seq++)
            Assert.True(_inbox.TryOffer(Message(seq)));
        Assert.Null(_inbox.FindGap(out _));
        Assert.True(_inbox.IsWaitingForRoom);

        Assert.Equal(["1", "2", "3", "4"], TakeAll());
        _inbox.Change(cursors => cursors.ApplySync([new(Conversation, Head: 10, Received: 0, Read: 0)]));
        var request = _inbox.FindGap(out _);

        Assert.Equal(4, request?.After);
        _inbox.OfferHistory(request!, new([Message(5), Message(6), Message(7), Message(8)], HasMore: true));
        Assert.Equal(["5", "6", "7", "8"], TakeAll());
    }

    [Fact]
    public void Messages_without_a_number_wait_outside_a_full_line()
    {
        Sync();
        for (var i = 1; i <= 4; i++)
            Assert.True(_inbox.TryOffer(Message(0, $"c{i}")));

        Assert.False(_inbox.TryOffer(Message(0, "c5")));
        Assert.Equal(4, TakeAll().Count);
        Assert.True(_inbox.TryOffer(Message(0, "c5")));
        Assert.Single(TakeAll());
    }

    [Fact]
    public void An_answer_that_an_earlier_user_of_the_client_asked_for_changes_nothing()
    {
        Sync(new ConversationEntry(Conversation, Head: 50, Received: 40, Read: 0));
        var request = _inbox.FindGap(out _)!;
        _inbox.Open(2);
        Sync(new ConversationEntry(Conversation, Head: 50, Received: 0, Read: 0));

        _inbox.OfferHistory(request, new([Message(41)], HasMore: true));

        Assert.Empty(TakeAll());
        Assert.Equal(0, _inbox.FindGap(out _)?.After);
    }

    [Fact]
    public void The_saved_state_tells_what_was_taken_and_what_is_known_of()
    {
        Sync(new ConversationEntry(Conversation, Head: 3, Received: 0, Read: 0));
        _inbox.TryOffer(Message(1));
        _inbox.TryOffer(Message(2));
        Assert.True(_inbox.TryTake(out _));

        var state = _inbox.GetState()!;

        Assert.Equal((1, "token"), (state.UserId, state.SyncToken));
        Assert.Equal(new ConversationMark("d:1:2", Delivered: 1, Received: 1, Head: 3), state.Conversations.Single());
    }

    void Sync(params ConversationEntry[] entries) => _inbox.Change(cursors =>
    {
        cursors.ApplySync(entries);
        cursors.FinishSync("token", [], isFull: true);
    });

    List<string> TakeAll()
    {
        var texts = new List<string>();
        while (_inbox.TryTake(out var chatEvent))
            texts.Add(chatEvent is MessageReceived received ? received.Message.Text : chatEvent.ToString());
        return texts;
    }

    static ChatMessage Message(long seq, string? cmid = null) => new(Conversation, seq, 2, "bob", $"{seq}") { Cmid = cmid ?? $"c{seq}" };
}
