using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Users;
using Xunit;

namespace Chat.Tests.Users;

public sealed class SessionSetTests
{
    readonly SessionSet _sessions = new();

    [Fact]
    public void A_slot_is_used_again()
    {
        var first = Add(1);
        var second = Add(2);
        Assert.Equal((0, 1), (first.Slot, second.Slot));
        _sessions.Remove(first);
        Assert.Equal(0, Add(3).Slot);
        Assert.Equal(2, _sessions.Count);
        Assert.Null(_sessions.Find(1));
    }

    [Fact]
    public void There_are_as_many_slots_as_a_delivery_has_bits()
    {
        for (var id = 1; id <= 64; id++)
        {
            Assert.False(_sessions.IsFull);
            Add(id);
        }

        Assert.True(_sessions.IsFull);
        Assert.Equal(64, _sessions.All.Select(session => session.Slot).Distinct().Count());
    }

    [Fact]
    public void The_node_is_that_of_the_oldest_session()
    {
        Assert.Null(_sessions.NodeOfOldest(null));
        var first = Add(1, node: 7);
        Add(2, node: 8);
        Assert.Equal(7, _sessions.NodeOfOldest(null));
        _sessions.Remove(first);
        Assert.Equal(8, _sessions.NodeOfOldest(null));
    }

    [Fact]
    public void A_session_that_comes_back_to_the_stored_node_is_as_old_as_before()
    {
        Add(1, node: 7, isReattach: true);
        Add(2, node: 8, isReattach: true);
        Assert.Equal(8, _sessions.NodeOfOldest(nodeBefore: 8));
        Assert.Equal(7, _sessions.NodeOfOldest(nodeBefore: 9));
    }

    [Fact]
    public void A_new_session_at_the_stored_node_is_not_an_old_one()
    {
        Add(1, node: 7);
        Add(2, node: 8);
        Assert.Equal(7, _sessions.NodeOfOldest(nodeBefore: 8));
    }

    [Fact]
    public void Only_changes_of_other_modern_sessions_are_told()
    {
        var legacy = Add(1, isModern: false);
        Assert.Empty(_sessions.UpdateSiblings());
        var modern = Add(2);
        Assert.Equal([legacy], _sessions.UpdateSiblings());
        var other = Add(3);
        Assert.Equal([modern, other], _sessions.UpdateSiblings());
        _sessions.Remove(other);
        Assert.Equal([modern], _sessions.UpdateSiblings());
        Assert.Empty(_sessions.UpdateSiblings());
    }

    UserSession Add(long id, long node = 1, bool isReattach = false, bool isModern = true) =>
        _sessions.Add(new Attach(5, id, isModern, isReattach, null), ActorRefs.Nobody, node);
}
