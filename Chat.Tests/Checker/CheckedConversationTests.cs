using Chat.Checker.Population;
using Xunit;

namespace Chat.Tests.Checker;

public sealed class CheckedConversationTests
{
    readonly CheckedConversation _view = new();

    [Fact]
    public void In_order_there_is_never_a_hole()
    {
        Assert.True(_view.Add(1, 0));
        Assert.True(_view.Add(2, 1));
        Assert.False(_view.Add(2, 2));
        Assert.Equal((2, null), (_view.CompleteTo, _view.HoleSince));
    }

    [Fact]
    public void A_later_number_shows_a_hole_until_it_is_filled()
    {
        _view.Add(1, 0);
        _view.Add(4, 10);
        _view.Add(5, 20);
        Assert.Equal((1, 10L), (_view.CompleteTo, _view.HoleSince));
        _view.Add(3, 30);
        Assert.Equal((1, 10L), (_view.CompleteTo, _view.HoleSince));
        _view.Add(2, 40);
        Assert.Equal((5, null), (_view.CompleteTo, _view.HoleSince));
    }

    [Fact]
    public void The_next_hole_is_a_new_one()
    {
        _view.Add(2, 0);
        _view.Add(4, 5);
        _view.Add(1, 10);
        Assert.Equal((2, 10L), (_view.CompleteTo, _view.HoleSince));
        _view.NoteAsked(20);
        Assert.Equal(20, _view.HoleSince);
    }
}
