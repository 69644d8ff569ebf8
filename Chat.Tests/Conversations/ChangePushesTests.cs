using Chat.Node.Conversations;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Conversations;

/// <summary>When changes are told, and that who listens can tell whether one is missing.</summary>
public sealed class ChangePushesTests
{
    static readonly ConversationId Pair = ConversationId.Direct(1, 2);

    readonly ChangePushes _pushes = new();
    long _rev = 4;

    [Fact]
    public void The_first_change_is_told_at_once_and_names_the_rev_before_it() =>
        Assert.Equal([(1L, 5L, 4L)], Add(0, Reaction(1)).Select(Chain));

    [Fact]
    public void Reactions_of_one_message_wait_a_second_and_become_one()
    {
        Add(0, Reaction(1));
        Assert.Empty(Add(10, Reaction(1, user: 7)));
        Assert.Empty(Add(20, Reaction(2)));
        Assert.Empty(Add(30, Reaction(1, user: 8)));
        Assert.Empty(_pushes.TakeDue(999));
        var due = _pushes.TakeDue(1000);
        Assert.Equal([(2L, 7L, 5L), (1L, 8L, 7L)], due.Select(Chain));
        Assert.Equal([7, 8], due[1].Who.Select(news => news.UserId));
        Assert.True(_pushes.IsEmpty);
        Assert.Empty(_pushes.TakeDue(9000));
    }

    [Fact]
    public void Another_change_is_told_at_once_behind_what_waited()
    {
        Add(0, Reaction(1));
        Add(10, Reaction(1));
        Assert.Equal([(1L, 6L, 5L), (2L, 7L, 6L)], Add(20, Edit(2)).Select(Chain));
    }

    [Fact]
    public void A_change_by_somebody_else_in_between_can_be_noticed()
    {
        Add(0, Reaction(1));
        Add(10, Reaction(1));
        _rev++;
        Assert.Equal([(1L, 6L, 5L), (2L, 8L, 7L)], Add(20, Edit(2)).Select(Chain));
    }

    [Fact]
    public void A_recall_hides_the_text_of_an_edit_that_waited_with_it()
    {
        var both = Edit(1).Then(Edit(1) with { Text = null, Recalled = new Recalled(1, 5) });
        Assert.Null(both.Text);
        Assert.NotNull(both.Recalled);
    }

    [Fact]
    public void A_recall_hides_reactions_that_waited_with_it()
    {
        var both = Reaction(1).Then(new MessageChangedPush(Pair, 1, 0, 0, 1) { Recalled = new Recalled(1, 5) });
        Assert.Null(both.Reactions);
        Assert.Empty(both.Who);
    }

    static (long Seq, long Rev, long Prev) Chain(MessageChangedPush push) => (push.Seq, push.Rev, push.Prev);

    static MessageChangedPush Reaction(long seq, int user = 1) =>
        new(Pair, seq, 0, 0, user) { Reactions = new Dictionary<string, int> { ["👍"] = 1 }, Who = [new ReactionNews(user, "👍", IsTakenBack: false)] };

    static MessageChangedPush Edit(long seq) => new(Pair, seq, 0, 0, 1) { Text = "x", Edited = 1 };

    List<MessageChangedPush> Add(long now, MessageChangedPush change)
    {
        var basis = _rev++;
        return _pushes.Add(basis, [change with { Rev = _rev, Prev = basis }], now);
    }
}
