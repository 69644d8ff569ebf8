using Chat.Node.Contracts;
using Chat.Node.Faults;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>What the user is told of frames that have left; when it is told is the ledger's rule (<see cref="PushLedger"/>).</summary>
sealed partial class SessionActor
{
    readonly PushLedger _pushes = new();

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
        ReportInTime();
    }

    void TellPushed(in Receipt receipt)
    {
        if (receipt.Incarnation != 0)
        {
            if (receipt.Incarnation < 0 && _pushes.OnCopyFlushed(receipt) is > 0 and var passed)
                TellPushed(receipt.Conversation, incarnation: 0, passed);
            TellPushed(receipt.Conversation, receipt.Incarnation, receipt.Number);
        }
        else if (_pushes.OnFlushed(receipt) is > 0 and var number)
        {
            TellPushed(receipt.Conversation, incarnation: 0, number);
        }
    }

    void ReportInTime()
    {
        switch (_pushes.NextReport(CoarseMilliseconds))
        {
            case ReportTime.Now:
                ReportFlushed();
                break;
            case ReportTime.Later:
                _services.Reports.Wake(Self);
                break;
        }
    }

    void OnReportDue()
    {
        _pushes.OnReportDue();
        ReportFlushed();
    }

    /// <summary>Also before a detach: what the user does not know to have left would be queued.</summary>
    void ReportFlushed()
    {
        while (_pushes.TryTakeUnreported(CoarseMilliseconds, out var conversation, out var number))
            TellPushed(conversation, incarnation: 0, number);
    }

    void TellPushed(ConversationId conversation, long incarnation, long upTo) =>
        TellUser(new Pushed(_user!.Id, _sessionId, conversation, incarnation, upTo));

    void TellUser(IUserMessage message) => (_userActor ?? _services.Users.Value).Tell(message, Self);
}
