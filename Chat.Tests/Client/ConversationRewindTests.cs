using Chat.Protocol;
using ChatActors.Client;
using ChatActors.Client.Messages;
using Xunit;

namespace Chat.Tests.Client;

/// <summary>How a client notices that a server has gone back to an older copy of its database.</summary>
public sealed class ConversationRewindTests
{
    static readonly ConversationId Conversation = ConversationId.Direct(1, 3);
    readonly ConversationRewind _rewind = new();

    [Theory]
    [InlineData(9, true)]
    [InlineData(10, false)]
    public void The_last_number_of_a_conversation_never_goes_down(long head, bool hasGoneBack)
    {
        _rewind.BeginLogin(queued: 8, head: 10, newestTs: 100, isBased: true);
        Assert.Equal(hasGoneBack, _rewind.NoteServerHead(head));
    }

    [Fact]
    public void A_cursor_without_a_beginning_has_nothing_to_go_back_from()
    {
        _rewind.BeginLogin(queued: 0, head: 10, newestTs: 100, isBased: false);
        Assert.False(_rewind.NoteServerHead(9));
        _rewind.CompareLast();
        Assert.False(_rewind.IsLookingBack);
    }

    [Fact]
    public void It_goes_back_once_a_login()
    {
        _rewind.BeginLogin(queued: 8, head: 10, newestTs: 100, isBased: true);
        _rewind.Begin(from: 8, to: 5, newestTs: 100);
        _rewind.End();
        Assert.False(_rewind.NoteServerHead(5));
        Assert.Equal((1, 8L), (_rewind.Count, _rewind.From));
    }

    [Theory]
    [InlineData(101, true)]
    [InlineData(100, false)]
    public void The_last_message_is_compared_by_its_time(long ts, bool isAnother)
    {
        _rewind.BeginLogin(queued: 8, head: 8, newestTs: 100, isBased: true);
        _rewind.CompareLast();
        Assert.Equal((true, 7L), (_rewind.IsLookingBack, _rewind.FetchAfter(8)));
        Assert.False(_rewind.FindsAnotherLast(after: 3, [Message(8, ts)])); // a page that was asked for something else
        Assert.Equal(isAnother, _rewind.FindsAnotherLast(after: 7, [Message(8, ts)]));
        Assert.False(_rewind.IsLookingBack);
    }

    [Fact]
    public void The_search_takes_only_the_page_it_asked_for()
    {
        Assert.False(_rewind.Begin(from: 450, to: 400, newestTs: 100));
        Assert.Equal((true, 300L), (_rewind.IsSearching, _rewind.FetchAfter(400)));
        Assert.Null(_rewind.OfferPage(after: 400, [Message(401, 200)], hasMore: false));
        Assert.Equal((301L, true), _rewind.OfferPage(after: 300, [Message(301, 50), Message(302, 200)], hasMore: true));
    }

    [Fact]
    public void A_search_that_is_given_up_ends_where_it_has_come_to()
    {
        Assert.Null(_rewind.GiveUp());
        _rewind.Begin(from: 450, to: 400, newestTs: 100);
        Assert.Equal(400, _rewind.GiveUp());
    }

    static ChatMessage Message(long seq, long ts) => new(Conversation, seq, 3, "bob", "") { Timestamp = ts };
}
