using System.IO.Pipelines;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Faults;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>Frames to the socket: pushes, the offline queue, answers; and who is told when they have left.</summary>
sealed partial class SessionActor
{
    const int MaxFramesBeforeFlush = 64;
    static readonly byte[] LegacyPong = "{\"msgid\":105}"u8.ToArray();

    /// <summary>A push that a test wants to have late.</summary>
    (AcceptedMessage Message, Receipt Receipt)? _heldBack;

    DeferredFlush? _deferredFlush;
    bool _isFlushDue;

    void OnPush(Push push)
    {
        if (_isEnding || _isClosed || _isDrainDue || _user is null || !IsFromUser)
            return; // the user has been told, or will be, or sees it: this one is queued
        var message = push.Message;
        var receipt = new Receipt(ReceiptKind.Push, message.Conversation, push.Incarnation, push.Number);
        switch (_pushes.TakePush(push))
        {
            case PushVerdict.Write when _services.CrashPoints.Faults.IsArmed:
                WritePushWrongly(message, receipt);
                break;
            case PushVerdict.Write:
                WritePush(message, receipt);
                break;
            case PushVerdict.WriteReceipt:
                Send(default, receipt);
                break;
            case PushVerdict.Flushed:
                TellPushed(message.Conversation, push.Incarnation, push.IsSideLane ? push.Number : message.Seq);
                break;
        }
    }

    /// <summary>Not of an earlier life, nor of who was logged in here before: their words may come late.</summary>
    bool IsFromUser => Sender.Equals(_userActor);

    void WritePush(AcceptedMessage message, Receipt receipt)
    {
        if (_isModern)
            Send(message.Push, receipt);
        else
            SendLegacy(message.Body, receipt);
    }

    /// <summary>Only in tests of the checker.</summary>
    void WritePushWrongly(AcceptedMessage message, Receipt receipt)
    {
        var faults = _services.CrashPoints.Faults;
        if (_heldBack is null && faults.IsDue(InjectedFault.Reorder))
        {
            _heldBack = (message, receipt);
            return;
        }

        WritePush(message, receipt);
        if (faults.IsDue(InjectedFault.Twice))
            WritePush(message, receipt);
        if (_heldBack is not { } late || late.Message.Conversation != message.Conversation)
            return;
        _heldBack = null;
        WritePush(late.Message, late.Receipt);
    }

    void PushOffline(IReadOnlyList<QueuedMessage> rows)
    {
        if (_isEnding || _isClosed || !IsFromUser)
            return;
        foreach (var row in rows)
        {
            var receipt = new Receipt(ReceiptKind.Offline, Number: row.Id);
            if (!_pushes.TryTakeRow(row))
                Send(default, receipt); // it has it already: only the receipt goes through the box
            else if (_isModern)
                Send(ChatBody.ToPush(row.Body.Span, row.Conversation, row.Cmid, row.Seq, row.Ts, row.Seq == 0 ? row.Id : 0), receipt);
            else
                SendLegacy(row.Body, receipt);
        }
    }

    void SendLegacyAck(LoginOutcome result, Attached attached)
    {
        var offline = attached.HasMore ? [] : attached.Offline.Select(row => row.Body).ToList();
        var ack = LegacyFrames.LoginAck(
            result.Account.Id, result.Account.Name, result.Friends, result.Groups, offline, out var hasOffline);
        if (!hasOffline)
        {
            Send(ack);
            PushOffline(attached.Offline);
            return;
        }

        foreach (var row in attached.Offline)
            _pushes.TryTakeRow(row);

        Send(ack, new Receipt(ReceiptKind.Offline, Number: attached.Offline[^1].Id));
    }

    void SendLegacy(ReadOnlyMemory<byte> body, Receipt receipt)
    {
        if (body.Length <= LegacyFrames.MaxBytes)
        {
            Send(body, receipt);
            return;
        }

        var frames = LegacyFrames.Split(body);
        for (var i = 0; i < frames.Count; i++)
            Send(frames[i], i == frames.Count - 1 ? receipt : receipt with { Number = 0 });
    }

    void Send(ReadOnlyMemory<byte> frame, Receipt receipt = default)
    {
        if (_isClosed)
            return;
        if (!_outbox.TryAdd(frame, receipt))
        {
            Close("slow consumer: the outbox is full");
        }
    }

    void FlushWhenIdle()
    {
        // A flush takes a part of a large queue only, and often ends at once: go on until nothing is left or it is under way.
        while (!_isClosed && !_isDrainDue && !_outbox.IsFlushing && !_pausing.IsSet && (!_outbox.IsEmpty || _closesWhenFlushed))
        {
            if (_outbox.Count < MaxFramesBeforeFlush && (_cell.HasMessages || WaitsForRound()))
                return;
            if (_outbox.IsEmpty)
                Close("bad input");
            else
                Flush();
        }
    }

    /// <summary>Acknowledgements that are alone wait for what comes next, if it is on its way.</summary>
    bool WaitsForRound()
    {
        if (_isFlushDue || _isEnding || !_outbox.HoldsOnlyAcknowledgements)
            return false;
        _deferredFlush ??= new DeferredFlush(Self);
        if (!_deferredFlush.IsWaiting)
            _services.Acknowledgements.Enter(_deferredFlush);
        return true;
    }

    void Flush()
    {
        _isFlushDue = false;
        _deferredFlush?.End();
        var pause = _outbox.Pause;
        if (pause > TimeSpan.Zero)
        {
            _pausing.Set(Context, pause, PauseEnded.Instance);
            return;
        }

        ValueTask<FlushResult> flush;
        try
        {
            flush = _outbox.FlushAsync();
        }
        catch (InvalidOperationException)
        {
            OnFlushEnded(isOver: true); // the connection has just ended: its pipe takes nothing any more
            return;
        }

        if (flush.IsCompletedSuccessfully)
        {
#pragma warning disable CA2012 // taken once: either here or below
            var result = flush.Result;
#pragma warning restore CA2012
            OnFlushEnded(result.IsCompleted || result.IsCanceled);
            return;
        }

        flush.AsTask().PipeTo(Self, success: result => new FlushEnded(result.IsCompleted || result.IsCanceled), failure: _ => new FlushEnded(IsOver: true));
    }

    void OnFlushEnded(bool isOver)
    {
        _outbox.OnFlushed();
        if (isOver)
        {
            OnConnectionClosed(new ConnectionClosed(CanStillWrite: false));
            return;
        }

        OnFramesTaken();
        if (_isDrainDue)
            OnDrainNow();
        if (_isEnding)
            EndWhenDone();
        else if (_closesWhenFlushed && _outbox.IsEmpty)
            Close("bad input");
    }
}
