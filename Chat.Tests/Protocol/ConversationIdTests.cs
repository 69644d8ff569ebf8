using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

public sealed class ConversationIdTests
{
    [Fact]
    public void The_lower_user_comes_first_whoever_writes() =>
        Assert.Equal(ConversationId.Direct(3, 17), ConversationId.Direct(17, 3));

    [Theory]
    [InlineData("d:3:17", 3, 17)]
    [InlineData("d:5:5", 5, 5)]
    [InlineData("g:5", 0, 5)]
    [InlineData("d:1:2147483647", 1, int.MaxValue)]
    public void A_name_is_read_written_and_stored(string name, int a, int b)
    {
        Assert.True(ConversationId.TryParse(name, out var id));
        Assert.Equal((a, b), (id.A, id.B));
        Assert.Equal(name, id.ToString());
        Assert.Equal(id, ConversationId.FromStored(a, b));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("g:")]
    [InlineData("g:0")]
    [InlineData("g:05")]
    [InlineData("g:-5")]
    [InlineData("g:+5")]
    [InlineData("g: 5")]
    [InlineData("g:5:6")]
    [InlineData("G:5")]
    [InlineData("d:5")]
    [InlineData("d:17:3")]
    [InlineData("d:0:3")]
    [InlineData("d:3:")]
    [InlineData("d::3")]
    [InlineData("d:3:4:5")]
    [InlineData("d:03:17")]
    [InlineData("d:1:2147483648")]
    [InlineData("x:1:2")]
    public void Another_spelling_is_no_conversation(string? name) => Assert.False(ConversationId.TryParse(name, out _));

    [Fact]
    public void Ids_below_one_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ConversationId.Direct(0, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConversationId.Direct(3, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConversationId.Group(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConversationId.FromStored(0, 0));
    }

    [Fact]
    public void A_direct_conversation_is_between_its_two_and_a_group_between_nobody()
    {
        var direct = ConversationId.Direct(3, 17);
        Assert.True(direct.IsBetween(3) && direct.IsBetween(17) && !direct.IsBetween(4));
        Assert.Equal((17, 3), (direct.Other(3), direct.Other(17)));
        Assert.Equal(5, ConversationId.Direct(5, 5).Other(5));
        Assert.False(ConversationId.Group(3).IsBetween(3));
        Assert.False(ConversationId.Group(3).IsBetween(0));
    }

    [Fact]
    public void Conversations_sort_as_they_are_stored()
    {
        ConversationId[] sorted = [ConversationId.Group(9), ConversationId.Direct(1, 3), ConversationId.Direct(1, 20), ConversationId.Direct(2, 2)];
        Assert.Equal(sorted, sorted.Reverse().Order());
    }
}
