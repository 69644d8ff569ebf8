using Chat.Protocol;
using ChatActors.Client.Timing;

namespace ChatActors.Client.Posts;

/// <summary>
/// The posts without an acknowledgement, in the order they were made. At most a window of them is on the wire. A server
/// that refuses one with <c>retry</c> refuses the later ones of that conversation too, until the refused one comes again:
/// so the conversation pauses, and then all of its posts are sent again from that one on. Other conversations go on.
/// No lock and no clock: times are passed in.
/// </summary>
sealed class PendingPosts(int window, BackOff pause)
{
    readonly LinkedList<PendingPost> _posts = [];
    readonly Dictionary<ConversationId, ConversationPosts> _lanes = [];
    int _onWire;

    public int Count => _posts.Count;

    public void Add(PendingPost post)
    {
        _posts.AddLast(post);
        if (!_lanes.TryGetValue(post.Conversation, out var lane))
            _lanes.Add(post.Conversation, lane = new());
        lane.Posts++;
    }

    /// <summary>What may be sent now, in order; it counts as sent.</summary>
    /// <param name="now">The time, from any fixed point.</param>
    public List<PendingPost> TakeSendable(TimeSpan now)
    {
        foreach (var (conversation, lane) in _lanes)
        {
            if (lane.PausedUntil is not { } until || until > now || lane.OnWire > 0)
                continue;
            lane.PausedUntil = null;
            foreach (var post in _posts)
            {
                if (post.Stage == PostStage.Refused && post.Conversation == conversation)
                    post.Stage = PostStage.Waiting;
            }
        }

        var sendable = new List<PendingPost>();
        for (var node = _posts.First; node is not null && _onWire < window; node = node.Next)
        {
            var post = node.Value;
            var lane = _lanes[post.Conversation];
            if (post.Stage != PostStage.Waiting || lane.PausedUntil is not null)
                continue;
            post.Stage = PostStage.OnWire;
            post.WasSent = true;
            lane.OnWire++;
            _onWire++;
            sendable.Add(post);
        }

        return sendable;
    }

    /// <summary>When a paused conversation may go on, if one is paused and has all its answers.</summary>
    public TimeSpan? NextDue => _lanes.Values.Where(lane => lane is { OnWire: 0, PausedUntil: not null }).Min(lane => lane.PausedUntil);

    /// <summary>It was acknowledged, or refused for good.</summary>
    public void Finish(PendingPost post)
    {
        LeaveWire(post);
        if (post.Stage == PostStage.Done)
            return;
        if (post.WasSent)
            _lanes[post.Conversation].Refusals = 0;
        Remove(post);
    }

    /// <summary>It was refused with <c>retry</c>.</summary>
    public void Refuse(PendingPost post, TimeSpan now)
    {
        LeaveWire(post);
        post.Stage = PostStage.Refused;
        var lane = _lanes[post.Conversation];
        // The refusals that follow from the first one are part of it.
        lane.PausedUntil ??= now + pause.Delay(lane.Refusals++);
    }

    /// <summary>
    /// Nobody waits for it any more. What was never sent is withdrawn. What the server may have refused must be sent
    /// again all the same, else the posts behind it would be refused as long as the connection lasts.
    /// </summary>
    public void Abandon(PendingPost post)
    {
        if (post.Stage == PostStage.Waiting && !post.WasSent)
            Remove(post);
        else
            post.IsAbandoned = true;
    }

    /// <summary>The connection is gone: everything is to be sent again, but for what nobody waits for.</summary>
    public void ConnectionLost()
    {
        foreach (var post in _posts.Where(post => post.IsAbandoned).ToArray())
        {
            LeaveWire(post);
            Remove(post);
        }

        foreach (var post in _posts)
            post.Stage = PostStage.Waiting;
        foreach (var lane in _lanes.Values)
            (lane.OnWire, lane.PausedUntil, lane.Refusals) = (0, null, 0);
        _onWire = 0;
    }

    /// <summary>Forgets all of them.</summary>
    public List<PendingPost> Clear()
    {
        List<PendingPost> posts = [.. _posts];
        foreach (var post in posts)
            post.Stage = PostStage.Done;
        _posts.Clear();
        _lanes.Clear();
        _onWire = 0;
        return posts;
    }

    void LeaveWire(PendingPost post)
    {
        if (post.Stage != PostStage.OnWire)
            return;
        _lanes[post.Conversation].OnWire--;
        _onWire--;
        post.Stage = PostStage.Waiting;
    }

    void Remove(PendingPost post)
    {
        post.Stage = PostStage.Done;
        _posts.Remove(post);
        if (--_lanes[post.Conversation].Posts == 0)
            _lanes.Remove(post.Conversation);
    }

    sealed class ConversationPosts
    {
        public int Posts { get; set; }

        public int OnWire { get; set; }

        public int Refusals { get; set; }

        public TimeSpan? PausedUntil { get; set; }
    }
}
