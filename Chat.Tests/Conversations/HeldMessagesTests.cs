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
        Assert.Equal(["a", "b", "c"], TakeAll());
        Assert.Empty(TakeAll());
    }

    [Fact]
    public void Messages_are_held_from_the_start_until_taken_and_when_one_comes_back()
    {
        Assert.True(_held.IsHolding);
        TakeAll();
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
        var held = TakeAll();
        Assert.Equal(1001, held.Count);
        Assert.Equal(999, held[999]);
        Assert.Equal("again", held[1000]);
    }

    /// <summary>Else it would be judged by what was read before, and two would read at once, of whom the later answer may be the older one.</summary>
    [Fact]
    public void What_is_behind_a_message_that_wants_a_reading_stays_held_and_one_reading_is_for_all()
    {
        var handled = new List<object>();
        _held.Hold("a", ActorRefs.Nobody);
        _held.Hold(new ReloadMembers(ConversationId.Group(5)), ActorRefs.Nobody);
        _held.Hold("b", ActorRefs.Nobody);
        _held.Hold(new ReloadMembers(ConversationId.Group(5)), ActorRefs.Nobody);
        _held.HandleAll((message, sender) =>
        {
            handled.Add(message);
            if (message is ReloadMembers)
                _held.HoldAgain(MembersReloaded.Instance, sender);
        });
        Assert.Equal(["a", new ReloadMembers(ConversationId.Group(5))], handled);
        Assert.True(_held.IsHolding);
        Assert.Equal([MembersReloaded.Instance, "b", MembersReloaded.Instance], TakeAll());
    }

    List<object> TakeAll()
    {
        var taken = new List<object>();
        _held.HandleAll((message, _) => taken.Add(message));
        return taken;
    }

    [Fact]
    public void Posts_are_taken_to_be_refused_and_copies_are_dropped()
    {
        var post = new Post(ConversationId.Direct(1, 2), 100, 1, 0, 0, 0, 1, "c-1", default, 0, SenderHasOtherDevices: false);
        _held.Hold("a", ActorRefs.Nobody);
        _held.Hold(post, ActorRefs.Nobody);
        _held.Hold(new Import(ConversationId.Direct(1, 2), 2, 1, 1, 1, default, default), ActorRefs.Nobody);
        Assert.Equal([post], _held.TakePosts().Select(held => held.Post));
        Assert.Equal(["a"], TakeAll());
    }
}
