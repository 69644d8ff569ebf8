namespace Chat.Checker.Checking;

/// <summary>The ways to break the promise.</summary>
enum ViolationKind
{
    /// <summary>Acknowledged, and not in the log.</summary>
    Lost,

    /// <summary>Acknowledged under another number or time than the log has.</summary>
    Misnumbered,

    /// <summary>Acknowledged twice, differently.</summary>
    AcknowledgedDifferently,

    /// <summary>One message is in the log twice.</summary>
    LoggedTwice,

    /// <summary>The numbers of a conversation are not 1, 2, 3 …</summary>
    Hole,

    /// <summary>Somebody, or the log, has what nobody sent.</summary>
    Phantom,

    /// <summary>A client was given what the log does not have at this place.</summary>
    NotInLog,

    /// <summary>A member never got a message of the log.</summary>
    NotDelivered,

    /// <summary>Twice on one modern connection; or twice to a legacy client without a reason.</summary>
    DeliveredTwice,

    /// <summary>In another order than the log's.</summary>
    OutOfOrder,

    /// <summary>The log has the messages of one client in another order than it sent them.</summary>
    LoggedOutOfOrder,

    /// <summary>The history that a client reads is not the log.</summary>
    HistoryDiffers,

    /// <summary>Refused for ever, though nothing was wrong with it.</summary>
    Refused,

    /// <summary>Never answered, though everything was well again.</summary>
    NeverAnswered,

    /// <summary>A node ended by itself with a code that it should not have.</summary>
    UnexpectedExit,
}

/// <summary>A broken promise, in words.</summary>
sealed record Violation(ViolationKind Kind, string Text)
{
    public override string ToString() => $"{Kind}: {Text}";
}
