using Chat.Node.Users;
using Xunit;

namespace Chat.Tests.Users;

public sealed class ChannelStateTests
{
    const long Here = 1;
    const long There = 2;
    readonly ChannelState _state = new();

    [Fact]
    public void The_first_node_listens_and_passes_on_at_once()
    {
        Assert.Equal(ChannelStep.Hold, _state.Advance(Here));
        Assert.Equal(Here, _state.Target);
        Assert.False(_state.IsSettled(Here));
        _state.OnHeld(Here);
        Assert.True(_state.IsSettled(Here));
        Assert.Equal(ChannelStep.None, _state.Advance(Here));
    }

    [Fact]
    public void The_next_node_listens_before_the_one_before_stops_and_passes_on_after()
    {
        Hold(Here);
        Assert.Equal(ChannelStep.HoldBeside, _state.Advance(There));
        Assert.Equal(There, _state.Target);
        _state.OnHeld(There);
        Assert.Equal((ChannelStep.Leave, Here), (_state.Step, _state.Target));
        _state.OnLeft(Here, [7, 8]);
        Assert.Equal((ChannelStep.Open, There), (_state.Step, _state.Target));
        Assert.Equal([7, 8], _state.Seen);
        _state.OnHeld(There);
        Assert.True(_state.IsSettled(There));
    }

    [Fact]
    public void When_nobody_is_to_listen_the_user_is_listed_as_offline_first()
    {
        Hold(Here);
        Assert.Equal(ChannelStep.Hide, _state.Advance(null));
        _state.OnHidden();
        Assert.Equal((ChannelStep.Leave, Here), (_state.Step, _state.Target));
        Assert.False(_state.IsSettled(null));
        _state.OnLeft(Here, []);
        Assert.True(_state.IsSettled(null));
    }

    [Fact]
    public void A_session_that_comes_in_the_middle_of_leaving_is_held_for_afterwards()
    {
        Hold(Here);
        _state.Advance(null);
        Assert.Equal(ChannelStep.Hide, _state.Advance(There));
        _state.OnHidden();
        _state.OnLeft(Here, []);
        Assert.Equal(ChannelStep.Hold, _state.Advance(There));
        _state.OnHeld(There);
        Assert.True(_state.IsSettled(There));
    }

    [Fact]
    public void A_new_life_makes_sure_of_what_an_earlier_one_left()
    {
        _state.StartWith(Here);
        Assert.False(_state.IsSettled(Here));
        Assert.Equal(ChannelStep.Hold, _state.Advance(Here));
        _state.OnHeld(Here);
        Assert.True(_state.IsSettled(Here));
    }

    [Fact]
    public void A_new_life_without_sessions_has_the_node_of_the_earlier_one_leave()
    {
        _state.StartWith(Here);
        Assert.False(_state.IsSettled(null));
        Assert.Equal(ChannelStep.Hide, _state.Advance(null));
        _state.OnHidden();
        _state.OnLeft(Here, []);
        Assert.True(_state.IsSettled(null));
    }

    [Fact]
    public void Answers_to_other_steps_change_nothing()
    {
        Hold(Here);
        _state.OnLeft(Here, []);
        _state.OnHeld(There);
        _state.OnHidden();
        Assert.True(_state.IsSettled(Here));
        _state.Advance(There);
        _state.OnLeft(Here, []);
        _state.OnHeld(Here);
        Assert.Equal((ChannelStep.HoldBeside, There), (_state.Step, _state.Target));
    }

    [Fact]
    public void A_next_node_that_is_gone_is_given_up()
    {
        Hold(Here);
        _state.Advance(There);
        _state.OnNextGone();
        Assert.True(_state.IsSettled(Here));
        Assert.Equal(ChannelStep.HoldBeside, _state.Advance(3));
    }

    void Hold(long node)
    {
        _state.Advance(node);
        _state.OnHeld(node);
    }
}
