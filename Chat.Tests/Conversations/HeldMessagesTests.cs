using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Conversations;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Conversations;

public sealed class HeldMessagesTests
{
    readonly HeldMessages _held = new();

    [Fact]
    public void What_is_held_is_taken_once_in_order()
    {
        _held.Hold("a", ActorRefs.Nobody);
        _held.HoldAgain("b", ActorRefs.Nobody);
        _held.Hold("c", ActorRefs.Nobody);
        Assert.Equal(["a", "b", "c"], _held.TakeAll().Select(held => held.Message));
        Assert.Empty(_held.TakeAll());
    }

    [Fact]
    public void Messages_are_held_from_the_start_until_taken_and_when_one_comes_back()
    {
        Assert.True(_held.IsHolding);
        _held.TakeAll();
        Assert.False(_held.IsHolding);
        _held.HoldAgain("again", ActorRefs.Nobody);
        Assert.True(_held.IsHolding);
    }

    [Fact]
    public void Only_what_was_taken_before_is_held_without_a_limit()
    {
        for (var i = 0; i < 1001; i++)
            _held.Hold(i, ActorRefs.Nobody);
        _held.HoldAgain("again", ActorRefs.Nobody);
        var held = _held.TakeAll();
        Assert.Equal(1001, held.Length);
        Assert.Equal(999, held[999].Message);
        Assert.Equal("again", held[1000].Message);
    }

    [Fact]
    public void Posts_are_taken_to_be_refused_and_copies_are_dropped()
    {
        var post = new Post(ConversationId.Direct(1, 2), 100, 1, 0, 0, 0, 1, "c-1", default, 0, SenderHasOtherDevices: false);
        _held.Hold("a", ActorRefs.Nobody);
        _held.Hold(post, ActorRefs.Nobody);
        _held.Hold(new Import(ConversationId.Direct(1, 2), 2, 1, 1, 1, default, default), ActorRefs.Nobody);
        Assert.Equal([post], _held.TakePosts().Select(held => held.Post));
        Assert.Equal(["a"], _held.TakeAll().Select(held => held.Message));
    }
}
