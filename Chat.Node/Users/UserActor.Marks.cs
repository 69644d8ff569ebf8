using Akka.Actor;
using Akka.Event;
using Chat.Node.Delivery;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>Marks, deletions and presence: written together once a second at most, again and again until they are.</summary>
sealed partial class UserActor
{
    /// <summary>How far the marks of a conversation are to be raised at the next write.</summary>
    sealed class RaisedMark
    {
        public long ReceivedTo;
        public long ReadTo;
    }

    FewDictionary<ConversationId, RaisedMark> _marks;
    Queue<Func<Task>>? _failedDeletes;
    bool _marksUnderWay;
    int _deletesUnderWay;

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

    void OnReceived(Received received)
    {
        RaiseMark(received.Conversation, receivedTo: received.UpTo);
        if (!_drained.TryGetValue(received.Conversation, out var drainedTo))
            return;
        if (received.UpTo >= drainedTo)
            _drained.Remove(received.Conversation);
        DeleteUpTo(received);
    }

    // Apart from those that call them: what a lambda captures is allocated where its method begins.
    void DeleteUpTo(Received received) => Delete(() => _services.OfflineStore.DeleteUpToAsync(_userId, received.Conversation, received.UpTo));

    void OnReceivedQueued(long rowId) => Delete(() => _services.OfflineStore.DeleteAsync(_userId, [rowId]));

    void RaiseMark(ConversationId conversation, long receivedTo = 0, long readTo = 0)
    {
        if (!_marks.TryGetValue(conversation, out var mark))
            _marks[conversation] = mark = new RaisedMark();
        mark.ReceivedTo = Math.Max(mark.ReceivedTo, receivedTo);
        mark.ReadTo = Math.Max(mark.ReadTo, readTo);
        ArmTick();
    }

    void WriteMarks()
    {
        if (_marksUnderWay || _marks.Count == 0)
            return;
        _marksUnderWay = true;
        var marks = new List<DeliveryMark>(_marks.Count);
        foreach (var (conversation, mark) in _marks)
            marks.Add(new DeliveryMark(_userId, conversation, 0, mark.ReceivedTo, mark.ReadTo));
        _marks.Clear();
        WriteMarks(marks);
    }

    void WriteMarks(List<DeliveryMark> marks) => _services.MarkQueue.RaiseAsync(marks).PipeTo(
        Self, success: () => new MarksWritten(marks, HasFailed: false), failure: _ => new MarksWritten(marks, HasFailed: true));

    void OnMarksWritten(MarksWritten written)
    {
        _marksUnderWay = false;
        if (written.HasFailed)
        {
            foreach (var mark in written.Marks)
                RaiseMark(mark.Conversation, mark.ReceivedTo, mark.ReadTo);
            return; // the next tick tries again
        }

        if (_isStopping)
            Stop();
    }

    void Delete(Func<Task> delete)
    {
        _deletesUnderWay++;
        delete().PipeTo(
            Self, success: () => new Deleted(HasFailed: false, delete), failure: _ => new Deleted(HasFailed: true, delete));
    }

    void OnDeleted(Deleted deleted)
    {
        _deletesUnderWay--;
        if (deleted.HasFailed && (_failedDeletes ??= new Queue<Func<Task>>()).Count < MostHeld)
            _failedDeletes.Enqueue(deleted.Again);
        ArmTick();
        if (_isStopping)
            Stop();
    }

    void RetryDeletes()
    {
        var failed = _failedDeletes;
        _failedDeletes = null;
        while (failed?.TryDequeue(out var delete) == true)
            Delete(delete);
    }

    /// <summary>One write at a time, so that the last one wins.</summary>
    void StorePresence()
    {
        if (_phase is Phase.Starting or Phase.AwaitingSessions && _sessions.Count == 0)
            return;
        if (_services.Others.IsOn && !_isPresenceKnown)
            return; // a node may be listening
        TendChannel();
        ArmTick(); // what is told to a keeper may be lost
        if (_isPresenceUnderWay || !IsChannelSettled || IsPresenceTrue)
            return;
        _isPresenceUnderWay = true;
        _isPresenceStale = false;
        var node = WantedNode;
        WritePresenceAsync(node).PipeTo(
            Self, success: () => new PresenceWritten(node, null), failure: cause => new PresenceWritten(node, cause));
    }

    Task WritePresenceAsync(long? node) => node is null && _services.Others.IsOn
        ? _services.Presence.ForgetAsync(_userId, _services.Nodes.Foreign)
        : _services.Presence.SetAsync(_userId, node);

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
        _isPresenceUnderWay = false;
        if (written.Failure is null)
        {
            _storedNode = written.Node;
            StorePresence();
        }
        else
        {
            _isPresenceStale = true;
            Logging.Warning("presence of user {0} could not be stored, trying again: {1}", _userId, written.Failure.Message);
            ArmTick();
        }

        if (_isStopping)
            Stop();
    }
}
