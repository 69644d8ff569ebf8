namespace Chat.Node.Users;

/// <summary>What is to be done next about a user's channel.</summary>
enum ChannelStep
{
    /// <summary>Nothing: the right node listens, or none.</summary>
    None,

    /// <summary>A node is to listen and pass on.</summary>
    Hold,

    /// <summary>A node is to listen, beside the one that passes on.</summary>
    HoldBeside,

    /// <summary>The user is to be listed as offline, so that other servers queue.</summary>
    Hide,

    /// <summary>A node is to stop listening.</summary>
    Leave,

    /// <summary>The next node is to pass on, behind what the one before has seen.</summary>
    Open,
}

/// <summary>
/// Which node listens for what other servers publish for one user, and how that changes without a gap and without a copy: the next one
/// listens before the one before stops, and passes on nothing until then. One step at a time; each may be repeated. Pure.
/// </summary>
sealed class ChannelState
{
    IReadOnlyList<long> _seen = [];
    bool _isAssured = true;

    /// <summary>The node that listens and passes on, or may still do so.</summary>
    public long? Held { get; private set; }

    /// <summary>The node that is to follow.</summary>
    public long? Next { get; private set; }

    /// <summary>The step that is under way.</summary>
    public ChannelStep Step { get; private set; }

    /// <summary>The marks of what the node before has passed on.</summary>
    public IReadOnlyList<long> Seen => _seen;

    /// <summary>The node that the step is for.</summary>
    public long? Target => Step is ChannelStep.Leave or ChannelStep.Hide ? Held : Next;

    /// <summary>A life before this one left a node listening, perhaps in the middle of a change.</summary>
    public void StartWith(long? stored)
    {
        Held = stored;
        _isAssured = stored is null;
    }

    public bool IsSettled(long? wanted) => Step == ChannelStep.None && Held == wanted && (_isAssured || wanted is null);

    /// <summary>Begins the next step towards a node, unless one is under way; the step that is to be carried out.</summary>
    public ChannelStep Advance(long? wanted)
    {
        if (Step != ChannelStep.None || IsSettled(wanted))
            return Step;
        if (wanted is null)
        {
            Step = ChannelStep.Hide;
            return Step;
        }

        Next = wanted;
        Step = Held is null || Held == wanted ? ChannelStep.Hold : ChannelStep.HoldBeside;
        return Step;
    }

    /// <summary>A node listens.</summary>
    public void OnHeld(long node)
    {
        if (node != Next)
            return;
        if (Step == ChannelStep.HoldBeside)
        {
            Step = ChannelStep.Leave;
        }
        else if (Step is ChannelStep.Hold or ChannelStep.Open)
        {
            (Held, Next, Step) = (node, null, ChannelStep.None);
            _isAssured = true;
        }
    }

    /// <summary>The user is listed as offline.</summary>
    public void OnHidden()
    {
        if (Step == ChannelStep.Hide)
            Step = Held is null ? ChannelStep.None : ChannelStep.Leave;
    }

    /// <summary>A node does not listen any more: it says so, or it is gone.</summary>
    public void OnLeft(long node, IReadOnlyList<long> seen)
    {
        if (Step != ChannelStep.Leave || node != Held)
            return;
        Held = null;
        _isAssured = true;
        _seen = seen;
        Step = Next is null ? ChannelStep.None : ChannelStep.Open;
    }

    /// <summary>The node that was to follow is gone.</summary>
    public void OnNextGone()
    {
        Next = null;
        Step = Step is ChannelStep.HoldBeside or ChannelStep.Hold or ChannelStep.Open ? ChannelStep.None : Step;
    }
}
