using System.Runtime.InteropServices;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Faults;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Conversations;

/// <summary>Posts, their rows in the log, and the way to the receivers.</summary>
sealed class Posts(
    ConversationId id, ConversationServices services, ConversationState state, DeliveryLane deliveries, LogWriter writer, LogFollower follower,
    IActorRef self)
{
    public PostAnswers Answers { get; } = new(id, state, self);

    /// <summary>Judges a post, and sends it on its way. False if the members have to be read again first.</summary>
    public bool TryTake(Post post, IActorRef session, bool isMembershipFresh, bool isBusy)
    {
        Answers.Await(post, session);
        var judgement = state.Judge(post, services.Clock.GetUtcNow().ToUnixTimeMilliseconds(), isMembershipFresh, isBusy);
        switch (judgement.Verdict)
        {
            case Verdict.Take when services.KeepsHistory:
                Append(post, judgement);
                break;
            case Verdict.Take:
                FanOutUnlogged(post, judgement);
                break;
            case Verdict.Answer or Verdict.Resend:
                Answers.Answer(post, session, judgement);
                break;
            case Verdict.AskMembers:
                return false;
        }

        return true;
    }

    /// <summary>What became of a row in the log: a committed one is acknowledged, and only then brought to everybody.</summary>
    /// <param name="settled">The row.</param>
    /// <param name="imports">Of a message of another server; else null.</param>
    public void OnRowSettled(RowSettled settled, BridgeImports? imports)
    {
        var (row, outcome) = (settled.Row, settled.Outcome);
        row.Span?.End(OutcomeOf(outcome.Status));
        if (!writer.IsOfThisLife(settled))
        {
            // A row of an earlier life, which this one may not have seen when it read the log.
            if (outcome.Status == AppendStatus.Written && row.Seq > state.CommittedHead)
                follower.RequireRecovery();
        }
        else if (outcome.Status == AppendStatus.Written)
        {
            OnRowWritten(row, imports);
        }
        else if (state.Fail(row.Seq) is { } failed)
        {
            follower.RequireRecovery();
            if (imports is not null)
                imports.OnNotWritten(row, outcome);
            else
                Answers.AnswerNotWritten(failed, outcome);
        }
    }

    public void OnConfirmed(DeliveryConfirmed confirmed, IActorRef user) => Finish(CollectionsMarshal.AsSpan(deliveries.Confirm(confirmed, user)));

    void OnRowWritten(LogRow row, BridgeImports? imports)
    {
        if (state.Accept(row.Seq, row.Seq, row.Ts) is not { } accepted)
            return;
        Answers.Accept(accepted, row.Seq, row.Ts);
        services.Meter.Accepted(imports is null ? 1 : 0);
        if (!services.CrashPoints.IsArmed(CrashPoint.AfterAcknowledge))
        {
            var message = new AcceptedMessage(id, row.Seq, row.Sender, row.Cmid, row.Ts, row.Body, accepted.OriginSession) { References = row.References };
            Send(message, row.Seq, accepted.SenderHasOtherDevices, row.Span?.Trace);
            follower.TouchSlot();
        }

        imports?.OnLogged(row, isWritten: true);
    }

    /// <summary>Everybody has these.</summary>
    void Finish(params ReadOnlySpan<long> numbers)
    {
        if (!services.KeepsHistory)
        {
            foreach (var number in numbers)
            {
                if (state.Find(number) is { } post && state.Accept(number, 0, post.Ts) is { } accepted)
                {
                    Answers.Accept(accepted, 0, accepted.Ts);
                    services.Meter.Accepted(1);
                }
            }
        }

        follower.TouchSlot();
        follower.AnswerSweepers();
    }

    void Append(Post post, Judgement judgement)
    {
        var row = new LogRow(
            id, judgement.Number, post.Sender, post.Cmid, judgement.Ts, new ChatBody(post.Body, post.TimeOffset).Stamp(judgement.Ts))
        {
            Systems = state.Systems,
            References = post.References,
            Span = MessageSpans.BeginLog(post.Trace, id, judgement.Number),
        };
        if (writer.TryAppend(row))
            return;
        row.Span?.End(SpanOutcome.NotWritten);
        if (state.TakeBack(judgement.Number) is { } refused)
            Answers.Refuse(refused, "the log is busy");
    }

    /// <summary>Without a history the post is accepted when everybody has it: pushed or queued.</summary>
    void FanOutUnlogged(Post post, Judgement judgement)
    {
        var body = new ChatBody(post.Body, post.TimeOffset).Stamp(judgement.Ts);
        if (body.Length > services.Log.LargestBody && state.TakeBack(judgement.Number) is { } refused)
        {
            Answers.RefuseForEver(refused); // it could never be queued, and everything behind it would wait
            return;
        }

        var message = new AcceptedMessage(id, 0, post.Sender, post.Cmid, judgement.Ts, body, post.SessionId);
        if (!Send(message, judgement.Number, post.SenderHasOtherDevices, post.Trace))
            Finish(judgement.Number);
    }

    /// <summary>Returns whether it was sent to anybody now.</summary>
    bool Send(AcceptedMessage message, long number, bool senderHasOtherDevices, string? trace)
    {
        // A chat to oneself is a delivery like any other.
        var hasCopies = senderHasOtherDevices || (!id.IsGroup && id.A == id.B);
        return deliveries.Add(message, number, state.Receivers(services.KeepsHistory && services.Webhooks.AreOn), hasCopies, mayBeKnown: false, trace);
    }

    static string OutcomeOf(AppendStatus status) => status switch
    {
        AppendStatus.Written => SpanOutcome.Committed,
        AppendStatus.Duplicate => SpanOutcome.Duplicate,
        AppendStatus.Refused => SpanOutcome.Refused,
        _ => SpanOutcome.NotWritten,
    };
}
