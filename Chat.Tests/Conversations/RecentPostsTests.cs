using Chat.Node.Conversations;
using Xunit;

namespace Chat.Tests.Conversations;

public sealed class RecentPostsTests
{
    readonly RecentPosts _posts = new(capacity: 3);

    [Fact]
    public void A_post_is_found_by_sender_and_cmid()
    {
        Add("a", 7);
        Assert.Equal((7, 70), Find(1, "a"));
        Assert.Null(Find(2, "a"));
        Assert.Null(Find(1, "A"));
        Assert.Null(Find(1, ""));
    }

    [Fact]
    public void The_oldest_is_forgotten_first()
    {
        foreach (var cmid in (string[])["a", "b", "c", "d"])
            Add(cmid, 1);
        Assert.Equal([false, true, true, true], Known("a", "b", "c", "d"));
    }

    [Fact]
    public void The_same_post_again_gets_the_newer_answer_and_keeps_its_place()
    {
        Add("a", 1);
        Add("b", 2);
        Add("a", 9);
        Assert.Equal((9, 90), Find(1, "a"));
        Add("c", 3);
        Assert.Equal([true, true, true], Known("a", "b", "c"));
        Add("d", 4);
        Assert.Equal([false, true, true, true], Known("a", "b", "c", "d"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(128)]
    [InlineData(1000)]
    public void The_newest_are_known_with_their_answers_and_no_others(int capacity)
    {
        var posts = new RecentPosts(capacity);
        var random = new Random(capacity);
        var model = new List<(PostKey Key, long Seq)>();
        for (var i = 1; i <= capacity * 5; i++)
        {
            var key = PostKey.Of(random.Next(3), $"c-{random.Next(capacity * 3)}");
            posts.Add(key, i, i * 10);
            var known = model.FindIndex(post => post.Key == key);
            if (known >= 0)
                model[known] = (key, i);
            else
                model.Add((key, i));
            if (model.Count > capacity)
                model.RemoveAt(0);
            if (i % capacity != 0)
                continue;
            var seqs = model.ToDictionary(post => post.Key, post => post.Seq);
            for (var sender = 0; sender < 3; sender++)
            {
                for (var cmid = 0; cmid < capacity * 3; cmid++)
                {
                    var asked = PostKey.Of(sender, $"c-{cmid}");
                    var expected = seqs.GetValueOrDefault(asked);
                    Assert.Equal(expected > 0, posts.TryFind(asked, out var seq, out var ts));
                    Assert.Equal((expected, expected * 10), (seq, ts));
                }
            }
        }
    }

    void Add(string cmid, long seq) => _posts.Add(PostKey.Of(1, cmid), seq, seq * 10);

    (long, long)? Find(int sender, string cmid) => _posts.TryFind(PostKey.Of(sender, cmid), out var seq, out var ts) ? (seq, ts) : null;

    IEnumerable<bool> Known(params string[] cmids) => cmids.Select(cmid => Find(1, cmid) is not null);
}
