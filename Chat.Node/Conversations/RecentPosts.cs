namespace Chat.Node.Conversations;

/// <summary>
/// The posts that a conversation remembers by sender and cmid, so that a retry is answered and not repeated. With a
/// history the log's unique key stands behind it; without one this is all there is.
/// </summary>
sealed class RecentPosts(int capacity)
{
    readonly Dictionary<(int Sender, string Cmid), LinkedListNode<RecentPost>> _posts = [];
    readonly LinkedList<RecentPost> _order = new();

    public RecentPost? Find(int sender, string cmid) => _posts.GetValueOrDefault((sender, cmid))?.Value;

    public RecentPost Add(int sender, string cmid, long number)
    {
        Remove(sender, cmid);
        var post = new RecentPost { Sender = sender, Cmid = cmid, Number = number };
        _posts.Add((sender, cmid), _order.AddLast(post));
        // What is still on its way is not forgotten: its repetition would be taken as a new message.
        while (_order.Count > capacity && _order.First is { Value.IsAccepted: true } oldest)
            Remove(oldest.Value.Sender, oldest.Value.Cmid);
        return post;
    }

    /// <summary>The post was not accepted after all; a retry is a new attempt.</summary>
    public void Remove(int sender, string cmid)
    {
        if (_posts.Remove((sender, cmid), out var node))
            _order.Remove(node);
    }
}

/// <summary>A post that was accepted or is on its way to it.</summary>
sealed class RecentPost
{
    public required int Sender { get; init; }

    public required string Cmid { get; init; }

    /// <summary>Its number in the conversation.</summary>
    public required long Number { get; set; }

    /// <summary>Whether it has been accepted; else the answer comes later.</summary>
    public bool IsAccepted { get; set; }

    /// <summary>0 without a history.</summary>
    public long Seq { get; set; }

    public long Ts { get; set; }
}
