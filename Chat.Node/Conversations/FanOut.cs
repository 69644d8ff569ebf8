using Chat.Node.Actors;
using Chat.Node.Contracts;

namespace Chat.Node.Conversations;

/// <summary>A delivery that is due: message <c>Number</c> to <c>UserId</c>.</summary>
readonly record struct DueDelivery(int UserId, long Number, long Previous, long ConfirmedTo, bool MayBeKnown, AcceptedMessage Message);

/// <summary>
/// Messages on their way to their receivers: the sending end of the hop to the users. Keeps every message until all of
/// its receivers have confirmed it. Pure: says what to send, sends nothing.
/// </summary>
sealed class FanOut
{
    /// <summary>With so many messages unconfirmed a conversation takes no more.</summary>
    public const int MaxUnconfirmed = 4096;

    /// <summary>At most so many are sent again to one receiver at once; the next when it has confirmed these.</summary>
    const int ResendWindow = 64;

    sealed class FanOutMessage(AcceptedMessage message, long number, bool hasCopies, bool mayBeKnown)
    {
        public AcceptedMessage Message = message;
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

        /// <summary>The last number for this user.</summary>
        public long Last = confirmedTo;

        /// <summary>The last number that was sent. What is behind it follows when everything before it is confirmed.</summary>
        public long SentTo = confirmedTo;

        /// <summary>The end of what is sent again, window by window, because nothing was confirmed for a while.</summary>
        public long RepeatTo;

        /// <summary>The end of the window that is under way.</summary>
        public long RepeatedTo;

        public long LastProgress;
    }

    readonly Queue<FanOutMessage> _entries = new();
    SmallMap<int, Link> _links;
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

    /// <summary>
    /// Puts a message on its way. Of messages that may be known only the first is sent now: its confirmation tells how many the
    /// user has, and what is left would be more than a user takes at once.
    /// </summary>
    /// <param name="message">The message; its sender is a receiver only of copies.</param>
    /// <param name="number">Above all numbers before it.</param>
    /// <param name="receivers">Who gets it.</param>
    /// <param name="hasCopies">Whether the sender's other sessions want it.</param>
    /// <param name="mayBeKnown">Whether receivers may have had it from an earlier life of this conversation.</param>
    /// <param name="now">Milliseconds of a steady clock.</param>
    /// <param name="due">Gets the deliveries to send now.</param>
    public void Add(
        AcceptedMessage message, long number, ReadOnlySpan<int> receivers, bool hasCopies, bool mayBeKnown, long now, List<DueDelivery> due)
    {
        var entry = new FanOutMessage(message, number, hasCopies, mayBeKnown);
        foreach (var userId in receivers)
        {
            if (!entry.IsFor(userId))
                continue;
            if (!_links.TryGetValue(userId, out var link))
                _links[userId] = link = new Link(_lastNumber);
            entry.Waiting++;
            var isSettled = link.ConfirmedTo == link.Last;
            if (isSettled)
                link.LastProgress = now;
            if (isSettled || (link.SentTo == link.Last && !mayBeKnown))
            {
                due.Add(new DueDelivery(userId, number, link.SentTo, link.ConfirmedTo, mayBeKnown, message));
                link.SentTo = number;
            }

            link.Last = number;
        }

        _lastNumber = number;
        if (entry.Waiting > 0)
            _entries.Enqueue(entry);
    }

    /// <summary>
    /// A user has everything up to a number. Returns the numbers that now everybody has (the list is used again); <paramref name="due"/>
    /// gets what follows for the user.
    /// </summary>
    public List<long> Confirm(int userId, long upTo, long now, List<DueDelivery> due)
    {
        _finished.Clear();
        if (!_links.TryGetValue(userId, out var link) || upTo <= link.ConfirmedTo)
            return _finished;
        upTo = Math.Min(upTo, link.Last);
        foreach (var entry in _entries)
        {
            if (entry.Number > upTo)
                break;
            if (entry.Number > link.ConfirmedTo && entry.IsFor(userId))
                entry.Waiting--;
        }

        link.ConfirmedTo = upTo;
        link.SentTo = Math.Max(link.SentTo, upTo);
        link.LastProgress = now;
        while (_entries.TryPeek(out var entry) && entry.Waiting == 0)
            _finished.Add(_entries.Dequeue().Number);
        if (upTo < link.RepeatTo)
        {
            if (upTo >= link.RepeatedTo)
                link.RepeatedTo = SendAgain(userId, link, upTo, link.RepeatTo, due);
        }
        else if (upTo == link.SentTo && upTo < link.Last)
        {
            link.SentTo = SendAgain(userId, link, upTo, link.Last, due);
        }

        return _finished;
    }

    /// <summary>Who has not confirmed a message gets it with another body from now on.</summary>
    public void Rewrite(long seq, ReadOnlyMemory<byte> body, ReadOnlyMemory<byte> references)
    {
        foreach (var entry in _entries)
        {
            if (entry.Message.Seq == seq)
                entry.Message = entry.Message.WithBody(body, references);
        }
    }

    /// <summary>A user has nothing behind a number: it gets that again.</summary>
    public void Resend(int userId, long after, long now, List<DueDelivery> due)
    {
        if (!_links.TryGetValue(userId, out var link))
            return;
        link.LastProgress = now;
        link.SentTo = SendAgain(userId, link, Math.Clamp(after, link.ConfirmedTo, link.Last), link.Last, due);
        link.RepeatTo = 0;
    }

    /// <summary>Sends again to everybody who has confirmed nothing for a while.</summary>
    public void ResendOverdue(long now, long patience, List<DueDelivery> due)
    {
        foreach (var (userId, link) in _links)
        {
            if (link.Last == link.ConfirmedTo || now - link.LastProgress < patience)
                continue;
            link.LastProgress = now;
            link.RepeatTo = link.SentTo;
            link.RepeatedTo = SendAgain(userId, link, link.ConfirmedTo, link.RepeatTo, due);
            // It may have all that, and a client that does not read: more has to come until its outbox is full.
            link.SentTo = SendAgain(userId, link, link.SentTo, link.Last, due);
        }
    }

    /// <summary>A cold link costs nothing: forgets users that have confirmed everything.</summary>
    public void ForgetSettled()
    {
        if (!IsIdle)
            return;
        _links.Clear();
    }

    /// <summary>One window of what is behind a number; returns where it ends.</summary>
    long SendAgain(int userId, Link link, long after, long upTo, List<DueDelivery> due)
    {
        if (after >= upTo)
            return after;
        var count = 0;
        foreach (var entry in _entries)
        {
            if (entry.Number > upTo || count == ResendWindow)
                break;
            if (entry.Number <= after || !entry.IsFor(userId))
                continue;
            due.Add(new DueDelivery(userId, entry.Number, after, link.ConfirmedTo, MayBeKnown: true, entry.Message));
            after = entry.Number;
            count++;
        }

        return after;
    }
}
