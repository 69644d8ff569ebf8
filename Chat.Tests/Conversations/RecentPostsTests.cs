using Chat.Node.Conversations;
using Xunit;

namespace Chat.Tests.Conversations;

public sealed class RecentPostsTests
{
    readonly RecentPosts _posts = new(capacity: 3);

    [Fact]
    public void A_post_is_found_by_sender_and_cmid()
    {
        var post = _posts.Add(1, "a", 7);
        Assert.Same(post, _posts.Find(1, "a"));
        Assert.Equal(7, post.Number);
        Assert.Null(_posts.Find(2, "a"));
        Assert.Null(_posts.Find(1, "A"));
    }

    [Fact]
    public void The_oldest_is_forgotten_first()
    {
        foreach (var cmid in (string[])["a", "b", "c", "d"])
            _posts.Add(1, cmid, 1).Accept(1, 1);
        Assert.Equal([false, true, true, true], Known("a", "b", "c", "d"));
    }

    [Fact]
    public void What_is_on_its_way_is_not_forgotten_until_it_has_arrived()
    {
        var first = _posts.Add(1, "a", 1);
        foreach (var cmid in (string[])["b", "c", "d", "e"])
            _posts.Add(1, cmid, 1).Accept(1, 1);
        Assert.Equal([true, true, true, true, true], Known("a", "b", "c", "d", "e"));
        first.Accept(1, 1);
        _posts.Add(1, "f", 1);
        Assert.Equal([false, false, false, true, true, true], Known("a", "b", "c", "d", "e", "f"));
    }

    [Fact]
    public void The_same_post_again_takes_the_place_of_the_first()
    {
        _posts.Add(1, "a", 1);
        _posts.Add(1, "a", 2);
        Assert.Equal(2, _posts.Find(1, "a")!.Number);
        _posts.Add(1, "b", 3);
        _posts.Add(1, "c", 4);
        Assert.Equal([true, true, true], Known("a", "b", "c"));
    }

    [Fact]
    public void A_retry_is_remembered_as_long_as_any_other_post()
    {
        _posts.Add(1, "a", 1);
        _posts.Remove(1, "a");
        _posts.Add(1, "b", 1).Accept(1, 1);
        _posts.Add(1, "c", 2).Accept(1, 1);
        _posts.Add(1, "a", 3);
        Assert.Equal([true, true, true], Known("a", "b", "c"));
        _posts.Add(1, "d", 4);
        Assert.Equal([true, false, true, true], Known("a", "b", "c", "d"));
    }

    [Fact]
    public void Posts_that_failed_do_not_push_out_others()
    {
        _posts.Add(1, "a", 1).Accept(1, 1);
        for (var attempt = 0; attempt < 10; attempt++)
        {
            _posts.Add(1, $"x{attempt}", 2);
            _posts.Remove(1, $"x{attempt}");
        }

        Assert.Equal([true], Known("a"));
    }

    [Fact]
    public void A_post_in_the_memory_of_a_forgotten_one_has_nothing_of_it()
    {
        foreach (var cmid in (string[])["a-long-one", "b", "c"])
            _posts.Add(1, cmid, 1).Accept(5, 6);
        var post = _posts.Add(2, "d", 4);
        Assert.Equal((2, "d", 4, false, 0, 0), (post.Sender, post.Cmid.ToString(), post.Number, post.IsAccepted, post.Seq, post.Ts));
        Assert.Same(post, _posts.Find(2, "d"));
        Assert.Null(_posts.Find(1, "a-long-one"));
    }

    [Fact]
    public void A_post_that_was_removed_is_not_written_over()
    {
        var removed = _posts.Add(1, "a", 1);
        _posts.Remove(1, "a");
        foreach (var cmid in (string[])["b", "c", "d", "e"])
            _posts.Add(1, cmid, 2).Accept(5, 6);
        Assert.Equal((1L, false), (removed.Number, removed.IsAccepted));
    }

    IEnumerable<bool> Known(params string[] cmids) => cmids.Select(cmid => _posts.Find(1, cmid) is not null);
}
