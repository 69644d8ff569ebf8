using Akka.Actor;
using Chat.Node.Storage;
using Chat.Node.Users;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Users;

public sealed class MarkBookTests
{
    const int Me = 2;
    static readonly ConversationId One = ConversationId.Direct(1, Me);
    static readonly ConversationId Other = ConversationId.Group(1);

    readonly MarkBook _book = new(Me);

    [Fact]
    public void What_is_known_to_exist_is_gathered_until_it_is_time()
    {
        _book.Raise(One, 5);
        _book.Raise(One, 3);
        _book.Raise(Other, 7);
        Assert.Empty(_book.Next(isDue: false));
        Assert.Equal([(One, 5L), (Other, 7L)], Numbers(_book.Next(isDue: true)));
        Assert.False(_book.IsIdle);
        _book.OnWritten();
        Assert.True(_book.IsIdle);
    }

    [Fact]
    public void A_claim_is_written_at_once_and_by_itself()
    {
        _book.Raise(One, 5);
        Assert.True(_book.TryClaim(Claim(One, 9)));
        Assert.True(_book.TryClaim(Claim(One, 8)));
        Assert.Equal([(One, 9L), (One, 8L)], Numbers(_book.Next(isDue: false)));
    }

    [Fact]
    public void One_write_is_under_way_at_a_time()
    {
        _book.TryClaim(Claim(One, 9));
        _book.Next(isDue: false);
        _book.TryClaim(Claim(One, 10));
        Assert.Empty(_book.Next(isDue: true));
        _book.OnWritten();
        Assert.Equal([(One, 10L)], Numbers(_book.Next(isDue: false)));
    }

    [Fact]
    public void What_failed_comes_again_when_it_is_time()
    {
        _book.Raise(Other, 7, ActorRefs.Nobody);
        _book.TryClaim(Claim(One, 9));
        _book.OnFailed(_book.Next(isDue: true));
        _book.Raise(Other, 6);
        Assert.Empty(_book.Next(isDue: false));
        Assert.Equal([(One, 9L), (Other, 7L)], Numbers(_book.Next(isDue: true)));
    }

    [Fact]
    public void What_was_read_goes_with_what_was_received()
    {
        _book.Raise(One, 5);
        _book.Raise(One, 0, readTo: 7);
        _book.Raise(One, 0, readTo: 6);
        var marks = _book.Next(isDue: true);
        Assert.Equal(new DeliveryMark(Me, One, 0, 5, 7), Assert.Single(marks).Mark);
        _book.OnFailed(marks);
        Assert.Equal(new DeliveryMark(Me, One, 0, 5, 7), Assert.Single(_book.Next(isDue: true)).Mark);
    }

    [Fact]
    public void Who_said_it_last_is_told()
    {
        _book.Raise(One, 5, ActorRefs.Nobody);
        _book.Raise(One, 6);
        Assert.Equal(ActorRefs.Nobody, Assert.Single(_book.Next(isDue: true)).Session);
    }

    [Fact]
    public void Claims_have_a_limit()
    {
        for (var i = 0; i < 4096; i++)
            Assert.True(_book.TryClaim(Claim(One, i)));
        Assert.False(_book.TryClaim(Claim(One, 1)));
    }

    static OpenMark Claim(ConversationId id, long seq) =>
        new(new DeliveryMark(Me, id, 0, seq, 0), IsClaim: true, ActorRefs.Nobody);

    static IEnumerable<(ConversationId, long)> Numbers(IReadOnlyList<OpenMark> marks) => marks.Select(open => (open.Mark.Conversation, open.Mark.ReceivedTo));
}
