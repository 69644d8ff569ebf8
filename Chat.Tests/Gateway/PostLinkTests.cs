using Chat.Node.Gateway;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class PostLinkTests
{
    readonly PostLink _link = new(ConversationId.Group(5));

    [Fact]
    public void Posts_are_numbered_without_gaps()
    {
        Add("a", "b", "c");
        Assert.Equal([1L, 2, 3], Numbers(_link.Pending));
        Assert.Equal(["a", "b", "c"], Cmids(_link.Pending));
    }

    [Fact]
    public void A_post_is_taken_once()
    {
        Add("a", "b");
        Assert.Equal("b", _link.Take(2)?.Cmid);
        Assert.Null(_link.Take(2));
        Assert.Null(_link.Take(3));
        Assert.Equal(["a"], Cmids(_link.Pending));
    }

    [Fact]
    public void Answered_is_everything_before_the_first_that_waits()
    {
        Assert.Equal(0, _link.AnsweredTo);
        Add("a", "b", "c");
        _link.Take(2);
        Assert.Equal(0, _link.AnsweredTo);
        _link.Take(1);
        Assert.Equal(2, _link.AnsweredTo);
        _link.Take(3);
        Assert.Equal(3, _link.AnsweredTo);
    }

    [Fact]
    public void Giving_up_keeps_what_was_before_the_refused_one()
    {
        Add("a", "b", "c", "d");
        var given = _link.GiveUp(_link.Take(3));
        Assert.Equal(["c", "d"], Cmids(given));
        Assert.Equal(["a", "b"], Cmids(_link.Pending));
        Assert.Equal([1L, 2], Numbers(_link.Pending));
        Assert.Equal(1, _link.Epoch);
        Assert.Equal("c", _link.BlockedOn);
    }

    [Fact]
    public void Giving_up_without_a_refused_one_gives_up_all()
    {
        Add("a", "b");
        Assert.Equal(["a", "b"], Cmids(_link.GiveUp(null)));
        Assert.Empty(_link.Pending);
        Assert.Equal("a", _link.BlockedOn);
    }

    [Fact]
    public void A_number_is_never_given_twice()
    {
        Add("a", "b");
        _link.GiveUp(null);
        Add("a");
        Assert.Equal([3L], Numbers(_link.Pending));
    }

    [Fact]
    public void Only_the_refused_cmid_opens_the_way_again()
    {
        Add("a", "b");
        _link.GiveUp(_link.Take(1));
        Assert.False(_link.TryUnblock("b"));
        Assert.False(_link.TryUnblock(null));
        Assert.True(_link.TryUnblock("a"));
        Assert.Null(_link.BlockedOn);
        Assert.True(_link.TryUnblock("b"));
    }

    [Fact]
    public void A_cmid_that_the_client_does_not_know_is_not_waited_for()
    {
        _link.Add(Post("ours", isOwnCmid: true));
        Add("b", "c");
        _link.GiveUp(_link.Take(1));
        Assert.Equal("b", _link.BlockedOn);
    }

    [Fact]
    public void Without_any_cmid_of_the_client_nothing_is_waited_for()
    {
        _link.Add(Post("ours", isOwnCmid: true));
        Assert.Single(_link.GiveUp(null));
        Assert.Null(_link.BlockedOn);
        Assert.True(_link.TryUnblock("anything"));
    }

    [Fact]
    public void The_first_refusal_is_the_one_that_has_to_come_again()
    {
        _link.BlockOn("first");
        _link.BlockOn("second");
        Add("c");
        _link.GiveUp(null);
        Assert.Equal("first", _link.BlockedOn);
    }

    [Fact]
    public void The_first_of_two_refused_posts_has_to_come_again_first_although_the_second_was_refused_before_it()
    {
        Add("a", "b");
        _link.GiveUp(_link.Take(2));
        Assert.Equal("b", _link.BlockedOn);
        _link.GiveUp(_link.Take(1));
        Assert.Equal("a", _link.BlockedOn);
        Add("c");
        _link.GiveUp(null);
        Assert.Equal("a", _link.BlockedOn);
    }

    [Fact]
    public void A_post_that_was_refused_before_it_had_a_number_waits_for_those_in_front_of_it()
    {
        Add("a");
        _link.BlockOn("too fast");
        _link.GiveUp(_link.Take(1));
        Assert.Equal("a", _link.BlockedOn);
    }

    [Fact]
    public void A_restart_keeps_the_order_and_numbers_anew()
    {
        Add("a", "b", "c", "d");
        _link.Take(1);
        _link.Restart(_link.Take(3)!);
        Assert.Equal(["b", "c", "d"], Cmids(_link.Pending));
        Assert.Equal([5L, 6, 7], Numbers(_link.Pending));
        Assert.Equal(1, _link.Epoch);
        Assert.Equal(4, _link.AnsweredTo);
        Assert.Null(_link.BlockedOn);
    }

    [Fact]
    public void The_last_post_restarts_as_the_last()
    {
        Add("a", "b");
        _link.Restart(_link.Take(2)!);
        Assert.Equal(["a", "b"], Cmids(_link.Pending));
        Assert.Equal([3L, 4], Numbers(_link.Pending));
    }

    [Fact]
    public void Nothing_goes_before_what_somebody_is_still_asked_about()
    {
        Add("a", "b", "c", "d");
        Stage(PostStage.Asked, 2, 3, 4);
        Assert.Equal([(1L, 0L)], Free());
        Stage(PostStage.Allowed, 3);
        Assert.Empty(Free(after: _link.SentTo));
        Stage(PostStage.Allowed, 2);
        Assert.Equal([(2L, 1L), (3L, 2L)], Free(after: _link.SentTo));
        Assert.Equal(3, _link.SentTo);
        Assert.Empty(Free(after: _link.SentTo));
        Stage(PostStage.Postponed, 4);
        Assert.Equal([(1L, 0L), (2L, 1L), (3L, 2L)], Free());
    }

    [Fact]
    public void What_was_denied_leaves_no_hole()
    {
        Add("a", "b", "c");
        Stage(PostStage.Asked, 1, 2, 3);
        _link.Take(1);
        Stage(PostStage.Allowed, 2, 3);
        _link.Take(2);
        Assert.Equal([(3L, 2L)], Free());
        Assert.Equal(2, _link.AnsweredTo);
    }

    [Fact]
    public void Giving_up_takes_what_is_asked_about_along()
    {
        Add("a", "b", "c");
        Stage(PostStage.Asked, 2, 3);
        Assert.Equal(["a", "b", "c"], Cmids(_link.GiveUp(_link.Take(1))));
        Assert.Empty(Free());
    }

    [Fact]
    public void A_restart_sends_what_is_allowed_and_goes_on_to_hold_the_rest()
    {
        Add("a", "b", "c");
        Stage(PostStage.Asked, 3);
        _link.Restart(_link.Take(1)!);
        Assert.Equal([(4L, 3L), (5L, 4L)], Free());
        Stage(PostStage.Allowed, 6);
        Assert.Equal([(6L, 5L)], Free(after: _link.SentTo));
    }

    (long Number, long Previous)[] Free(long after = 0) => [.. _link.TakeFree(after).Select(free => (free.Post.Number, free.Previous))];

    void Stage(PostStage stage, params long[] numbers)
    {
        foreach (var post in _link.Pending.Where(post => numbers.Contains(post.Number)))
            post.Stage = stage;
    }

    void Add(params string[] cmids)
    {
        foreach (var cmid in cmids)
            _link.Add(Post(cmid));
    }

    static UnansweredPost Post(string cmid, bool isOwnCmid = false) => new(cmid, isOwnCmid, default, default, postedAt: 0);

    static IEnumerable<string> Cmids(IEnumerable<UnansweredPost> posts) => posts.Select(post => post.Cmid);

    static IEnumerable<long> Numbers(IEnumerable<UnansweredPost> posts) => posts.Select(post => post.Number);
}
