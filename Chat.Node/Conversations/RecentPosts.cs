namespace Chat.Node.Conversations;

/// <summary>
/// The posts that a conversation remembers by sender and cmid, so that a retry is answered and not repeated. With a
/// history the log's unique key stands behind it; without one this is all there is. A new post takes over the memory of
/// the one that is forgotten for it: a thousand of each conversation would be much garbage that has grown old.
/// </summary>
sealed class RecentPosts
{
    readonly int _capacity;
    readonly HashSet<RecentPost> _posts = new(BySenderAndCmid.Instance);
    readonly HashSet<RecentPost>.AlternateLookup<PostKey> _byKey;
    readonly Queue<RecentPost> _order = new();

    public RecentPosts(int capacity)
    {
        _capacity = capacity;
        _byKey = _posts.GetAlternateLookup<PostKey>();
    }

    public RecentPost? Find(int sender, string cmid) => _byKey.TryGetValue(new PostKey(sender, cmid), out var post) ? post : null;

    public RecentPost Add(int sender, string cmid, long number)
    {
        Remove(sender, cmid);
        RecentPost? forgotten = null;
        // What is still on its way is not forgotten: its repetition would be taken as a new message.
        while (_order.TryPeek(out var oldest) && (oldest.IsRemoved || (_posts.Count >= _capacity && oldest.IsAccepted)))
        {
            _order.Dequeue();
            if (!oldest.IsRemoved && _posts.Remove(oldest))
                forgotten = oldest; // not one that was removed: somebody may still hold it
        }

        var post = forgotten ?? new RecentPost();
        post.Start(sender, cmid, number);
        _posts.Add(post);
        _order.Enqueue(post);
        return post;
    }

    /// <summary>The post was not accepted after all; a retry is a new attempt.</summary>
    public void Remove(int sender, string cmid)
    {
        if (Find(sender, cmid) is not { } post)
            return;
        _posts.Remove(post);
        post.IsRemoved = true;
    }

    readonly record struct PostKey(int Sender, string Cmid);

    sealed class BySenderAndCmid : IEqualityComparer<RecentPost>, IAlternateEqualityComparer<PostKey, RecentPost>
    {
        public static readonly BySenderAndCmid Instance = new();

        public bool Equals(RecentPost? x, RecentPost? y) => x!.Sender == y!.Sender && x.Cmid.SequenceEqual(y.Cmid);

        public int GetHashCode(RecentPost post) => post.Hash;

        public bool Equals(PostKey key, RecentPost post) => key.Sender == post.Sender && post.Cmid.SequenceEqual(key.Cmid);

        public int GetHashCode(PostKey key) => RecentPost.HashOf(key.Sender, key.Cmid);

        public RecentPost Create(PostKey key) => throw new NotSupportedException("posts come from Add");
    }
}

/// <summary>A post that was accepted or is on its way to it.</summary>
sealed class RecentPost
{
    char[] _cmid = [];
    int _length;

    public int Sender { get; private set; }

    public ReadOnlySpan<char> Cmid => _cmid.AsSpan(0, _length);

    /// <summary>Of sender and cmid; unpredictable for clients.</summary>
    public int Hash { get; private set; }

    /// <summary>Its number in the conversation.</summary>
    public long Number { get; private set; }

    /// <summary>Whether it has been accepted; else the answer comes later.</summary>
    public bool IsAccepted { get; private set; }

    /// <summary>0 without a history.</summary>
    public long Seq { get; private set; }

    public long Ts { get; private set; }

    /// <summary>Not remembered any more.</summary>
    public bool IsRemoved { get; set; }

    public static int HashOf(int sender, string cmid) => string.GetHashCode(cmid, StringComparison.Ordinal) ^ (sender * -1640531527);

    /// <summary>A new one, in the place of one that is forgotten.</summary>
    public void Start(int sender, string cmid, long number)
    {
        if (_cmid.Length < cmid.Length)
            _cmid = new char[cmid.Length];
        cmid.CopyTo(_cmid);
        (_length, Sender, Hash, Number, IsAccepted, Seq, Ts) = (cmid.Length, sender, HashOf(sender, cmid), number, false, 0, 0);
    }

    public void Accept(long seq, long ts) => (IsAccepted, Seq, Ts) = (true, seq, ts);
}
