namespace Chat.Node.Delivery;

/// <summary>What the receiving end of a numbered hop does with what arrives.</summary>
enum Arrival
{
    /// <summary>The next one: take it.</summary>
    Next,

    /// <summary>Handled before: repeat the answer, not the work.</summary>
    Repeated,

    /// <summary>Something in between is missing: ask for it, take nothing.</summary>
    Gap,
}

/// <summary>
/// The rule of both internal hops (session to conversation, conversation to user). The receiver takes only what follows
/// what it has; a sender that has been answered further than a new receiver remembers lifts it over what is settled.
/// </summary>
static class GoBackN
{
    /// <param name="last">The last number taken.</param>
    /// <param name="previous">The number sent before this one.</param>
    /// <param name="number">The number that arrived.</param>
    /// <param name="settledTo">Up to here the sender has its answers.</param>
    public static Arrival Judge(long last, long previous, long number, long settledTo)
    {
        if (number <= last)
            return Arrival.Repeated;
        return previous <= Math.Max(last, settledTo) ? Arrival.Next : Arrival.Gap;
    }
}
