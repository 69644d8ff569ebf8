using Chat.Protocol;

namespace Chat.Node.Bridge;

/// <summary>A message that came on a channel. <c>Mark</c>: the front of its digest.</summary>
sealed record ChannelArrival(long Number, BridgedChat Chat, long Mark);

/// <summary>
/// One user's channel at one node: the messages that have come and are not passed on, in order, and marks of the last ones that came. Pure.
/// </summary>
sealed class HeldChannel(int userId)
{
    /// <summary>With so many waiting, what comes goes into the offline queue.</summary>
    public const int MaxWaiting = 1000;

    /// <summary>With so many on the way to the offline queue nothing is taken any more.</summary>
    public const int MaxSpilling = 4000;

    /// <summary>A message that could not be passed on for this time goes into the offline queue, with everything behind it.</summary>
    const long DeadlineMilliseconds = 60_000;

    /// <summary>The user's actor may have ended while it had this paused.</summary>
    const long MaxPausedMilliseconds = 10_000;

    const int MaxMarks = 256;

    readonly Queue<ChannelArrival> _waiting = new();
    readonly Queue<long> _marks = new();
    readonly Queue<ChannelArrival> _spilling = new();
    long? _firstSentAt;
    long? _pausedAt;
    bool _isSpilling;

    public int UserId => userId;

    /// <summary>Redis has confirmed the subscription.</summary>
    public bool IsSubscribed { get; set; }

    /// <summary>Redis was asked for it, or will be by itself: it has to be ended.</summary>
    public bool IsAskedFor { get; set; }

    /// <summary>A subscription, or its end, is under way.</summary>
    public bool IsChanging { get; set; }

    /// <summary>The user does not want it any more.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>Whether this node passes messages on. If not, another node still does.</summary>
    public bool IsOpen { get; private set; }

    public bool IsEmpty => _waiting.Count == 0 && _spilling.Count == 0;

    /// <summary>When the front was sent; null if it was not.</summary>
    public long? SentAt { get; private set; }

    /// <summary>Marks of the last that came, in their order.</summary>
    public IReadOnlyList<long> Seen => [.. _marks];

    public static long MarkOf(ReadOnlySpan<byte> digest) => BitConverter.ToInt64(digest);

    /// <summary>False if nothing more can be kept.</summary>
    public bool Add(ChannelArrival arrival)
    {
        if (_spilling.Count > 0 || _waiting.Count >= MaxWaiting)
        {
            Resume(); // better out of order than lost
            if (_spilling.Count >= MaxSpilling)
                return false;
            _spilling.Enqueue(arrival); // behind those before it
        }
        else
        {
            _waiting.Enqueue(arrival);
        }

        _marks.Enqueue(arrival.Mark);
        if (_marks.Count > MaxMarks)
            _marks.Dequeue();
        return true;
    }

    /// <summary>The next message for the offline queue, one after the other. There is none while one is under way, or while another node passes messages on.</summary>
    public ChannelArrival? SpillNext()
    {
        if (_isSpilling || !IsOpen || !_spilling.TryPeek(out var front))
            return null;
        _isSpilling = true;
        return front;
    }

    public void OnSpilt(bool isStored)
    {
        _isSpilling = false;
        if (isStored)
            _spilling.TryDequeue(out _);
    }

    /// <summary>Everything that waits goes into the offline queue.</summary>
    public void SpillAll()
    {
        var behind = _spilling.ToArray();
        if (_isSpilling || _waiting.Count == 0)
            return;
        _spilling.Clear();
        foreach (var arrival in _waiting.Concat(behind))
            _spilling.Enqueue(arrival);
        _waiting.Clear();
        (SentAt, _firstSentAt) = (null, null);
    }

    /// <summary>It is left: what came while another node passed on is that one's.</summary>
    public void Close()
    {
        if (IsOpen)
            return;
        IsOpen = true;
        _waiting.Clear();
        _spilling.Clear();
    }

    public void Open() => IsOpen = true;

    /// <summary>Keeps messages until <see cref="Resume"/>, because older messages are on their way to the same conversations.</summary>
    public void Pause(long now) => _pausedAt = now;

    public void Resume() => _pausedAt = null;

    /// <summary>
    /// Opens behind the messages that the node before has passed on. Both nodes have received the same messages in the same order, so the end of the
    /// other's messages is the front of those that wait here.
    /// </summary>
    public void OpenBehind(IReadOnlyList<long> seen)
    {
        if (IsOpen)
            return;
        IsOpen = true;
        var waiting = _waiting.Select(arrival => arrival.Mark).ToList();
        var overlap = Math.Min(seen.Count, waiting.Count);
        while (overlap > 0 && !seen.Skip(seen.Count - overlap).SequenceEqual(waiting.Take(overlap)))
            overlap--;
        for (; overlap > 0; overlap--)
            _waiting.Dequeue();
    }

    /// <summary>The message to pass on now. Messages go one after the other, and again if there is no answer.</summary>
    /// <param name="now">Milliseconds of a steady clock.</param>
    /// <param name="patience">After this time without an answer it is sent again.</param>
    public ChannelArrival? Due(long now, long patience)
    {
        if (now - _pausedAt >= MaxPausedMilliseconds)
            Resume();
        if (!IsOpen || _pausedAt is not null || !_waiting.TryPeek(out var front) || now - SentAt < patience)
            return null;
        SentAt = now;
        _firstSentAt ??= now;
        return front;
    }

    /// <summary>Whether the front has been sent again and again for too long.</summary>
    public bool IsOverdue(long now) => now - _firstSentAt >= DeadlineMilliseconds;

    /// <summary>Passed on. False if it was before.</summary>
    public bool OnSettled(long number)
    {
        if (!_waiting.TryPeek(out var front) || front.Number != number)
            return false;
        _waiting.Dequeue();
        (SentAt, _firstSentAt) = (null, null);
        return true;
    }
}
