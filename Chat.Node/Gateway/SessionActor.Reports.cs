using Chat.Node.Contracts;
using Chat.Node.Faults;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>
/// What the user is told of frames that have left. With a history nobody waits for it: it only lets the user and the conversation
/// forget, so a session under load tells it now and then, for all that has left meanwhile. Without one acknowledgements wait for it.
/// </summary>
sealed partial class SessionActor
{
    PushLedger _pushed;
    long _toldAt;
    bool _isReportDue;

    void TellReceipts(IReadOnlyList<Receipt> receipts)
    {
        var offlineTo = 0L;
        for (var i = 0; i < receipts.Count; i++)
        {
            var receipt = receipts[i];
            switch (receipt.Kind)
            {
                case ReceiptKind.Offline:
                    offlineTo = receipt.Number; // pages are ordered, their rows' ids need not be
                    break;
                case ReceiptKind.Acknowledgement:
                    _services.CrashPoints.Reach(CrashPoint.AfterAcknowledge);
                    break;
                case ReceiptKind.Push when receipt.Number > 0:
                    _services.CrashPoints.Reach(CrashPoint.AfterFlush);
                    // One word per conversation: a later number covers this one.
                    if (i + 1 < receipts.Count && receipts[i + 1] is { Kind: ReceiptKind.Push } next
                        && next.Conversation == receipt.Conversation && next.Incarnation == receipt.Incarnation && next.Number > 0)
                        break;
                    TellPushed(receipt);
                    break;
            }
        }

        if (offlineTo > 0)
            TellUser(new OfflinePushed(_user!.Id, _sessionId, offlineTo));
        if (_pushed.Unreported.Length > 0)
            ReportUnreportedInTime();
    }

    void TellPushed(in Receipt receipt)
    {
        if (receipt.Incarnation != 0)
        {
            if (receipt.Incarnation < 0)
                NoteFlushedCopy(receipt);
            TellUser(new Pushed(_user!.Id, _sessionId, receipt.Conversation, receipt.Incarnation, receipt.Number));
            return;
        }

        if (_pushed.NoteFlushed(receipt.Conversation, receipt.Number, _isModern, out var upTo))
            TellNumbers(receipt.Conversation, upTo);
    }

    /// <summary>At once if the last report was a while ago, else when the clock says so.</summary>
    void ReportUnreportedInTime()
    {
        if (CoarseMilliseconds - _toldAt >= FlushReportTimer.Interval.TotalMilliseconds)
        {
            TellUntold();
        }
        else if (!_isReportDue)
        {
            _isReportDue = true;
            _services.Reports.Wake(Self);
        }
    }

    void OnReportDue()
    {
        _isReportDue = false;
        TellUntold();
    }

    /// <summary>Also before a detach: what the user does not know to have left would be queued.</summary>
    void TellUntold()
    {
        foreach (var conversation in _pushed.Unreported)
        {
            if (_pushed.TryReport(conversation, out var upTo))
                TellNumbers(conversation, upTo);
        }

        _pushed.ClearUnreported();
        _toldAt = CoarseMilliseconds;
    }

    void TellNumbers(ConversationId conversation, long upTo) =>
        TellUser(new Pushed(_user!.Id, _sessionId, conversation, Incarnation: 0, upTo));

    void TellUser(IUserMessage message) => (_userActor ?? _services.Users.Value).Tell(message, Self);
}
