namespace ChatActors.Client.Messages;

/// <summary>How far the application has taken the numbers of one conversation. Numbers that are not shown count when what is in line before them was taken. Pure.</summary>
sealed class TakenNumbers
{
    ReadyItem? _lastReady;
    long _announced;

    /// <summary>Everything up to here has been handed over, or needs not be.</summary>
    public long Delivered { get; private set; }

    /// <summary>What the server may be told as received. An acknowledgement of an own post alone never moves it.</summary>
    public long Received { get; private set; }

    public void StartAt(long delivered, long received) => (Delivered, Received, _announced) = (delivered, received, received);

    /// <summary>Nothing is in line any more.</summary>
    public void ForgetLine() => _lastReady = null;

    /// <summary>An item is in line.</summary>
    public void Line(ReadyItem item) => _lastReady = item;

    /// <summary>The application takes an item.</summary>
    public void Take(ReadyItem item)
    {
        Delivered = Math.Max(Delivered, item.UpTo);
        Received = Math.Max(Received, item.ReceivedTo);
        if (_lastReady == item)
            _lastReady = null;
    }

    /// <summary>Counts a number that is not shown, when what is in line before it has been taken.</summary>
    public void Count(long upTo, long receivedTo)
    {
        if (_lastReady is { } last)
        {
            last.UpTo = upTo;
            last.ReceivedTo = Math.Max(last.ReceivedTo, receivedTo);
            return;
        }

        Delivered = upTo;
        Received = Math.Max(Received, receivedTo);
    }

    /// <summary>Whether the received mark has moved since this was last asked.</summary>
    public bool TryAnnounce()
    {
        var hasMoved = Received > _announced;
        _announced = Received;
        return hasMoved;
    }
}
