using Akka.Actor;
using Chat.Node.Contracts;

namespace Chat.Node.Users;

/// <summary>
/// The user's channel, on which other servers publish: the node of the oldest session listens, and no other. Listed as online only
/// while a node listens, so that other servers publish then and queue at all other times.
/// </summary>
sealed partial class UserActor
{
    sealed record NodeDisconnected(long Node) : INoSerializationVerificationNeeded;

    readonly ChannelState _channel = new();
    List<IActorRef>? _listeningAskers;

    /// <summary>Ourselves we hear too: nothing is published while a node of ours may listen.</summary>
    bool MayPublish => _services.Others.IsOn && _drain.Phase == DeliveryPhase.Offline && _channel.IsSettled(null);

    bool IsChannelSettled => !_services.Others.IsOn || _channel.IsSettled(WantedNode);

    /// <summary>Begins what is to be done, if nothing is under way.</summary>
    void TendChannel()
    {
        if (_services.Others.IsOn && !_isPublishing && _channel.Step == ChannelStep.None && _channel.Advance(WantedNode) is not ChannelStep.None and var step)
            Take(step, _channel.Target!.Value);
    }

    /// <summary>A node that has just started may not have been known: the sessions are in no cluster with this actor.</summary>
    void ForgetUnclusteredPresence()
    {
        if (_drain.Phase != DeliveryPhase.AwaitingSessions || _sessions.Count > 0 || _storedNode is not { } node || !_services.Nodes.UnclusteredNodes.Contains(node))
            return;
        _nodeBefore = _storedNode = null;
        _channel.StartWith(null);
        _drain.StopAwaiting();
        ReleaseHeld();
        ReleaseHeldAttaches();
    }

    /// <summary>A keeper may not have had its message, or its answer may be lost.</summary>
    void TakeStepAgain(bool isRepeated = false)
    {
        if (_channel.Step != ChannelStep.None)
            Take(_channel.Step, _channel.Target!.Value, isRepeated);
    }

    void Take(ChannelStep step, long node, bool isRepeated = false)
    {
        if (step is ChannelStep.Hide or ChannelStep.Hold && _isPresenceUnderWay)
            return; // one write after the other: the end of that one takes this step

        if (step == ChannelStep.Hide || (step == ChannelStep.Hold && _storedNode is null))
        {
            if (step == ChannelStep.Hide)
                WritePresence(_services.Presence.ShowOfflineAsync(_userId), _ => new ChannelHidden(HasFailed: false), _ => new ChannelHidden(HasFailed: true));
            else // whatever becomes of this life, the next one knows who may listen
                WritePresence(_services.Presence.ClaimAsync(_userId, node), _ => new ChannelClaimed(node, HasFailed: false), _ => new ChannelClaimed(node, HasFailed: true));
            return;
        }

        if (_services.Others.KeeperOf(node) is { } keeper)
        {
            keeper.Tell(
                (object)(step switch
                {
                    ChannelStep.Leave => new LeaveChannel(_userId),
                    ChannelStep.Open => new OpenChannel(_userId, _channel.Seen),
                    ChannelStep.Hold when _pausesChannel && !isRepeated => new HoldPausedChannel(_userId),
                    _ => new HoldChannel(_userId, Opens: step == ChannelStep.Hold),
                }),
                Self);
        }
        else if (step == ChannelStep.Leave)
        {
            _services.Others.DisconnectAsync(node).PipeTo(Self, success: () => new NodeDisconnected(node));
        }
        else
        {
            _channel.OnNextGone(); // its session will be gone in a moment
        }
    }

    /// <summary>A node asks whether it is right that it listens.</summary>
    void OnCheckChannel(CheckChannel check, IActorRef keeper)
    {
        if (!_isPresenceKnown || check.Node == _channel.Held || check.Node == _channel.Next || check.Node == WantedNode)
            return;
        keeper.Tell(new LeaveChannel(_userId), Self);
    }

    void OnAskListening(IActorRef login)
    {
        if (!_isPresenceKnown && (_listeningAskers ??= []).Count < MaxHeldAttaches)
            _listeningAskers.Add(login); // when what an earlier life stored is read
        else
            login.Tell(new ListeningAnswer(!_isPresenceKnown || _sessions.Count > 0 || !_channel.IsSettled(null)));
    }

    void AnswerListeningAskers()
    {
        foreach (var login in _listeningAskers ?? [])
            login.Tell(new ListeningAnswer(_sessions.Count > 0 || !_channel.IsSettled(null)));
        _listeningAskers = null;
    }

    /// <summary>
    /// An earlier life may have ended between two nodes: those that are not to listen are told so.
    /// </summary>
    void LeaveElsewhere(long node)
    {
        if (_services.Others.IsOn && _isPresenceKnown && node != WantedNode && node != _channel.Held && node != _channel.Next)
            _services.Others.KeeperOf(node)?.Tell(new LeaveChannel(_userId), Self);
    }

    bool TryReceiveChannel(object message)
    {
        switch (message)
        {
            case ChannelHeld held:
                Settle(() => _channel.OnHeld(held.Node));
                return true;
            case ChannelLeft left:
                Settle(() => _channel.OnLeft(left.Node, left.Seen));
                return true;
            case ChannelClaimed claimed:
                OnChannelClaimed(claimed);
                return true;
            case ChannelHidden hidden:
                OnHidden(hidden);
                return true;
            case NodeDisconnected gone:
                Settle(() => _channel.OnLeft(gone.Node, []));
                return true;
            case CheckChannel check:
                OnCheckChannel(check, Sender);
                return true;
            case AskListening:
                OnAskListening(Sender);
                return true;
            case QueueGrown grown:
                OnQueueGrown(grown.RowId);
                return true;
            case RoundPublished published:
                OnRoundPublished(published);
                return true;
            case Imported imported:
                OnRowImported(imported);
                return true;
            default:
                return false;
        }
    }

    void Settle(Action change)
    {
        var before = _channel.Step;
        change();
        if (_channel.Step != ChannelStep.None && _channel.Step != before)
            Take(_channel.Step, _channel.Target!.Value);
        StorePresence();
        EndListing();
        if (_drain.Phase == DeliveryPhase.Live)
            ResumeChannel(); // the node listens later than the login could wait
        ArmTick();
    }
}
