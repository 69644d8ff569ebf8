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
    readonly Dictionary<ConversationId, ConversationPosts> _conversations = [];
    int _onWire;

    public int Count => _posts.Count;

    public void Add(PendingPost post)
    {
        _posts.AddLast(post);
        if (!_conversations.TryGetValue(post.Conversation, out var own))
            _conversations.Add(post.Conversation, own = new());
        own.Posts++;
    }

    /// <summary>What may be sent now, in order; it counts as sent.</summary>
    /// <param name="now">The time, from any fixed point.</param>
    public List<PendingPost> TakeSendable(TimeSpan now)
    {
        foreach (var (conversation, own) in _conversations)
        {
            if (own.PausedUntil is not { } until || until > now || own.OnWire > 0)
                continue;
            own.PausedUntil = null;
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
            var own = _conversations[post.Conversation];
            if (post.Stage != PostStage.Waiting || own.PausedUntil is not null)
                continue;
            post.Stage = PostStage.OnWire;
            post.WasSent = true;
            own.OnWire++;
            _onWire++;
            sendable.Add(post);
        }

        return sendable;
    }

    /// <summary>When a paused conversation may go on, if one is paused and has all its answers.</summary>
    public TimeSpan? NextDue => _conversations.Values.Where(own => own is { OnWire: 0, PausedUntil: not null }).Min(own => own.PausedUntil);

    /// <summary>It was acknowledged, or refused for good.</summary>
    public void Finish(PendingPost post)
    {
        LeaveWire(post);
        if (post.Stage == PostStage.Done)
            return;
        if (post.WasSent)
            _conversations[post.Conversation].Refusals = 0;
        Remove(post);
    }

    /// <summary>It was refused with <c>retry</c>.</summary>
    public void Refuse(PendingPost post, TimeSpan now)
    {
        LeaveWire(post);
        post.Stage = PostStage.Refused;
        var own = _conversations[post.Conversation];
        // The refusals that follow from the first one are part of it.
        own.PausedUntil ??= now + pause.Delay(own.Refusals++);
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
        foreach (var own in _conversations.Values)
            (own.OnWire, own.PausedUntil, own.Refusals) = (0, null, 0);
        _onWire = 0;
    }

    /// <summary>Forgets all of them.</summary>
    public List<PendingPost> Clear()
    {
        List<PendingPost> posts = [.. _posts];
        foreach (var post in posts)
            post.Stage = PostStage.Done;
        _posts.Clear();
        _conversations.Clear();
        _onWire = 0;
        return posts;
    }

    void LeaveWire(PendingPost post)
    {
        if (post.Stage != PostStage.OnWire)
            return;
        _conversations[post.Conversation].OnWire--;
        _onWire--;
        post.Stage = PostStage.Waiting;
    }

    void Remove(PendingPost post)
    {
        post.Stage = PostStage.Done;
        _posts.Remove(post);
        if (--_conversations[post.Conversation].Posts == 0)
            _conversations.Remove(post.Conversation);
    }

    sealed class ConversationPosts
    {
        public int Posts { get; set; }

        public int OnWire { get; set; }

        public int Refusals { get; set; }

        public TimeSpan? PausedUntil { get; set; }
    }
}
