using Chat.Node.Gateway;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class PostLinkTests
{
    readonly PostLink _link = new(ConversationId.Direct(1, 2));

    [Fact]
    public void Posts_are_numbered_from_one()
    {
        Assert.Equal(0, _link.AnsweredTo);
        Assert.Equal([1, 2, 3], Add("a", "b", "c").Select(post => post.Number));
        Assert.Equal(0, _link.AnsweredTo);
    }

    [Fact]
    public void What_is_answered_ends_before_the_first_that_is_not()
    {
        Add("a", "b", "c");
        Assert.Equal("b", _link.Take(2)!.Cmid);
        Assert.Equal(0, _link.AnsweredTo);
        _link.Take(1);
        Assert.Equal(2, _link.AnsweredTo);
        _link.Take(3);
        Assert.Equal(3, _link.AnsweredTo);
    }

    [Fact]
    public void An_answer_is_taken_once()
    {
        Add("a");
        Assert.NotNull(_link.Take(1));
        Assert.Null(_link.Take(1));
        Assert.Null(_link.Take(99));
    }

    [Fact]
    public void A_refused_post_and_all_behind_it_are_given_up_and_the_first_has_to_come_again()
    {
        Add("a", "b", "c");
        var refused = _link.Take(2)!;
        Assert.Equal(["b", "c"], _link.GiveUp(refused).Select(post => post.Cmid));
        Assert.Equal(["a"], _link.Pending.Select(post => post.Cmid));
        Assert.Equal(1, _link.Epoch);
        Assert.Equal("b", _link.BlockedOn);
    }

    [Fact]
    public void Without_a_refused_one_everything_is_given_up()
    {
        Add("a", "b");
        Assert.Equal(["a", "b"], _link.GiveUp(null).Select(post => post.Cmid));
        Assert.Empty(_link.Pending);
        Assert.Equal("a", _link.BlockedOn);
        Assert.Equal(2, _link.AnsweredTo);
    }

    [Fact]
    public void While_blocked_only_the_refused_cmid_opens_the_way()
    {
        Add("a", "b");
        _link.GiveUp(_link.Take(1));
        Assert.False(_link.TryUnblock("b"));
        Assert.False(_link.TryUnblock(null));
        Assert.True(_link.TryUnblock("a"));
        Assert.True(_link.TryUnblock("b"));
        Assert.Null(_link.BlockedOn);
    }

    [Fact]
    public void What_cannot_come_again_does_not_block()
    {
        _link.Add(Pending("~own", isOwn: true));
        _link.Add(Pending("b"));
        _link.GiveUp(_link.Take(1));
        Assert.Equal("b", _link.BlockedOn);

        var other = new PostLink(ConversationId.Group(1));
        other.Add(Pending("~own", isOwn: true));
        other.GiveUp(null);
        Assert.True(other.TryUnblock("anything"));
    }

    [Fact]
    public void A_second_refusal_does_not_forget_the_first()
    {
        Add("a", "b");
        _link.GiveUp(_link.Take(1));
        _link.Add(Pending("x"));
        _link.GiveUp(_link.Take(3));
        Assert.Equal("a", _link.BlockedOn);
        _link.BlockOn("y");
        Assert.Equal("a", _link.BlockedOn);
        Assert.Equal(2, _link.Epoch);
    }

    [Fact]
    public void A_post_that_was_refused_before_it_was_numbered_blocks_too()
    {
        _link.BlockOn("a");
        Assert.False(_link.TryUnblock("b"));
        Assert.True(_link.TryUnblock("a"));
    }

    [Fact]
    public void A_restart_numbers_everything_anew_in_the_old_order()
    {
        Add("a", "b", "c", "d");
        _link.Take(1);
        var refused = _link.Take(3)!;
        _link.Restart(refused);
        Assert.Equal([("b", 5), ("c", 6), ("d", 7)], _link.Pending.Select(post => (post.Cmid, (int)post.Number)));
        Assert.Equal(1, _link.Epoch);
        Assert.Equal(4, _link.AnsweredTo);
    }

    [Fact]
    public void A_restart_of_the_last_one_keeps_it_last()
    {
        Add("a", "b");
        _link.Restart(_link.Take(2)!);
        Assert.Equal(["a", "b"], _link.Pending.Select(post => post.Cmid));
    }

    List<PendingPost> Add(params string[] cmids)
    {
        var posts = cmids.Select(cmid => Pending(cmid)).ToList();
        posts.ForEach(_link.Add);
        return posts;
    }

    static PendingPost Pending(string cmid, bool isOwn = false) => new(cmid, isOwn, default, default, postedAt: 0);
}
