namespace Chat.Node.Conversations;

/// <summary>A delivery that is due: message <c>Number</c> to <c>UserId</c>.</summary>
readonly record struct DueDelivery(int UserId, long Number, long Previous, long ConfirmedTo, bool MayBeKnown, ChatMessage Message);

/// <summary>
/// Messages on their way to their receivers: the sending end of the hop to the users. Keeps every message until all of
/// its receivers have confirmed it. Pure: says what to send, sends nothing.
/// </summary>
sealed class FanOut
{
    /// <summary>With so many messages unconfirmed a conversation takes no more.</summary>
    public const int MostUnconfirmed = 4096;

    /// <summary>At most so many are sent again to one receiver at once.</summary>
    const int ResendWindow = 64;

    sealed class Entry(ChatMessage message, long number, bool hasCopies, bool mayBeKnown)
    {
        public readonly ChatMessage Message = message;
        public readonly long Number = number;
        public readonly bool HasCopies = hasCopies;
        public readonly bool MayBeKnown = mayBeKnown;
        public int Waiting;

        /// <summary>Its sender gets it only as a copy for other sessions.</summary>
        public bool IsFor(int userId) => userId != Message.Sender || HasCopies;
    }

    sealed class Link(long confirmedTo)
    {
        public long ConfirmedTo = confirmedTo;
        public long SentTo = confirmedTo;
        public long LastProgress;
    }

    readonly Queue<Entry> _entries = new();
    readonly Dictionary<int, Link> _links = [];
    readonly List<long> _finished = [];
    long _lastNumber;

    public int Unconfirmed => _entries.Count;

    public bool IsIdle => _entries.Count == 0;

    /// <summary>The last number that was put on its way.</summary>
    public long LastNumber => _lastNumber;

    /// <summary>Everybody has everything up to a number.</summary>
    public bool IsFinishedTo(long number) => number <= _lastNumber && (!_entries.TryPeek(out var oldest) || oldest.Number > number);

    /// <summary>The server time of the oldest unconfirmed message.</summary>
    public long? OldestTs => _entries.TryPeek(out var entry) ? entry.Message.Ts : null;

    /// <summary>Numbers up to here count as confirmed by everybody who is not known yet.</summary>
    public void StartAfter(long number) => _lastNumber = number;

    /// <summary>Puts a message on its way.</summary>
    /// <param name="message">The message; its sender is a receiver only of copies.</param>
    /// <param name="number">Above all numbers before it.</param>
    /// <param name="receivers">Who gets it.</param>
    /// <param name="hasCopies">Whether the sender's other sessions want it.</param>
    /// <param name="mayBeKnown">Whether receivers may have had it from an earlier life of this conversation.</param>
    /// <param name="now">Milliseconds of a steady clock.</param>
    /// <param name="due">Gets the deliveries to send now.</param>
    public void Add(
        ChatMessage message, long number, ReadOnlySpan<int> receivers, bool hasCopies, bool mayBeKnown, long now, List<DueDelivery> due)
    {
        var entry = new Entry(message, number, hasCopies, mayBeKnown);
        foreach (var userId in receivers)
        {
            if (!entry.IsFor(userId))
                continue;
            if (!_links.TryGetValue(userId, out var link))
                _links[userId] = link = new Link(_lastNumber);
            entry.Waiting++;
            if (link.ConfirmedTo == link.SentTo)
                link.LastProgress = now;
            due.Add(new DueDelivery(userId, number, link.SentTo, link.ConfirmedTo, mayBeKnown, message));
            link.SentTo = number;
        }

        _lastNumber = number;
        if (entry.Waiting > 0)
            _entries.Enqueue(entry);
    }

    /// <summary>A user has everything up to a number. Returns the numbers that now everybody has; the list is used again.</summary>
    public List<long> Confirm(int userId, long upTo, long now)
    {
        _finished.Clear();
        if (!_links.TryGetValue(userId, out var link) || upTo <= link.ConfirmedTo)
            return _finished;
        upTo = Math.Min(upTo, link.SentTo);
        foreach (var entry in _entries)
        {
            if (entry.Number > upTo)
                break;
            if (entry.Number > link.ConfirmedTo && entry.IsFor(userId))
                entry.Waiting--;
        }

        link.ConfirmedTo = upTo;
        link.LastProgress = now;
        while (_entries.TryPeek(out var entry) && entry.Waiting == 0)
            _finished.Add(_entries.Dequeue().Number);
        return _finished;
    }

    /// <summary>What a user that misses something after a number gets again.</summary>
    public void Resend(int userId, long after, long now, List<DueDelivery> due)
    {
        if (!_links.TryGetValue(userId, out var link))
            return;
        link.LastProgress = now;
        var previous = Math.Max(after, link.ConfirmedTo);
        var count = 0;
        foreach (var entry in _entries)
        {
            if (entry.Number <= previous || entry.Number > link.SentTo || !entry.IsFor(userId))
                continue;
            due.Add(new DueDelivery(userId, entry.Number, previous, link.ConfirmedTo, MayBeKnown: true, entry.Message));
            previous = entry.Number;
            if (++count == ResendWindow)
                break;
        }
    }

    /// <summary>Sends again to everybody who has confirmed nothing for a while.</summary>
    public void ResendOverdue(long now, long patience, List<DueDelivery> due)
    {
        foreach (var (userId, link) in _links)
        {
            if (link.SentTo > link.ConfirmedTo && now - link.LastProgress >= patience)
                Resend(userId, link.ConfirmedTo, now, due);
        }
    }

    /// <summary>A cold link costs nothing: forgets users that have confirmed everything.</summary>
    public void ForgetSettled()
    {
        if (!IsIdle)
            return;
        _links.Clear();
    }
}
