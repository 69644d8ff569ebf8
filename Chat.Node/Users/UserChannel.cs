using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>
/// The channel of one user, on which other servers publish: the node of the oldest session listens, and no other. Listed as online only while a node
/// listens, so that other servers publish then and queue at all other times. Carries out the steps of <see cref="ChannelState"/>.
/// </summary>
sealed class UserChannel(UserCore core, PresenceWriter presence)
{
    public sealed record NodeDisconnected(long Node) : INoSerializationVerificationNeeded;

    readonly ChannelState _state = new();
    Publisher? _publisher;

    /// <summary>The node that listens is to keep what comes until what was queued has its numbers.</summary>
    public bool IsPaused { get; set; }

    public bool IsSettled(long? wanted) => _state.IsSettled(wanted);

    /// <summary>Whether a node listens, or is about to.</summary>
    public bool Listens(long node) => node == _state.Held || node == _state.Next;

    /// <summary>What an earlier life stored: that node may listen.</summary>
    public void StartWith(long? stored) => _state.StartWith(stored);

    /// <summary>Begins what is to be done, if nothing is under way.</summary>
    public void Tend(long? wanted)
    {
        if (_publisher is not { IsUnderWay: true } && _state.Step == ChannelStep.None && _state.Advance(wanted) is not ChannelStep.None and var step)
            Take(step, _state.Target!.Value);
    }

    /// <summary>A keeper may not have had its message, or its answer may be lost.</summary>
    public void TakeStepAgain(bool isRepeated = false)
    {
        if (_state.Step != ChannelStep.None)
            Take(_state.Step, _state.Target!.Value, isRepeated);
    }

    public void OnHeld(long node) => Change(state => state.OnHeld(node));

    /// <summary>A node does not listen any more. <paramref name="seen"/>: the marks of what it has passed on.</summary>
    public void OnLeft(long node, IReadOnlyList<long> seen) => Change(state => state.OnLeft(node, seen));

    /// <summary>The user is listed as offline.</summary>
    public void OnHidden() => _state.OnHidden();

    /// <summary>A late write, or somebody who took this user for gone: from what is stored.</summary>
    public void OnStored(long? stored)
    {
        if (_state.Step == ChannelStep.None && _state.Held != stored)
            _state.StartWith(stored);
    }

    /// <summary>What was queued has its numbers: what is published may follow.</summary>
    public void Resume()
    {
        if (!IsPaused || _state.Held is not { } node)
            return;
        IsPaused = false;
        core.Services.Others.KeeperOf(node)?.Tell(new OpenChannel(core.UserId, []), core.Self);
    }

    /// <summary>
    /// Publishes the front of a round to other servers. Ourselves we hear too: false while a node of ours may listen. False also until it is stored that
    /// none does: whoever is listed is taken for somebody's who listens on the channel, and some servers listen for ever.
    /// </summary>
    public bool TryPublish(IReadOnlyList<(ConversationId Conversation, PendingDelivery Delivery)> round) =>
        core.Drain.Phase == DeliveryPhase.Offline && IsSettled(null) && !presence.IsUnderWay && presence.IsTrue(null)
        && (_publisher ??= new Publisher(core.UserId, core.Services.Others, core.Self)).TryPublish(round);

    public void OnPublished() => _publisher?.OnPublished();

    void Take(ChannelStep step, long node, bool isRepeated = false)
    {
        var isWrite = step == ChannelStep.Hide || (step == ChannelStep.Hold && presence.StoredNode is null);
        if (step is ChannelStep.Hide or ChannelStep.Hold && presence.IsUnderWay)
            return; // one write after the other: the end of that one takes this step
        if (isWrite && step == ChannelStep.Hide)
            presence.Hide();
        else if (isWrite)
            presence.Claim(node);
        else if (core.Services.Others.KeeperOf(node) is { } keeper)
            keeper.Tell(Request(step, isRepeated), core.Self);
        else if (step == ChannelStep.Leave)
            core.Services.Others.DisconnectAsync(node).PipeTo(core.Self, success: () => new NodeDisconnected(node));
        else
            _state.OnNextGone(); // its session will be gone in a moment
    }

    object Request(ChannelStep step, bool isRepeated) => step switch
    {
        ChannelStep.Leave => new LeaveChannel(core.UserId),
        ChannelStep.Open => new OpenChannel(core.UserId, _state.Seen),
        ChannelStep.Hold when IsPaused && !isRepeated => new HoldPausedChannel(core.UserId),
        _ => new HoldChannel(core.UserId, Opens: step == ChannelStep.Hold),
    };

    void Change(Action<ChannelState> change)
    {
        var before = _state.Step;
        change(_state);
        if (_state.Step != ChannelStep.None && _state.Step != before)
            Take(_state.Step, _state.Target!.Value);
    }
}
