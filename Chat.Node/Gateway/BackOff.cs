namespace Chat.Node.Gateway;

/// <summary>How long a session waits for the first answer of another actor before it asks again: twice as long each time. Pure.</summary>
/// <param name="First">Before it asks for the second time.</param>
sealed record BackOff(TimeSpan First)
{
    const int MaxDoublings = 3;

    /// <summary>An eighth of a second, then up to one: what is sent to a node that has just died is lost, and the others take over in a quarter of a second.</summary>
    public static readonly BackOff Standard = new(TimeSpan.FromMilliseconds(125));

    /// <param name="repeats">How often it has asked again already.</param>
    public TimeSpan After(int repeats) => First * (1 << Math.Min(repeats, MaxDoublings));
}
