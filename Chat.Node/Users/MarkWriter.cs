using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>
/// One user's marks, and what they let go from the offline queue: written together once a second at most, again and again until they are. Answers
/// with <see cref="Written"/> and <see cref="OfflineDeletes.Deleted"/>.
/// </summary>
sealed class MarkWriter(int userId, UserServices services, OfflineDrain drain, NoticeBoard board, IActorRef self)
{
    public sealed record Written(IReadOnlyList<OpenMark> Marks, IReadOnlyList<MarkVerdict>? Verdicts) : INoSerializationVerificationNeeded;

    readonly MarkBook _marks = new(userId);
    OfflineDeletes? _deletes;
    ReceiptDesk? _receipts;

    public bool HasOpenWork => !_marks.IsIdle || _deletes is { HasOpenWork: true } || _receipts is { IsEmpty: false };

    public OfflineDeletes Deletes => _deletes ??= new OfflineDeletes(userId, services.OfflineStore, self);

    /// <summary>Everything of a conversation up to a number was received, as follows from what was written to a socket.</summary>
    public void Raise(ConversationId conversation, long receivedTo) => _marks.Raise(conversation, receivedTo);

    /// <summary>A client says what it has. Its numbers are believed as far as they are known to exist here; else the log is asked first.</summary>
    public void OnReceived(ReceivedUpTo received, IActorRef session, bool isKnown)
    {
        var conversation = received.Conversation;
        if (isKnown)
        {
            _marks.Raise(conversation, received.UpTo, session, received.Ref);
            DeleteDrained(conversation, received.UpTo);
            return;
        }

        if (_marks.TryClaim(new OpenMark(new DeliveryMark(userId, conversation, 0, received.UpTo, 0), IsClaim: true, session, received.Ref)))
            Write(isDue: false);
        else
            session.Tell(new MarkRefused(userId, conversation, received.UpTo, ErrorCode.Unavailable, 0, received.Ref), self);
    }

    /// <summary>What needs nothing of the user but its marks.</summary>
    public void OnMessage(object message)
    {
        switch (message)
        {
            case SentUpTo sent:
                OnSent(sent);
                break;
            case MarkStored stored:
                Tell(stored.Conversation, new ReceiptMark(stored.Received, stored.Read)); // the session's node has stored it
                break;
            case ReadUpTo read:
                OnReadElsewhere(read);
                break;
            case Written written:
                OnWritten(written);
                break;
        }
    }

    /// <summary>Who sends has read. Not received: messages of others with lower numbers may be on their way, and deliveries go by that mark.</summary>
    void OnSent(SentUpTo sent)
    {
        foreach (var (conversation, seq) in sent.Sent)
            _marks.Raise(conversation, receivedTo: 0, readTo: seq);
    }

    /// <summary>From a node of an earlier version.</summary>
    void OnReadElsewhere(ReadUpTo read)
    {
        if (_marks.TryClaim(new OpenMark(new DeliveryMark(userId, read.Conversation, 0, 0, read.UpTo), IsClaim: true)))
            Write(isDue: false);
    }

    public void OnTick()
    {
        Write(isDue: true);
        _deletes?.OnTick();
        _receipts?.OnTick();
    }

    /// <summary>What was gathered does not wait for the tick, unless a write has failed.</summary>
    public void WriteGathered()
    {
        _receipts?.TellAll();
        if (!_marks.IsStuck)
            Write(isDue: true);
    }

    /// <param name="isDue">Whether it is time for what was gathered too: it waits, claims do not.</param>
    void Write(bool isDue)
    {
        var marks = _marks.Next(isDue);
        if (marks.Count > 0)
            Write(marks);
    }

    /// <summary>A write has ended. If it failed the next tick tries again.</summary>
    void OnWritten(Written written)
    {
        if (written.Verdicts is not { } verdicts)
        {
            _marks.OnFailed(written.Marks);
            return;
        }

        _marks.OnWritten();
        for (var i = 0; i < verdicts.Count; i++)
            OnJudged(written.Marks[i], verdicts[i]);
        Write(isDue: false);
    }

    // A method of its own: the object with what its lambdas capture is not made when there is nothing to write.
    void Write(IReadOnlyList<OpenMark> marks) => services.MarkQueue.RaiseAsync([.. marks.Select(open => open.Mark)]).PipeTo(
        self, success: verdicts => new Written(marks, verdicts), failure: _ => new Written(marks, null));

    void OnJudged(OpenMark open, MarkVerdict verdict)
    {
        var mark = open.Mark;
        if (verdict.Outcome != MarkOutcome.Stored)
        {
            var error = verdict.Outcome == MarkOutcome.NotYours ? ErrorCode.NotYours : ErrorCode.Malformed;
            open.Session?.Tell(new MarkRefused(userId, mark.Conversation, mark.ReceivedTo, error, verdict.Head, open.Ref), self);
        }
        else if (open.IsClaim)
        {
            DeleteDrained(mark.Conversation, mark.ReceivedTo);
        }

        if (mark.Conversation.IsGroup && verdict.ShownRead is { } shown)
            board.TellRead(mark.Conversation, userId, shown);
        if (verdict.Receipt is { } receipt && MarkStored.IsTold(mark.Conversation))
            Tell(mark.Conversation, receipt);
    }

    void Tell(ConversationId conversation, ReceiptMark mark) =>
        (_receipts ??= new ReceiptDesk(userId, board, services.Clock)).OnStored(conversation, mark);

    void DeleteDrained(ConversationId conversation, long upTo)
    {
        if (drain.OnReceived(conversation, upTo))
            Deletes.DeleteUpTo(conversation, upTo);
    }
}
