namespace Chat.Node.Delivery;

/// <summary>How the receiving end of a numbered hop judges a message that arrives.</summary>
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
/// The rule of both internal hops (session to conversation, conversation to user). The receiver takes only the message
/// that follows its last one. If the sender has answers for more than a new receiver remembers, the receiver skips these settled messages.
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
