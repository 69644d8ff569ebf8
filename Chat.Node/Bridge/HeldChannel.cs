using Chat.Protocol;

namespace Chat.Node.Bridge;

/// <summary>A message that came on a channel. <c>Mark</c>: the front of its digest.</summary>
sealed record ChannelArrival(long Number, ForeignChat Chat, long Mark);

/// <summary>
/// What one node keeps of one user's channel: what has come and is not passed on, in order, and marks of the last that came. Pure.
/// </summary>
sealed class HeldChannel(int userId)
{
    /// <summary>With so many waiting, what comes goes into the offline queue.</summary>
    public const int MostWaiting = 1000;

    const int MostMarks = 256;

    readonly Queue<ChannelArrival> _waiting = new();
    readonly Queue<long> _marks = new();

    public int UserId => userId;

    /// <summary>Redis has confirmed the subscription.</summary>
    public bool IsSubscribed { get; set; }

    /// <summary>A subscription, or its end, is under way.</summary>
    public bool IsChanging { get; set; }

    /// <summary>The user does not want it any more.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>What comes is passed on; else another node does that still.</summary>
    public bool IsOpen { get; private set; }

    public bool IsFull => _waiting.Count >= MostWaiting;

    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>When the front was sent; null if it was not.</summary>
    public long? SentAt { get; private set; }

    /// <summary>Marks of the last that came, in their order.</summary>
    public IReadOnlyList<long> Seen => [.. _marks];

    public static long MarkOf(ReadOnlySpan<byte> digest) => BitConverter.ToInt64(digest);

    public void Add(ChannelArrival arrival)
    {
        _waiting.Enqueue(arrival);
        _marks.Enqueue(arrival.Mark);
        if (_marks.Count > MostMarks)
            _marks.Dequeue();
    }

    public void Open() => IsOpen = true;

    /// <summary>
    /// Opens behind what the node before has passed on: both have received the same in the same order, so its end is the front of
    /// what waits here.
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

    /// <summary>What is to be passed on now: one after the other, and again if there is no answer.</summary>
    /// <param name="now">Milliseconds of a steady clock.</param>
    /// <param name="patience">After so long without an answer it is sent again.</param>
    public ChannelArrival? Due(long now, long patience)
    {
        if (!IsOpen || !_waiting.TryPeek(out var front) || now - SentAt < patience)
            return null;
        SentAt = now;
        return front;
    }

    /// <summary>Passed on. False if it was before.</summary>
    public bool OnSettled(long number)
    {
        if (!_waiting.TryPeek(out var front) || front.Number != number)
            return false;
        _waiting.Dequeue();
        SentAt = null;
        return true;
    }
}
