using Akka.Actor;
using Chat.Node.Delivery;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>Marks and deletions: written together once a second at most, again and again until they are.</summary>
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
}
