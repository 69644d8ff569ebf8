using Akka.Actor;
using Chat.Node.Contracts;

namespace Chat.Node.Users;

/// <summary>Lists one user as what it is, when its channel is as it is to be.</summary>
sealed class UserPresence
{
    const int MaxAskers = 16;

    readonly UserCore _core;
    readonly PresenceWriter _writer;
    List<IActorRef>? _askers;

    public UserPresence(UserCore core)
    {
        _core = core;
        _writer = new PresenceWriter(core);
        Channel = core.HasBridge ? new UserChannel(core, _writer) : null;
    }

    /// <summary>Only with a bridge.</summary>
    public UserChannel? Channel { get; }

    /// <summary>The node of the oldest session, which is to be stored.</summary>
    long? WantedNode => _core.Sessions.NodeOfOldest(_writer.NodeBefore);

    bool IsChannelSettled => Channel is null || Channel.IsSettled(WantedNode);

    /// <summary>Whether a node of ours may listen for the user, though there may be no session.</summary>
    bool MayBeListening => _core.Sessions.Count > 0 || (Channel is null ? _writer.NodeBefore is not null : !Channel.IsSettled(null));

    public bool HasOpenWork => _writer.IsUnread || !_writer.IsTrue(WantedNode) || !IsChannelSettled;

    public bool IsUnderWay => _writer.IsUnderWay;

    /// <summary>Whether other servers see the user as it is.</summary>
    public bool IsListed => _writer is { IsKnown: true, IsUnderWay: false } && IsChannelSettled && _writer.IsTrue(WantedNode);

    /// <summary>Whether the sessions of an earlier life may still be there.</summary>
    public bool MayHaveSessions => _core.Drain.Phase == DeliveryPhase.Starting
        || (_core.Drain.Phase == DeliveryPhase.AwaitingSessions && _writer.StoredNode is { } node && _core.Services.Nodes.IsAlive(node));

    public void Start() => _writer.Read();

    public void OnTick() => _writer.OnTick();

    /// <summary>What an earlier life stored is read. True if this life can begin now.</summary>
    public bool OnRead(PresenceWriter.PresenceRead read)
    {
        var isStarting = _core.Drain.Phase == DeliveryPhase.Starting;
        if ((!read.HasFailed && !isStarting && (Channel is null || _writer.IsKnown)) || !_writer.OnRead(read))
            return false;
        Channel?.StartWith(_writer.StoredNode);
        foreach (var login in _askers ?? [])
            login.Tell(new ListeningAnswer(MayBeListening));
        _askers = null;
        if (!isStarting)
        {
            Store(); // a session was quicker
            return false;
        }

        _core.Drain.OnStarted(hadSessions: _writer.StoredNode is not null);
        return true;
    }

    /// <summary>Stores what is not as it is to be.</summary>
    public void Store()
    {
        if (_core.Drain.IsUnsettled && _core.Sessions.Count == 0)
            return;
        if (Channel is not null && !_writer.IsKnown)
            return; // a node may be listening
        Channel?.Tend(WantedNode);
        if (!_writer.IsUnderWay && IsChannelSettled && !_writer.IsTrue(WantedNode))
            _writer.Write(WantedNode);
    }

    /// <summary>Something else may have changed what is stored: one more write makes it right.</summary>
    void StoreAgain()
    {
        _writer.MarkStale();
        Store();
    }

    /// <summary>The node of the oldest session is gone; an actor that waits for sessions finds out by itself.</summary>
    void OnCheck()
    {
        foreach (var session in _core.Sessions)
            session.Node = _core.Services.Nodes.IncarnationOf(session.Actor); // what was known of its node at first may have been old
        StoreAgain();
    }

    /// <summary>What concerns presence and channel. False if a message is none of that.</summary>
    public bool TryReceive(object message, IActorRef sender)
    {
        switch (message)
        {
            case PresenceWriter.PresenceWritten written:
                if (written.Failure is null)
                    Channel?.OnStored(written.Stored);
                _writer.OnWritten(written);
                OnWriteEnded(hasFailed: written.Failure is not null);
                return true;
            case PresenceWriter.ChannelClaimed claimed:
                _writer.OnClaimed(claimed);
                OnWriteEnded(claimed.HasFailed);
                return true;
            case PresenceWriter.ChannelHidden hidden:
                _writer.OnHidden(hidden);
                if (!hidden.HasFailed)
                    Channel?.OnHidden();
                OnWriteEnded(hidden.HasFailed);
                return true;
            case ChannelHeld held:
                Channel?.OnHeld(held.Node);
                Store();
                return true;
            case ChannelLeft left:
                OnLeft(left.Node, left.Seen);
                return true;
            case UserChannel.NodeDisconnected gone:
                OnLeft(gone.Node, []);
                return true;
            case CheckPresence:
                OnCheck();
                return true;
            case PrivacyWritten:
                StoreAgain(); // on MySQL a write of the presence at the same moment may not have seen it: one more does
                return true;
            case CheckChannel check:
                OnCheckChannel(check, sender);
                return true;
            case AskListening:
                OnAskListening(sender);
                return true;
            default:
                return false;
        }
    }

    /// <summary>
    /// A node that has just started may not have been known: the sessions of the life before are in no cluster with this actor. True if that is so:
    /// nobody waits for them any more.
    /// </summary>
    public bool ForgetUnclustered()
    {
        if (_core.Drain.Phase != DeliveryPhase.AwaitingSessions || _core.Sessions.Count > 0 || _writer.StoredNode is not { } node
            || !_core.Services.Nodes.UnclusteredNodes.Contains(node))
            return false;
        _writer.Forget();
        Channel?.StartWith(null);
        return true;
    }

    /// <summary>A node asks whether it is right that it listens.</summary>
    void OnCheckChannel(CheckChannel check, IActorRef keeper)
    {
        if (_writer.IsKnown && check.Node != WantedNode && Channel?.Listens(check.Node) != true)
            keeper.Tell(new LeaveChannel(_core.UserId), _core.Self);
    }

    /// <summary>An earlier life may have ended between two nodes: those that are not to listen are told so.</summary>
    public void LeaveElsewhere(long node)
    {
        if (Channel is not null && _writer.IsKnown && node != WantedNode && !Channel.Listens(node))
            _core.Services.Others.KeeperOf(node)?.Tell(new LeaveChannel(_core.UserId), _core.Self);
    }

    void OnAskListening(IActorRef login)
    {
        if (!_writer.IsKnown && (_askers ??= []).Count < MaxAskers)
            _askers.Add(login); // when what an earlier life stored is read
        else
            login.Tell(new ListeningAnswer(!_writer.IsKnown || MayBeListening));
    }

    void OnLeft(long node, IReadOnlyList<long> seen)
    {
        Channel?.OnLeft(node, seen);
        Store();
    }

    /// <summary>What waited for the end of the write is done now; after a failure, at the next tick.</summary>
    void OnWriteEnded(bool hasFailed)
    {
        if (hasFailed)
            return;
        Channel?.TakeStepAgain();
        Store();
    }
}
