using Akka.Actor;
using Akka.Event;

namespace Chat.Node.Users;

/// <summary>
/// What is stored of the user's presence. One write is under way at a time, of whatever kind: of two at once the older one may
/// land last, and the user would be listed as online without a session.
/// </summary>
sealed partial class UserActor
{
    sealed record PresenceRead(long? Node, bool HasFailed) : INoSerializationVerificationNeeded;

    /// <summary>A write of this node has ended. <c>Stored</c>: what is stored now.</summary>
    sealed record PresenceWritten(long? Stored, Exception? Failure) : INoSerializationVerificationNeeded;

    sealed record ChannelHidden(bool HasFailed) : INoSerializationVerificationNeeded;

    sealed record ChannelClaimed(long Node, bool HasFailed) : INoSerializationVerificationNeeded;

    /// <summary>The node of the oldest session as it is stored; null = offline.</summary>
    long? _storedNode;
    bool _isPresenceUnderWay;

    /// <summary>What an earlier life stored, and whether that is known yet.</summary>
    long? _nodeBefore;
    bool _isPresenceKnown;

    /// <summary>A changed privacy may have met a write of the presence half-way: one more write makes it right.</summary>
    bool _isPresenceStale;

    /// <summary>
    /// The node of the oldest session. After a move of this actor sessions come back in any order: those at the node that was stored are
    /// as old as before.
    /// </summary>
    long? WantedNode => _sessions.Count > 0
        ? _sessions.MinBy(session => (!(session.IsReattached && session.Node == _nodeBefore), session.Order))!.Node
        : null;

    bool IsPresenceTrue => _storedNode == WantedNode && !_isPresenceStale;

    /// <summary>Lists the user as what it is, when its channel is as it is to be.</summary>
    void StorePresence()
    {
        if (_drain.IsUnsettled && _sessions.Count == 0)
            return;
        if (_services.Others.IsOn && !_isPresenceKnown)
            return; // a node may be listening
        TendChannel();
        ArmTick(); // what is told to a keeper may be lost
        if (_isPresenceUnderWay || !IsChannelSettled || IsPresenceTrue)
            return;
        _isPresenceStale = false;
        WritePresence(WritePresenceAsync(WantedNode), stored => new PresenceWritten(stored, null), cause => new PresenceWritten(null, cause));
    }

    void WritePresence<T>(Task<T> write, Func<T, object> success, Func<Exception, object> failure)
    {
        _isPresenceUnderWay = true;
        write.PipeTo(Self, success: success, failure: failure);
    }

    async Task<long?> WritePresenceAsync(long? node)
    {
        if (_services.Others.IsOn)
        {
            return node is { } shown
                ? await _services.Presence.ShowAsync(_userId, shown) ? shown : null
                : await _services.Presence.ForgetAsync(_userId, _services.Nodes.UnclusteredNodes);
        }

        await _services.Presence.SetAsync(_userId, node);
        return node;
    }

    /// <summary>The node of the oldest session is gone; an actor that waits for sessions finds out by itself.</summary>
    void OnCheckPresence()
    {
        foreach (var session in _sessions)
            session.Node = _services.Nodes.IncarnationOf(session.Actor); // what was known of its node at first may have been old
        _isPresenceStale = true;
        StorePresence();
    }

    void OnPresenceWritten(PresenceWritten written)
    {
        if (written.Failure is { } cause)
        {
            _isPresenceStale = true;
            Logging.Warning("presence of user {0} could not be stored, trying again: {1}", _userId, cause.Message);
        }
        else
        {
            if (_services.Others.IsOn && _channel.Step == ChannelStep.None && _channel.Held != written.Stored)
                _channel.StartWith(written.Stored); // a late write, or somebody who took this user for gone: from what is stored
            _storedNode = written.Stored;
        }

        OnWriteEnded(mayGoOn: written.Failure is null);
    }

    void OnChannelClaimed(ChannelClaimed claimed)
    {
        if (!claimed.HasFailed)
        {
            _storedNode = claimed.Node;
            _isPresenceStale = true; // it is shown when the node listens
        }

        OnWriteEnded(mayGoOn: !claimed.HasFailed);
    }

    void OnHidden(ChannelHidden hidden)
    {
        if (!hidden.HasFailed)
        {
            _isPresenceStale = true; // should a session come before the node has left
            _channel.OnHidden();
        }

        OnWriteEnded(mayGoOn: !hidden.HasFailed);
    }

    /// <summary>What waited for the end of the write is done now; after a failure, at the next tick.</summary>
    void OnWriteEnded(bool mayGoOn)
    {
        _isPresenceUnderWay = false;
        if (mayGoOn)
        {
            TakeStepAgain();
            StorePresence();
            EndListing();
        }

        ArmTick();
        if (_isStopping)
            Stop();
    }
}
