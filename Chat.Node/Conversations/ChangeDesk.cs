using Akka.Actor;
using Akka.Event;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Conversations;

/// <summary>What changes are judged by has been read.</summary>
sealed record BasisRead(ChangeBasis Basis) : INoSerializationVerificationNeeded;

/// <summary>Changes were written, or somebody else was quicker.</summary>
sealed record ChangesWritten(bool IsWritten) : INoSerializationVerificationNeeded;

/// <summary>The database could not be read, or nobody knows what became of a write.</summary>
sealed record ChangesFailed(Exception Cause) : INoSerializationVerificationNeeded;

/// <summary>
/// Changes of messages, in rounds: what has gathered is read, judged, written and answered together, and then told to those who are there. Knows no rev by
/// heart: the write says by which one it was judged, and has no effect if that is not the newest.
/// </summary>
sealed class ChangeDesk(ConversationState state, ConversationServices services, DeliveryLane deliveries, NoticeBoard notices, IActorRef self, ILoggingAdapter logger)
{
    const int MaxWaiting = 1000;
    const int RoundSize = 200;
    const int MaxAttempts = 3;

    readonly ConversationId _id = state.Id;

    readonly Queue<(ChangeMessage Change, IActorRef Asker)> _waiting = new();
    readonly List<(ChangeMessage Change, IActorRef Asker)> _round = [];
    readonly ChangePushes _pushes = new();
    JudgedChanges? _judged;
    int _attempts;

    /// <summary>A round is under way: this life cannot end before its outcome is known.</summary>
    public bool IsUnderWay => _round.Count > 0;

    public bool HasOpenWork => IsUnderWay || !_pushes.IsEmpty;

    public void OnChange(ChangeMessage change, IActorRef asker, bool isStopping)
    {
        if (services.Changes is null)
        {
            asker.Tell(MessageChangeAnswer.Refuse(ErrorCode.HistoryOff, "this server keeps no history"), self);
        }
        else if (change.Kind is not (ChangeKind.Recall or ChangeKind.Unreact) && state.IsSilenced(change.UserId))
        {
            asker.Tell(MessageChangeAnswer.Refuse(ErrorCode.Blocked, ConversationState.BlockedBy(_id.Other(change.UserId))), self);
        }
        else if (change is { IsOfProduct: false, Kind: not (ChangeKind.Recall or ChangeKind.Unreact) } && state.Members.Contains(change.UserId) && !state.Sees(change.UserId, change.Seq))
        {
            asker.Tell(MessageChangeAnswer.Refuse(ErrorCode.NotYours, ChangeRules.NoMessage(_id, change.Seq)), self); // said before the user came
        }
        else if (change is { Kind: ChangeKind.Edit, IsOfProduct: false } && state.Sending.RefusalOf(change.UserId, services.Clock.GetUtcNow().ToUnixTimeMilliseconds()) is { } silence)
        {
            asker.Tell(MessageChangeAnswer.Refuse(ErrorCode.Forbidden, silence.Reason), self); // else it would be a way to speak
        }
        else if (isStopping || _waiting.Count >= MaxWaiting)
        {
            asker.Tell(Busy("the conversation takes no changes now"), self);
        }
        else
        {
            _waiting.Enqueue((change, asker));
            Begin();
        }
    }

    /// <summary>What becomes of a round. False if the message is none of that.</summary>
    public bool TryReceive(object message)
    {
        switch (message)
        {
            case BasisRead read:
                OnRead(read.Basis);
                return true;
            case ChangesWritten written:
                OnWritten(written.IsWritten);
                return true;
            case ChangesFailed failed:
                logger.Warning("changes of messages in {0} could not be stored: {1}", _id, failed.Cause.Message);
                EndRound(_ => Busy("the change could not be stored"));
                return true;
            default:
                return false;
        }
    }

    public void OnTick() => Tell(_pushes.TakeDue(services.Clock.CoarseMilliseconds()));

    /// <summary>Nothing more is taken up; what is under way comes to its end.</summary>
    public void RefuseWaiting()
    {
        while (_waiting.TryDequeue(out var waiting))
            waiting.Asker.Tell(Busy("the conversation moves to another node"), self);
    }

    void Begin()
    {
        if (IsUnderWay)
            return;
        while (_round.Count < RoundSize && _waiting.TryDequeue(out var next))
            _round.Add(next);
        _attempts = 0;
        Read();
    }

    void Read()
    {
        if (_round.Count == 0)
            return;
        _attempts++;
        services.Changes!.ReadBasisAsync(_id, [.. _round.Select(each => each.Change.Seq).Distinct()], [.. _round.Select(each => each.Change.UserId).Distinct()])
            .PipeTo(self, success: basis => new BasisRead(basis), failure: cause => new ChangesFailed(cause));
    }

    void OnRead(ChangeBasis basis)
    {
        if (!IsUnderWay)
            return;
        _judged = ChangeRules.Judge(_id, basis, services.ChangeWindows(), services.Clock.GetUtcNow().ToUnixTimeMilliseconds(), _round.Select(each => each.Change));
        if (_judged.Set is { } set)
            services.Changes!.WriteAsync(set).PipeTo(self, success: isWritten => new ChangesWritten(isWritten), failure: cause => new ChangesFailed(cause));
        else
            Answer(_judged);
    }

    void OnWritten(bool isWritten)
    {
        if (_judged is not { Set: { } set } judged)
            return;
        if (!isWritten)
        {
            if (_attempts < MaxAttempts)
                Read();
            else
                EndRound(_ => Busy("somebody else changes messages of the conversation"));
            return;
        }

        services.Webhooks.OnChanged(_id);
        foreach (var message in set.Messages.Where(message => set.Rewritten.Contains(message.Seq)))
            deliveries.Rewrite(message.Seq, message.Body, message.References.ToBytes());
        var due = _pushes.Add(set.BasisRev, judged.Pushes, services.Clock.CoarseMilliseconds());
        Answer(judged);
        Tell(due);
    }

    void Answer(JudgedChanges judged) => EndRound(i => judged.Answers[i]);

    void EndRound(Func<int, MessageChangeAnswer> answerOf)
    {
        for (var i = 0; i < _round.Count; i++)
            _round[i].Asker.Tell(answerOf(i), self);
        _round.Clear();
        _judged = null;
        Begin();
    }

    void Tell(List<MessageChangedPush> pushes)
    {
        if (pushes.Count == 0)
            return;
        int[] members = [.. state.Members];
        var limit = services.ChangeWindows().Limits.MaxFrameBytes;
        foreach (var push in pushes)
            notices.Tell(new Notice(state.JoinSeqs is null ? members : [.. members.Where(userId => state.Sees(userId, push.Seq))], push.ToBytes(limit)));
    }

    static MessageChangeAnswer Busy(string reason) => MessageChangeAnswer.Refuse(ErrorCode.Unavailable, reason);
}
