using Chat.Protocol;
using ChatActors.Client.Posts;
using ChatActors.Client.Timing;
using Xunit;

namespace Chat.Tests.Client;

public sealed class PendingPostsTests
{
    static readonly ConversationId Bob = ConversationId.Direct(1, 3);
    static readonly ConversationId Group = ConversationId.Group(1);
    static readonly TimeSpan Start = TimeSpan.FromSeconds(100);
    static readonly TimeSpan Later = Start + TimeSpan.FromSeconds(10);

    readonly PendingPosts _posts = new(window: 4, new BackOff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2)));

    [Fact]
    public void Posts_are_sent_in_order_and_at_most_a_window_of_them()
    {
        var posts = AddMany(Bob, 6);

        Assert.Equal(posts[..4], _posts.TakeSendable(Start));
        Assert.Empty(_posts.TakeSendable(Start));

        _posts.Finish(posts[0]);

        Assert.Equal([posts[4]], _posts.TakeSendable(Start));
    }

    [Fact]
    public void After_a_refusal_everything_behind_it_is_sent_again_from_there_in_order()
    {
        var posts = AddMany(Bob, 4);
        _posts.TakeSendable(Start);
        _posts.Finish(posts[0]);
        foreach (var post in posts[1..])
            _posts.Refuse(post, Start);

        Assert.Empty(_posts.TakeSendable(Start));
        Assert.InRange(_posts.NextDue!.Value - Start, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(100));
        Assert.Equal(posts[1..], _posts.TakeSendable(Later));
    }

    [Fact]
    public void A_refused_conversation_waits_for_all_its_answers_before_it_goes_on()
    {
        var posts = AddMany(Bob, 3);
        _posts.TakeSendable(Start);
        _posts.Refuse(posts[0], Start);
        _posts.Refuse(posts[1], Start);

        Assert.Null(_posts.NextDue);
        Assert.Empty(_posts.TakeSendable(Later));

        _posts.Refuse(posts[2], Later);

        Assert.Equal(posts, _posts.TakeSendable(Later));
    }

    [Fact]
    public void A_refused_conversation_does_not_hold_up_another()
    {
        var refused = AddMany(Bob, 1)[0];
        _posts.TakeSendable(Start);
        _posts.Refuse(refused, Start);
        AddMany(Bob, 1);
        var other = AddMany(Group, 1);

        Assert.Equal(other, _posts.TakeSendable(Start));
    }

    [Fact]
    public void The_pause_grows_with_each_refusal_and_starts_anew_after_a_success()
    {
        var posts = AddMany(Bob, 2);
        var now = Start;
        for (var i = 0; i < 8; i++)
        {
            _posts.TakeSendable(now);
            _posts.Refuse(posts[0], now);
            _posts.Refuse(posts[1], now);
            now = _posts.NextDue!.Value;
        }

        var sent = _posts.TakeSendable(now);
        Assert.Equal(posts, sent);
        _posts.Refuse(posts[0], now);
        _posts.Refuse(posts[1], now);
        Assert.InRange(_posts.NextDue!.Value - now, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));

        now = _posts.NextDue!.Value;
        _posts.TakeSendable(now);
        _posts.Finish(posts[0]);
        _posts.Refuse(posts[1], now);
        Assert.InRange(_posts.NextDue!.Value - now, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void After_a_lost_connection_everything_is_sent_again_at_once()
    {
        var posts = AddMany(Bob, 3);
        _posts.TakeSendable(Start);
        _posts.Finish(posts[0]);
        _posts.Refuse(posts[1], Start);
        _posts.ConnectionLost();

        Assert.Equal(posts[1..], _posts.TakeSendable(Start));
    }

    [Fact]
    public void What_was_never_sent_can_be_withdrawn()
    {
        var posts = AddMany(Bob, 5);
        _posts.TakeSendable(Start);
        _posts.Abandon(posts[4]);

        Assert.Equal(PostStage.Done, posts[4].Stage);
        Assert.Equal(4, _posts.Count);
    }

    [Fact]
    public void A_refused_post_that_nobody_waits_for_is_sent_again_until_the_connection_ends()
    {
        var posts = AddMany(Bob, 2);
        _posts.TakeSendable(Start);
        _posts.Refuse(posts[0], Start);
        _posts.Refuse(posts[1], Start);
        _posts.Abandon(posts[0]);

        Assert.Equal(posts, _posts.TakeSendable(Later));

        _posts.ConnectionLost();

        Assert.Equal(posts[1..], _posts.TakeSendable(Later));
        Assert.Equal(1, _posts.Count);
    }

    [Fact]
    public void Clearing_forgets_everything()
    {
        var posts = AddMany(Bob, 2);
        _posts.TakeSendable(Start);

        Assert.Equal(posts, _posts.Clear());
        Assert.Equal(0, _posts.Count);

        var next = AddMany(Bob, 4);
        Assert.Equal(next, _posts.TakeSendable(Start));
    }

    PendingPost[] AddMany(ConversationId conversation, int count)
    {
        var posts = Enumerable.Range(1, count).Select(i => new PendingPost(conversation, $"c-{i}", _ => [])).ToArray();
        foreach (var post in posts)
            _posts.Add(post);
        return posts;
    }
}
