using Chat.Node.Gateway;
using Chat.Node.Watching;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Watching;

/// <summary>Who types: how often a session says so, and how long it lasts.</summary>
public sealed class TypingTests
{
    static readonly ConversationId Group = ConversationId.Group(5);

    readonly TypingTable _table = new();
    readonly TypingPace _pace = new();

    [Fact]
    public void Typing_is_told_repeated_and_over_by_itself()
    {
        Assert.True(_table.Set(Group, 1, isOn: true, 0));
        Assert.Equal([(1, 4000L)], _table.Of(Group, 2000));
        Assert.True(_table.Set(Group, 1, isOn: true, 2000));
        Assert.Equal([(1, 1L)], _table.Of(Group, 7999));
        Assert.Empty(_table.Of(Group, 8000));
        Assert.False(_table.Set(Group, 2, isOn: false, 8000));
    }

    [Fact]
    public void Who_has_left_does_not_type_there_for_a_moment()
    {
        _table.Leave(Group, 1, 0);
        Assert.True(_table.Set(Group, 2, isOn: true, 1));
        Assert.False(_table.Set(Group, 1, isOn: true, TypingTable.LeftMilliseconds - 1));
        Assert.True(_table.HasLeft(Group, 1, TypingTable.LeftMilliseconds - 1));
        Assert.True(_table.Set(Group, 1, isOn: true, TypingTable.LeftMilliseconds));
    }

    [Fact]
    public void An_end_is_told_once()
    {
        _table.Set(Group, 1, isOn: true, 0);
        _table.Set(Group, 2, isOn: true, 0);
        Assert.True(_table.Set(Group, 1, isOn: false, 10));
        Assert.False(_table.Set(Group, 1, isOn: false, 20));
        Assert.Equal([(2, 5980L)], _table.Of(Group, 20));
        Assert.Empty(_table.Of(ConversationId.Group(6), 20));
    }

    [Fact]
    public void A_crowd_is_told_of_a_few_and_of_others_when_those_are_through()
    {
        for (var user = 1; user <= TypingTable.MaxShown; user++)
            Assert.True(_table.Set(Group, user, isOn: true, 0));
        Assert.False(_table.Set(Group, 99, isOn: true, 0));
        Assert.True(_table.Set(Group, 1, isOn: true, 10));
        Assert.True(_table.Set(Group, 1, isOn: false, 20));
        Assert.True(_table.Set(Group, 99, isOn: true, 30));
        Assert.False(_table.Set(Group, 98, isOn: true, 5999));
        Assert.True(_table.Set(Group, 98, isOn: true, 6000));
    }

    [Fact]
    public void Conversations_that_are_over_make_room()
    {
        for (var group = 1; group <= TypingTable.MaxConversations; group++)
            Assert.True(_table.Set(ConversationId.Group(group), 1, isOn: true, 0));
        Assert.False(_table.Set(ConversationId.Group(99_999), 1, isOn: true, 5999));
        Assert.True(_table.Set(ConversationId.Group(99_999), 1, isOn: true, 6000));
    }

    [Fact]
    public void A_repetition_that_comes_too_soon_is_passed_over()
    {
        Assert.True(_pace.TryPass(Group, isOn: true, 0));
        Assert.False(_pace.TryPass(Group, isOn: true, 1999));
        Assert.True(_pace.TryPass(Group, isOn: true, 2000));
        Assert.False(_pace.TryPass(Group, isOn: true, 2001));
    }

    [Fact]
    public void An_end_passes_after_a_beginning_and_makes_no_way_around_the_pace()
    {
        Assert.False(_pace.TryPass(Group, isOn: false, 0));
        Assert.True(_pace.TryPass(Group, isOn: true, 0));
        Assert.True(_pace.TryPass(Group, isOn: false, 1));
        Assert.False(_pace.TryPass(Group, isOn: false, 2));
        Assert.False(_pace.TryPass(Group, isOn: true, 3));
        Assert.False(_pace.TryPass(Group, isOn: false, 4));
        Assert.True(_pace.TryPass(Group, isOn: true, 2000));
    }

    [Fact]
    public void A_session_types_in_a_few_conversations_at_once()
    {
        for (var group = 1; group <= TypingPace.MaxConversations; group++)
            Assert.True(_pace.TryPass(ConversationId.Group(group), isOn: true, group));
        Assert.False(_pace.TryPass(ConversationId.Group(77), isOn: true, 2000));
        Assert.True(_pace.TryPass(ConversationId.Group(77), isOn: true, 2001)); // the first one's place
        Assert.False(_pace.TryPass(ConversationId.Group(1), isOn: false, 2001));
    }
}
