using System.Runtime.InteropServices;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Faults;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Conversations;

/// <summary>Posts, their rows in the log, and the way to the receivers.</summary>
sealed partial class ConversationActor
{
    void OnPost(Post post, IActorRef session)
    {
        _lastActivity = CoarseMilliseconds;
        if (AreMembersStale)
        {
            ReadMembers(post, session);
            return;
        }

        _sessions[post.SessionId] = session;
        var isBusy = _follower.IsRecovering || _isStopping || _deliveries.IsFull;
        var judgement = _state.Judge(post, UnixMilliseconds, _isMembershipFresh, isBusy);
        switch (judgement.Verdict)
        {
            case Verdict.Take when _services.KeepsHistory:
                Append(post, judgement);
                break;
            case Verdict.Take:
                FanOutUnlogged(post, judgement);
                break;
            case Verdict.Answer when judgement.Error == ErrorCode.None:
                session.Tell(new PostAccepted(_id, post.Number, judgement.Number, judgement.Ts), Self);
                break;
            case Verdict.Answer:
                session.Tell(new PostRefused(_id, post.Number, judgement.Error, judgement.Reason), Self);
                break;
            case Verdict.Resend:
                session.Tell(new ResendPosts(_id, judgement.Number), Self);
                break;
            case Verdict.AskMembers:
                ReadMembers(post, session);
                break;
        }
    }

    void Append(Post post, Judgement judgement)
    {
        var row = new LogRow(
            _id, judgement.Number, post.Sender, post.Cmid, judgement.Ts, new ChatBody(post.Body, post.TimeOffset).Stamp(judgement.Ts));
        if (!_writer.TryAppend(row) && _state.TakeBack(judgement.Number) is { } refused)
            Refuse(refused, "the log is busy");
    }

    void OnRowSettled(RowSettled settled)
    {
        var row = settled.Row;
        if (!_writer.IsOfThisLife(settled))
        {
            // A row of an earlier life, which this one may not have seen when it read the log.
            if (settled.Outcome.Status == AppendStatus.Written && row.Seq > _state.CommittedHead)
                _follower.RequireRecovery();
        }
        else if (settled.Outcome.Status == AppendStatus.Written)
        {
            if (_state.Accept(row.Seq, row.Seq, row.Ts) is { } accepted)
            {
                AnswerAccepted(accepted, row.Seq, row.Ts);
                if (!_services.CrashPoints.IsArmed(CrashPoint.AfterAcknowledge))
                    FanOutRow(row, accepted.SenderHasOtherDevices, accepted.OriginSession, mayBeKnown: false);
                if (ImportId.IsImport(row.Cmid))
                    Imports.OnLogged(row, isWritten: true);
            }
        }
        else if (_state.Fail(row.Seq) is { } failed)
        {
            _follower.RequireRecovery();
            if (ImportId.IsImport(row.Cmid))
                Imports.OnNotWritten(row, settled.Outcome);
            else if (settled.Outcome.Status == AppendStatus.Duplicate)
                AnswerAccepted(failed, settled.Outcome.Seq, settled.Outcome.Ts);
            else if (settled.Outcome.Status == AppendStatus.Refused)
                RefuseForEver(failed);
            else
                Refuse(failed, "the message could not be stored");
        }

        if (!_state.IsEmpty)
            return;
        if (_isStopping)
            Stop();
        else if (_follower.IsRecovering)
            Recover();
    }

    void AnswerAccepted(InFlightPost post, long seq, long ts)
    {
        foreach (var waiting in post.Waiting)
            TellSession(waiting, new PostAccepted(_id, waiting.PostNumber, seq, ts));
    }

    /// <summary>Directly: the news of this actor's end must not overtake its last answers.</summary>
    void TellSession(WaitingSession waiting, IClusterMessage answer)
    {
        if (_sessions.TryGetValue(waiting.SessionId, out var session))
            session.Tell(answer, Self);
    }

    void Refuse(InFlightPost post, string reason)
    {
        foreach (var waiting in post.Waiting)
        {
            _state.RefuseFrom(waiting);
            TellSession(waiting, new PostRefused(_id, waiting.PostNumber, ErrorCode.Unavailable, reason));
        }
    }

    /// <summary>Sending it again would not help: the sender may go on without it.</summary>
    void RefuseForEver(InFlightPost post)
    {
        foreach (var waiting in post.Waiting)
        {
            TellSession(waiting, new PostRefused(_id, waiting.PostNumber, ErrorCode.TooLarge, "the database does not take the message"));
        }
    }

    void FanOutRow(LogRow row, bool hasSiblings, long originSession, bool mayBeKnown)
    {
        var message = new AcceptedMessage(_id, row.Seq, row.Sender, row.Cmid, row.Ts, row.Body, originSession);
        StartFanOut(message, row.Seq, hasSiblings, mayBeKnown);
        _follower.TouchSlot();
    }

    /// <summary>Without a history the post is accepted when everybody has it: pushed or queued.</summary>
    void FanOutUnlogged(Post post, Judgement judgement)
    {
        var body = new ChatBody(post.Body, post.TimeOffset).Stamp(judgement.Ts);
        if (body.Length > _services.Log.LargestBody && _state.TakeBack(judgement.Number) is { } refused)
        {
            RefuseForEver(refused); // it could never be queued, and everything behind it would wait
            return;
        }

        var message = new AcceptedMessage(_id, 0, post.Sender, post.Cmid, judgement.Ts, body, post.SessionId);
        if (!StartFanOut(message, judgement.Number, post.SenderHasOtherDevices, mayBeKnown: false))
            Finish(judgement.Number);
    }

    bool StartFanOut(AcceptedMessage message, long number, bool hasSiblings, bool mayBeKnown)
    {
        // A chat to oneself is a delivery like any other.
        var hasCopies = hasSiblings || (!_id.IsGroup && _id.A == _id.B);
        var isSent = _deliveries.Add(message, number, _state.Receivers, hasCopies, mayBeKnown);
        ArmTick();
        return isSent;
    }

    void OnDeliveryConfirmed(DeliveryConfirmed confirmed, IActorRef user)
    {
        if (confirmed.Incarnation == _deliveries.Incarnation)
            Finish(CollectionsMarshal.AsSpan(_deliveries.Confirm(confirmed, user)));
        else
            _imports?.OnConfirmed(confirmed, user);
    }

    /// <summary>Everybody has these.</summary>
    void Finish(params ReadOnlySpan<long> numbers)
    {
        if (!_services.KeepsHistory)
        {
            foreach (var number in numbers)
            {
                if (_state.Find(number) is { } post && _state.Accept(number, 0, post.Ts) is { } accepted)
                    AnswerAccepted(accepted, 0, accepted.Ts);
            }
        }

        _follower.TouchSlot();
        _follower.AnswerSweepers();
        if (_deliveries.IsIdle && _isStopping)
            Stop();
    }

    void OnResendDeliveries(ResendDeliveries resend, IActorRef user)
    {
        if (resend.Incarnation == _deliveries.Incarnation)
            _deliveries.Resend(resend, user);
        else
            _imports?.OnResend(resend, user);
    }
}
