using Chat.Node.Contracts;
using Chat.Node.Faults;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>
/// Messages to the client, and what its user is told of those that have left; when it is told is the ledger's rule
/// (<see cref="PushLedger"/>). To a client that acknowledges nothing itself a message is delivered when the TCP of its machine has
/// acknowledged the bytes: a kernel takes bytes for a machine that is long gone too.
/// </summary>
sealed class SessionPushes(SessionCore core)
{
    readonly PushLedger _ledger = new();
    PeerReports? _reports;
    OutOfOrder<(AcceptedMessage Message, Receipt Receipt)>? _outOfOrder;

    public void BecomeModern() => _ledger.IsModern = true;

    /// <summary>The last number of a conversation that was written to this connection.</summary>
    public long WrittenTo(ConversationId conversation) => _ledger.WrittenTo(conversation);

    public void OnPush(Push push)
    {
        if (core.Life != SessionLife.Open || core.User is null || !core.IsFromUser)
            return; // the user has been told, or will be, or sees it: this one is queued
        var message = push.Message;
        var receipt = new Receipt(ReceiptKind.Push, message.Conversation, push.Incarnation, push.Number) { Ts = unchecked((int)message.Ts) };
        var (span, verdict) = (MessageSpans.BeginPush(push.Trace, message.Conversation, message.Seq), _ledger.TakePush(push));
        switch (verdict)
        {
            case PushVerdict.Write when core.Services.CrashPoints.Faults is { IsArmed: true } faults:
                _outOfOrder ??= new(faults, (late, next) => late.Message.Conversation == next.Message.Conversation, each => Write(each.Message, each.Receipt));
                _outOfOrder.Pass((message, receipt));
                break;
            case PushVerdict.Write:
                Write(message, receipt);
                break;
            case PushVerdict.WriteReceipt:
                core.Send(default, receipt);
                break;
            case PushVerdict.Flushed:
                TellPushed(message.Conversation, push.Incarnation, push.IsSideLane ? push.Number : message.Seq);
                break;
        }

        span?.End(verdict == PushVerdict.Write ? SpanOutcome.Written : SpanOutcome.Skipped);
    }

    public void PushOffline(IReadOnlyList<QueuedMessage> rows)
    {
        if (core.Life != SessionLife.Open || !core.IsFromUser)
            return;
        foreach (var row in rows)
        {
            var receipt = new Receipt(ReceiptKind.Offline, Number: row.Id);
            if (!_ledger.TryTakeRow(row))
                core.Send(default, receipt); // it has it already: only the receipt goes through the box
            else if (core.IsModern)
                core.Send(FilePushes.OfQueued(row, core.SpeaksNext, core.Services.Files, core.User?.Id ?? 0, core.Services.MessageLimits.MaxFrameBytes), receipt);
            else
                SendLegacy(row.Body, receipt);
        }
    }

    public void SendLegacyAck(LoginOutcome result, Attached attached)
    {
        var offline = attached.HasMore ? [] : attached.Offline.Select(row => row.Body).ToList();
        var ack = LegacyFrames.LoginAck(
            result.Account.Id, result.Account.Name, result.Friends, result.Groups, offline, out var hasOffline);
        if (!hasOffline)
        {
            core.Send(ack);
            PushOffline(attached.Offline);
            return;
        }

        foreach (var row in attached.Offline)
            _ledger.TryTakeRow(row);

        core.Send(ack, new Receipt(ReceiptKind.Offline, Number: attached.Offline[^1].Id));
    }

    /// <summary>
    /// What the client says it has received. A number above what this session has told it is not refused here: another device, or an
    /// earlier connection, may have been told it. The user asks the log.
    /// </summary>
    /// <param name="request">Of the client.</param>
    /// <param name="user">Who is logged in.</param>
    /// <param name="acknowledgedTo">The last number of the conversation that a post of this client was acknowledged with.</param>
    public void OnReceived(ReceivedRequest request, ChatSender user, long acknowledgedTo)
    {
        if (request.OfflineId is { } rowId)
        {
            OnReceivedQueued(request, user, rowId);
            return;
        }

        var conversation = request.Conversation!.Value;
        if (!conversation.IsGroup && !conversation.IsBetween(user.Id))
        {
            core.Fail(request, ErrorCode.NotYours, Refusal.NotYours(conversation));
            return;
        }

        var toldTo = Math.Max(_ledger.WrittenTo(conversation), acknowledgedTo);
        core.TellUser(new ReceivedUpTo(user.Id, conversation, request.Seq, request.Seq > 0 && request.Seq <= toldTo, request.Ref.Token));
        core.ReturnCredit();
    }

    public void OnMarkRefused(MarkRefused refused)
    {
        if (core.User?.Id == refused.UserId && core.Life != SessionLife.Finishing)
            core.SendRefusal(Refusal.OfMark(new RequestRef(refused.Ref), refused.Conversation, refused.UpTo, refused.Error, refused.Head), refused.Error);
    }

    /// <summary>The kernel has taken the frames of a flush.</summary>
    public void OnFlushed()
    {
        var left = core.Frames.InFlight;
        if (left.IsEmpty)
            return;
        FlushMeasure.Note(core.Services.Meter, left, core.Services.Clock);
        if (core.User is null)
            return;
        if (core.Transport.Peer is not { } peer || core.IsModern) // modern clients acknowledge themselves
        {
            TellReceipts(left);
            return;
        }

        _reports ??= new PeerReports(peer, core.Services.Peers, core.Context.Self);
        _reports.Add(left, core.Frames.Sent);
        if (!_reports.IsFull)
            return;
        TellAcknowledged();
        if (_reports.IsFull)
            core.Close(CloseCode.SlowConsumer, "slow consumer: its peer acknowledges nothing");
    }

