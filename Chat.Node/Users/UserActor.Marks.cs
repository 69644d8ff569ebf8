using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>Marks and deletions: written together once a second at most, again and again until they are.</summary>
sealed partial class UserActor
{
    readonly MarkBook _marks;
    OfflineDeletes? _deletes;

    OfflineDeletes Deletes => _deletes ??= new OfflineDeletes(_userId, _services.OfflineStore, Self);

    /// <summary>A client's own numbers are believed as far as they are known to exist here; else the log is asked first.</summary>
    void OnReceived(ReceivedUpTo received, IActorRef session)
    {
        var conversation = received.Conversation;
        if (received.IsKnown || (KnownTo(conversation) is > 0 and var known && received.UpTo <= known))
        {
            _marks.Raise(conversation, received.UpTo, session, received.Ref);
            ArmTick();
            DeleteDrained(conversation, received.UpTo);
            return;
        }

        if (_marks.TryClaim(new OpenMark(new DeliveryMark(_userId, conversation, 0, received.UpTo, 0), IsClaim: true, session, received.Ref)))
            WriteMarks(isDue: false);
        else
            session.Tell(new MarkRefused(_userId, conversation, received.UpTo, ErrorCode.Unavailable, 0, received.Ref), Self);
        ArmTick();
    }

    /// <summary>From a node of an earlier version.</summary>
    void OnReadElsewhere(ReadUpTo read)
    {
        if (_marks.TryClaim(new OpenMark(new DeliveryMark(_userId, read.Conversation, 0, 0, read.UpTo), IsClaim: true)))
            WriteMarks(isDue: false);
        ArmTick();
    }

    /// <summary>A message with this number was brought here, or came from the queue: it exists.</summary>
    long KnownTo(ConversationId conversation) => Math.Max(
        _links.TryGetValue((conversation, false), out var link) && link.Lane == Lane.Ordered ? link.Last : 0,
        _drain.DrainedTo(conversation));

    void DeleteDrained(ConversationId conversation, long upTo)
    {
        if (_drain.OnReceived(conversation, upTo))
            Deletes.DeleteUpTo(conversation, upTo);
    }

    void RaiseMark(ConversationId conversation, long receivedTo)
    {
        _marks.Raise(conversation, receivedTo);
        ArmTick();
    }

    void WriteMarks(bool isDue)
    {
        var marks = _marks.Next(isDue);
        if (marks.Count > 0)
            WriteMarks(marks);
    }

    void WriteMarks(IReadOnlyList<OpenMark> marks) => _services.MarkQueue.RaiseAsync([.. marks.Select(open => open.Mark)]).PipeTo(
        Self, success: verdicts => new MarksWritten(marks, verdicts), failure: _ => new MarksWritten(marks, null));

    void OnMarksWritten(MarksWritten written)
    {
        if (written.Verdicts is not { } verdicts)
        {
            _marks.OnFailed(written.Marks); // the next tick tries again
            ArmTick();
            return;
        }

        _marks.OnWritten();
        for (var i = 0; i < verdicts.Count; i++)
            OnMarkJudged(written.Marks[i], verdicts[i]);
        WriteMarks(isDue: false);
        if (_isStopping)
            Stop();
    }

    void OnMarkJudged(OpenMark open, MarkVerdict verdict)
    {
        var mark = open.Mark;
        if (verdict.Outcome != MarkOutcome.Stored)
        {
            var error = verdict.Outcome == MarkOutcome.NotYours ? ErrorCode.NotYours : ErrorCode.Malformed;
            open.Session?.Tell(new MarkRefused(_userId, mark.Conversation, mark.ReceivedTo, error, verdict.Head, open.Ref), Self);
        }
        else if (open.IsClaim)
        {
            DeleteDrained(mark.Conversation, mark.ReceivedTo);
        }
    }

    void OnDeleted(OfflineDeletes.Deleted deleted)
    {
        Deletes.OnDeleted(deleted);
        ArmTick();
        if (_isStopping)
            Stop();
    }
}
