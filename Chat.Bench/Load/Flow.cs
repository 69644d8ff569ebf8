using Chat.Checker.Checking;

namespace Chat.Bench.Load;

/// <summary>
/// The messages of one connection to one user or group: their numbers, when each should have been sent, which have no
/// answer yet, and for each receiver a checker. A refused message is sent again, and everything behind it, in order, when nothing is
/// under way any more (PROTOCOL.md, order and retry). Pure.
/// </summary>
sealed class Flow
{
    readonly HashSet<long> _failed = [];
    readonly Dictionary<int, int> _slots = [];
    Entry[] _entries = new Entry[64];
    long _oldest = 1;
    long _next = 1;

    public Flow(int index, LoadConnection sender, MessageTemplate template, IReadOnlyList<LoadConnection> receivers, string? conversation)
    {
        (Index, Sender, Template, Receivers, Conversation) = (index, sender, template, receivers, conversation);
        Checkers = [.. receivers.Select(_ => new StreamChecker())];
        for (var slot = 0; slot < receivers.Count; slot++)
            _slots[receivers[slot].Index] = slot;
        sender.Flows.Add(this);
    }

    enum EntryState : byte
    {
        UnderWay,
        Refused,
        Settled,
    }

    public int Index { get; }

    public LoadConnection Sender { get; }

    public MessageTemplate Template { get; }

    /// <summary>Who has to get each message.</summary>
    public IReadOnlyList<LoadConnection> Receivers { get; }

    /// <summary>Beside <see cref="Receivers"/>.</summary>
    public IReadOnlyList<StreamChecker> Checkers { get; }

    /// <summary>As the modern protocol names it.</summary>
    public string? Conversation { get; }

    /// <summary>Sent and not settled: acknowledged in the modern protocol, delivered to all in the legacy one.</summary>
    public int UnderWay { get; private set; }

    public long LastNumber => _next - 1;

    /// <summary>Messages of an open loop that are due and were not sent.</summary>
    public long Owed { get; set; }

    /// <summary>Messages begun in this run: the place of the next one in the plan of an open loop.</summary>
    public long BegunInRun { get; set; }

    /// <summary>Whether it is in the list of those that may send now.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Messages that were refused and not sent again yet.</summary>
    public int Refused { get; private set; }

    /// <summary>Nothing new is sent until what was refused has been sent again.</summary>
    public bool HasRefused => Refused > 0;

    /// <summary>When what was refused may be sent again.</summary>
    public long RetryAt { get; private set; }

    /// <summary>The checker of a receiver; null if nothing of this flow is for it.</summary>
    public StreamChecker? CheckerOf(LoadConnection receiver) =>
        Receivers.Count == 1
            ? Receivers[0] == receiver ? Checkers[0] : null
            : _slots.TryGetValue(receiver.Index, out var slot) ? Checkers[slot] : null;

    /// <summary>A new message; its number.</summary>
    public long Begin(long intended)
    {
        if (_next - _oldest == _entries.Length)
            Grow();
        var number = _next++;
        At(number) = new Entry { Intended = intended, Awaited = Checkers.Count, State = EntryState.UnderWay };
        UnderWay++;
        if (!Sender.IsModern && Checkers.Count == 0)
            Settle(number); // nobody will say anything of it
        return number;
    }

    /// <summary>It was acknowledged; when it was intended, or null if nobody waits for that.</summary>
    public long? Acknowledge(long number)
    {
        if (!IsUnderWay(number))
            return null;
        Settle(number);
        return At(number).Intended;
    }

    /// <summary>It has reached one more receiver: without acknowledgements the last of them settles it.</summary>
    public void CountDelivery(long number)
    {
        if (IsUnderWay(number) && --At(number).Awaited == 0)
            Settle(number);
    }

    /// <summary>It was refused, and may be sent again after a pause.</summary>
    public void Refuse(long number, long retryAt)
    {
        if (!IsUnderWay(number))
            return;
        At(number).State = EntryState.Refused;
        UnderWay--;
        Refused++;
        RetryAt = Math.Max(RetryAt, retryAt);
    }

    /// <summary>It was refused for good.</summary>
    public void Fail(long number)
    {
        if (!IsUnderWay(number))
            return;
        _failed.Add(number);
        Settle(number);
    }

    /// <summary>The next refused message, which counts as sent; in order.</summary>
    public bool TryTakeRefused(out long number, out long intended)
    {
        for (number = _oldest; number < _next && Refused > 0; number++)
        {
            ref var entry = ref At(number);
            if (entry.State != EntryState.Refused)
                continue;
            entry.State = EntryState.UnderWay;
            UnderWay++;
            Refused--;
            intended = entry.Intended;
            return true;
        }

        intended = 0;
        return false;
    }

    /// <summary>Messages without an answer, and when each was intended.</summary>
    public IEnumerable<(long Number, long Intended)> Unsettled()
    {
        for (var number = _oldest; number < _next; number++)
        {
            if (At(number).State != EntryState.Settled)
                yield return (number, At(number).Intended);
        }
    }

    /// <summary>Whether the server owes its delivery: it was acknowledged, or needs no acknowledgement.</summary>
    public bool IsPromised(long number) =>
        !_failed.Contains(number) && (!Sender.IsModern || number < _oldest || At(number).State == EntryState.Settled);

    bool IsUnderWay(long number) => number >= _oldest && number < _next && At(number).State == EntryState.UnderWay;

    void Settle(long number)
    {
        At(number).State = EntryState.Settled;
        UnderWay--;
        while (_oldest < _next && At(_oldest).State == EntryState.Settled)
            _oldest++;
    }

    ref Entry At(long number) => ref _entries[number & (_entries.Length - 1)];

    void Grow()
    {
        var larger = new Entry[_entries.Length * 2];
        for (var number = _oldest; number < _next; number++)
            larger[number & (larger.Length - 1)] = At(number);
        _entries = larger;
    }

    struct Entry
    {
        public long Intended;
        public int Awaited;
        public EntryState State;
    }
}