    public void OnPeerAcknowledged(PeerAcknowledged acknowledged)
    {
        if (_reports is null)
            return;
        var receipts = _reports.OnAcknowledged(acknowledged.Bytes);
        if (!receipts.IsEmpty && core.User is not null)
            TellReceipts(receipts);
    }

    /// <summary>Whether a part of what a client was sent that acknowledges nothing itself is still on its way to it.</summary>
    public bool IsOnItsWay()
    {
        TellAcknowledged();
        return _reports is { IsEmpty: false };
    }

    public void OnReportDue()
    {
        _ledger.OnReportDue();
        ReportFlushed();
    }

    /// <summary>Before the user takes back what it does not know to have arrived, and queues it.</summary>
    public void ReportAll()
    {
        TellAcknowledged();
        _reports?.Clear();
        if (core.User is not null)
            ReportFlushed();
    }

    /// <summary>Logged out: the next user has been given nothing.</summary>
    public void Clear() => _ledger.Clear();

    void Write(AcceptedMessage message, Receipt receipt)
    {
        if (core.IsModern)
            core.Send(PushOf(message), receipt);
        else
            SendLegacy(message.Body, receipt);
    }

    ReadOnlyMemory<byte> PushOf(AcceptedMessage message)
    {
        if (!core.SpeaksNext)
            return message.Push;
        return FilePushes.HasFiles(message.References)
            ? ChatBody.ToPush(
                ChangedBody.WithoutReferences(message.Body.Span), message.Conversation, message.Cmid, message.Seq, message.Ts,
                references: FilePushes.WithAddresses(message.References, core.Services.Files, core.User?.Id ?? 0).Span)
            : message.NextPush;
    }

    void SendLegacy(ReadOnlyMemory<byte> body, Receipt receipt)
    {
        if (body.Length <= LegacyFrames.MaxBytes)
        {
            core.Send(body, receipt);
            return;
        }

        var frames = LegacyFrames.Split(body);
        for (var i = 0; i < frames.Count; i++)
            core.Send(frames[i], i == frames.Count - 1 ? receipt : receipt with { Number = 0 });
    }

    void OnReceivedQueued(ReceivedRequest request, ChatSender user, long rowId)
    {
        if (rowId > _ledger.OfflineTo)
        {
            core.Fail(request, ErrorCode.Malformed, $"\"offline\" {rowId} is above {_ledger.OfflineTo}, the last such number on this connection");
            return;
        }

        core.TellUser(new ReceivedQueued(user.Id, rowId));
        core.ReturnCredit();
    }

    void TellAcknowledged()
    {
        if (_reports is null)
            return;
        var receipts = _reports.TakeNow();
        if (!receipts.IsEmpty && core.User is not null)
            TellReceipts(receipts);
    }

    void TellReceipts(ReadOnlySpan<Receipt> receipts)
    {
        var offlineTo = 0L;
        for (var i = 0; i < receipts.Length; i++)
        {
            ref readonly var receipt = ref receipts[i];
            switch (receipt.Kind)
            {
                case ReceiptKind.Offline:
                    offlineTo = receipt.Number; // pages are ordered, their rows' ids need not be
                    break;
                case ReceiptKind.Acknowledgement:
                    core.Services.CrashPoints.Reach(CrashPoint.AfterAcknowledge);
                    break;
                case ReceiptKind.Push when receipt.Number > 0:
                    core.Services.CrashPoints.Reach(CrashPoint.AfterFlush);
                    // One word per conversation: a later number covers this one.
                    if (i + 1 < receipts.Length && Covers(receipts[i + 1], receipt))
                        break;
                    TellPushed(in receipt);
                    break;
            }
        }

        if (offlineTo > 0)
            core.TellUser(new OfflinePushed(core.User!.Id, core.Id, offlineTo));
        ReportInTime();
    }

    static bool Covers(in Receipt next, in Receipt receipt) => next is { Kind: ReceiptKind.Push, Number: > 0 }
        && next.Conversation == receipt.Conversation && next.Incarnation == receipt.Incarnation;

    void TellPushed(in Receipt receipt)
    {
        var lane = DeliveryLife.LaneOf(receipt.Incarnation);
        if (lane != Lane.Ordered)
        {
            if (lane == Lane.Side && _ledger.OnCopyFlushed(receipt) is > 0 and var passed)
                TellPushed(receipt.Conversation, DeliveryLife.Ordered, passed);
            TellPushed(receipt.Conversation, receipt.Incarnation, receipt.Number);
        }
        else if (_ledger.OnFlushed(receipt) is > 0 and var number)
        {
            TellPushed(receipt.Conversation, DeliveryLife.Ordered, number);
        }
    }

    void ReportInTime()
    {
        var time = _ledger.NextReport(core.Now);
        if (time == ReportTime.Now)
            ReportFlushed();
        else if (time == ReportTime.Later)
            core.Services.Reports.Wake(core.Context.Self);
    }

    /// <summary>Also before a detach: what the user does not know to have left would be queued.</summary>
    void ReportFlushed()
    {
        while (_ledger.TryTakeUnreported(core.Now, out var conversation, out var number))
            TellPushed(conversation, DeliveryLife.Ordered, number);
    }

    void TellPushed(ConversationId conversation, long incarnation, long upTo) =>
        core.TellUser(new Pushed(core.User!.Id, core.Id, conversation, incarnation, upTo));
}
