using Chat.Node.Contracts;
using Chat.Node.Delivery;
using Chat.Node.Telemetry;

namespace Chat.Node.Users;

/// <summary>
/// The receiving end of one conversation's deliveries to one user: takes only the next one, knows what is done, confirms
/// cumulatively. Pure.
/// </summary>
sealed class DeliveryLink(long incarnation)
{
    readonly Queue<PendingDelivery> _pending = new();

    public long Incarnation => incarnation;

    public Lane Lane => DeliveryLife.LaneOf(incarnation);

    /// <summary>The last number taken.</summary>
    public long Last { get; private set; }

    /// <summary>Everything up to here is flushed or queued.</summary>
    public long ConfirmedTo => _pending.TryPeek(out var first) ? first.Number - 1 : Last;

    public bool IsIdle => _pending.Count == 0;

    public int Pending => _pending.Count;

    /// <summary>An earlier life of the user has handled everything up to here.</summary>
    public void StartAfter(long number) => Last = Math.Max(Last, number);

    public Arrival Judge(Deliver deliver) => GoBackN.Judge(Last, deliver.Previous, deliver.Number, deliver.ConfirmedTo);

    public PendingDelivery Take(Deliver deliver)
    {
        var pending = new PendingDelivery(deliver.Number, deliver.Message, deliver.IsSideLane);
        _pending.Enqueue(pending);
        Last = deliver.Number;
        return pending;
    }

    /// <summary>A session has flushed everything up to a number. True if that confirms something.</summary>
    public bool OnPushed(int slot, long upTo)
    {
        var bit = 1UL << slot;
        foreach (var pending in _pending)
        {
            if (pending.Number > upTo)
                break;
            if ((pending.PushedTo & bit) != 0)
                pending.Finish(SpanOutcome.Pushed);
        }

        return Advance();
    }

    /// <summary>
    /// A session has come: what the others were given and have not flushed yet is for it too, as far as it wants it. They may be dead
    /// without anybody knowing.
    /// </summary>
    public IReadOnlyList<PendingDelivery> GiveTo(int slot, Func<AcceptedMessage, bool> wants)
    {
        var given = _pending.Where(pending => !pending.IsDone && pending.PushedTo != 0 && wants(pending.Message)).ToList();
        given.ForEach(pending => pending.PushedTo |= 1UL << slot);
        return given;
    }

    /// <summary>A session is gone: what no other session was given, and is not done, has to be queued.</summary>
    public IEnumerable<PendingDelivery> OnSessionGone(int slot)
    {
        var bit = 1UL << slot;
        List<PendingDelivery>? lost = null;
        foreach (var pending in _pending)
        {
            if ((pending.PushedTo & bit) == 0)
                continue;
            pending.PushedTo &= ~bit;
            if (!pending.IsDone && pending.PushedTo == 0)
                (lost ??= []).Add(pending);
        }

        return lost ?? (IEnumerable<PendingDelivery>)[];
    }

    /// <summary>Drops what is done from the front. True if something was.</summary>
    public bool Advance()
    {
        var hasMoved = false;
        while (_pending.TryPeek(out var first) && first.IsDone)
        {
            _pending.Dequeue();
            hasMoved = true;
        }

        return hasMoved;
    }
}
