namespace Chat.Checker.Population;

/// <summary>
/// The messages of one client to one conversation that have no acknowledgement yet. After a refusal everything that is under way is
/// waited for; then all of it is sent again from the first, in order. Pure.
/// </summary>
sealed class PostWindow(int most)
{
    /// <summary>So long a client waits before it repeats what was refused.</summary>
    const long RetryMilliseconds = 100;

    readonly LinkedList<WaitingPost> _posts = new();
    long _dueAt;
    bool _isRefused;
    int _underWay;

    public bool IsFull => _posts.Count >= most;

    public bool IsEmpty => _posts.Count == 0;

    /// <summary>In the order in which they were made.</summary>
    public IEnumerable<int> Numbers => _posts.Select(post => post.Number);

    /// <summary>When the oldest of those that are under way was sent; none: far in the future.</summary>
    public long OldestSentAt
    {
        get
        {
            if (_underWay == 0)
                return long.MaxValue;
            for (var node = _posts.First; node is not null; node = node.Next)
            {
                if (node.Value.IsUnderWay)
                    return node.Value.SentAt; // sent in order: the first is the oldest
            }

            return long.MaxValue;
        }
    }

    public void Add(int number, long now) => _posts.AddLast(new WaitingPost(number, now));

    /// <summary>When it was made, or null if it is none of these (any more).</summary>
    public long? Acknowledge(int number)
    {
        if (Find(number) is not { } node)
            return null;
        if (node.Value.IsUnderWay)
            _underWay--;
        _posts.Remove(node);
        return node.Value.MadeAt;
    }

    /// <summary>Refused, and may be repeated.</summary>
    public void Refuse(int number, long now)
    {
        if (Find(number) is not { Value.IsUnderWay: true } node)
            return;
        node.Value.IsUnderWay = false;
        _underWay--;
        _isRefused = true;
        _dueAt = now + RetryMilliseconds;
    }

    /// <summary>The connection is gone: nothing that was sent over it will be answered.</summary>
    public void Disconnect()
    {
        foreach (var post in _posts)
            post.IsUnderWay = false;
        _underWay = 0;
        _isRefused = false;
    }

    /// <summary>What is to be sent now, in order; it counts as sent.</summary>
    public List<int> TakeDue(long now)
    {
        if (_isRefused && (_underWay > 0 || now < _dueAt))
            return [];
        _isRefused = false;
        var due = new List<int>();
        foreach (var post in _posts)
        {
            if (post.IsUnderWay)
                continue;
            (post.IsUnderWay, post.SentAt) = (true, now);
            _underWay++;
            due.Add(post.Number);
        }

        return due;
    }

    LinkedListNode<WaitingPost>? Find(int number)
    {
        for (var node = _posts.First; node is not null; node = node.Next)
        {
            if (node.Value.Number == number)
                return node;
        }

        return null;
    }

    sealed class WaitingPost(int number, long madeAt)
    {
        public int Number => number;

        public long MadeAt => madeAt;

        public long SentAt { get; set; }

        public bool IsUnderWay { get; set; }
    }
}
