namespace ChatActors.Client.Messages;

/// <summary>A number that came before its turn, with the server's time of it. Without a message: an own post, known by its acknowledgement.</summary>
readonly record struct EarlyNumber(long Seq, long Ts, ChatMessage? Message);

/// <summary>The numbers of one conversation that came before their turn. Pure.</summary>
sealed class EarlyNumbers
{
    readonly SortedDictionary<long, EarlyNumber> _numbers = [];

    public int Count => _numbers.Count;

    /// <summary>Whether a message, not only acknowledgements of own posts, is among them.</summary>
    public bool HasMessages => _numbers.Values.Any(early => early.Message is not null);

    public long? First => _numbers.Count > 0 ? _numbers.First().Key : null;

    /// <summary>The highest number with a time behind a given one; 0 if there is none.</summary>
    public long LastNewerThan(long ts) => _numbers.LastOrDefault(early => early.Value.Ts > ts).Key;

    /// <summary>False: the message is there already.</summary>
    public bool TryAdd(ChatMessage message)
    {
        if (_numbers.TryGetValue(message.Seq, out var early) && early.Message is not null)
            return false;
        _numbers[message.Seq] = new(message.Seq, message.Timestamp, message);
        return true;
    }

    public void AddOwn(long seq, long ts) => _numbers.TryAdd(seq, new(seq, ts, null));

    /// <summary>Takes the first one if it is not above a number.</summary>
    public bool TryTake(long upTo, out EarlyNumber first)
    {
        first = default;
        return First <= upTo && _numbers.Remove(First.Value, out first);
    }

    public void Clear() => _numbers.Clear();
}
