namespace Chat.Node.Conversations;

/// <summary>
/// The posts that a conversation remembers by sender and cmid, so that a retry is answered and not repeated. With a
/// history the log's unique key stands behind it; without one this is all there is.
/// </summary>
sealed class RecentPosts(int capacity)
{
    readonly Dictionary<(int Sender, string Cmid), RecentPost> _posts = [];
    readonly Queue<(int Sender, string Cmid, RecentPost Post)> _order = new();

    public RecentPost? Find(int sender, string cmid) => _posts.GetValueOrDefault((sender, cmid));

    public RecentPost Add(int sender, string cmid, long number)
    {
        var post = new RecentPost { Number = number };
        _posts[(sender, cmid)] = post;
        _order.Enqueue((sender, cmid, post));
        while (_posts.Count > capacity && _order.TryDequeue(out var oldest))
        {
            if (IsKnown(oldest))
                _posts.Remove((oldest.Sender, oldest.Cmid));
        }

        if (_order.Count > 2 * capacity)
            SkipRemoved();
        return post;
    }

    /// <summary>The post was not accepted after all; a retry is a new attempt.</summary>
    public void Remove(int sender, string cmid) => _posts.Remove((sender, cmid));

    /// <summary>Whether a place in the order is not left over from a post that was removed or replaced.</summary>
    bool IsKnown((int Sender, string Cmid, RecentPost Post) place) => ReferenceEquals(Find(place.Sender, place.Cmid), place.Post);

    void SkipRemoved()
    {
        for (var count = _order.Count; count > 0; count--)
        {
            var place = _order.Dequeue();
            if (IsKnown(place))
                _order.Enqueue(place);
        }
    }
}

/// <summary>A post that was accepted or is on its way to it.</summary>
sealed class RecentPost
{
    /// <summary>Its number in the conversation.</summary>
    public required long Number { get; set; }

    /// <summary>Whether it has been accepted; else the answer comes later.</summary>
    public bool IsAccepted { get; set; }

    /// <summary>0 without a history.</summary>
    public long Seq { get; set; }

    public long Ts { get; set; }
}
