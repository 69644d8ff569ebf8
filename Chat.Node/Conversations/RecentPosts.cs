namespace Chat.Node.Conversations;

/// <summary>
/// The posts that a conversation remembers by sender and cmid, so that a retry is answered and not repeated. With a
/// history the log's unique key stands behind it; without one this is all there is.
/// </summary>
sealed class RecentPosts(int capacity)
{
    readonly Dictionary<(int Sender, string Cmid), RecentPost> _posts = [];
    readonly Queue<(int Sender, string Cmid)> _order = new();

    public RecentPost? Find(int sender, string cmid) => _posts.GetValueOrDefault((sender, cmid));

    public RecentPost Add(int sender, string cmid, long number)
    {
        var post = new RecentPost { Number = number };
        if (_posts.TryAdd((sender, cmid), post))
            _order.Enqueue((sender, cmid));
        else
            _posts[(sender, cmid)] = post;
        while (_order.Count > capacity && _order.TryDequeue(out var oldest))
            _posts.Remove(oldest);
        return post;
    }

    /// <summary>The post was not accepted after all; a retry is a new attempt.</summary>
    public void Remove(int sender, string cmid) => _posts.Remove((sender, cmid));
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
