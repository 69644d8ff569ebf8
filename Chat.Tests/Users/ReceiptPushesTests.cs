using Chat.Node.Storage;
using Chat.Node.Users;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Users;

public sealed class ReceiptPushesTests
{
    const long Second = ReceiptPushes.IntervalMilliseconds;
    static readonly ConversationId One = ConversationId.Direct(1, 2);
    static readonly ConversationId Other = ConversationId.Direct(2, 3);

    readonly ReceiptPushes _pushes = new();

    [Fact]
    public void The_first_is_told_at_once_and_what_follows_within_a_second_as_one()
    {
        Assert.True(_pushes.Add(One, new(3, 0), 0));
        Assert.False(_pushes.Add(One, new(4, 0), 1));
        Assert.False(_pushes.Add(One, new(4, 4), Second - 1));
        Assert.Empty(_pushes.TakeDue(Second - 1));
        Assert.Equal([(One, new ReceiptMark(4, 4))], _pushes.TakeDue(Second));
        Assert.False(_pushes.Add(One, new(5, 4), Second + 1));
        Assert.Empty(_pushes.TakeDue((2 * Second) - 1));
        Assert.Equal([(One, new ReceiptMark(5, 4))], _pushes.TakeDue(2 * Second));
    }

    [Fact]
    public void Each_conversation_has_its_own_pace()
    {
        Assert.True(_pushes.Add(One, new(3, 0), 0));
        Assert.True(_pushes.Add(Other, new(3, 0), 1));
        Assert.False(_pushes.Add(Other, new(3, 1), 2));
        Assert.Empty(_pushes.TakeDue(Second));
        Assert.Equal(Other, Assert.Single(_pushes.TakeDue(Second + 1)).Conversation);
    }

    [Fact]
    public void What_comes_late_takes_nothing_back_and_is_no_news()
    {
        Assert.True(_pushes.Add(One, new(5, 2), 0));
        Assert.False(_pushes.Add(One, new(4, 4), 1));
        Assert.Equal([(One, new ReceiptMark(5, 4))], _pushes.TakeDue(Second));
        Assert.False(_pushes.Add(One, new(5, 3), Second + 1));
        Assert.Empty(_pushes.TakeDue(2 * Second));
    }

    [Fact]
    public void After_a_second_of_silence_nothing_is_remembered()
    {
        Assert.True(_pushes.Add(One, new(5, 2), 0));
        Assert.False(_pushes.IsEmpty);
        Assert.Empty(_pushes.TakeDue(Second));
        Assert.True(_pushes.IsEmpty);
        Assert.True(_pushes.Add(One, new(6, 2), Second));
    }

    [Fact]
    public void A_tick_that_is_late_lets_the_next_one_go_at_once()
    {
        Assert.True(_pushes.Add(One, new(5, 2), 0));
        Assert.True(_pushes.Add(One, new(6, 2), Second));
        Assert.False(_pushes.Add(One, new(7, 2), Second + 1));
    }

    [Fact]
    public void At_the_end_everything_that_waits_is_told()
    {
        _pushes.Add(One, new(5, 2), 0);
        _pushes.Add(One, new(6, 2), 1);
        _pushes.Add(Other, new(6, 2), 1);
        Assert.Equal([(One, new ReceiptMark(6, 2))], _pushes.TakeAll());
        Assert.True(_pushes.IsEmpty);
    }

    [Fact]
    public void Conversations_have_a_limit()
    {
        for (var i = 1; i <= 4096; i++)
            Assert.True(_pushes.Add(ConversationId.Direct(2, 2 + i), new(1, 1), 0));
        Assert.False(_pushes.Add(One, new(1, 1), 0));
        Assert.Empty(_pushes.TakeDue(Second));
        Assert.True(_pushes.Add(One, new(1, 1), Second));
    }
}
