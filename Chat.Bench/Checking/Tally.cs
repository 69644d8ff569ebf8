namespace Chat.Bench.Checking;

/// <summary>What went wrong, in messages and receivers; all zero is what a server promises.</summary>
sealed record Tally
{
    /// <summary>Acknowledged (legacy: sent) and not delivered until the end of the run.</summary>
    public long Lost { get; set; }

    public long Duplicated { get; set; }

    /// <summary>Delivered behind a later message of the same sender to the same receiver.</summary>
    public long OutOfOrder { get; set; }

    /// <summary>The text is not the one that was sent, or the frame was none.</summary>
    public long Corrupt { get; set; }

    /// <summary>Delivered to somebody it was not for.</summary>
    public long Misdelivered { get; set; }

    /// <summary>Sent and never answered, so nobody knows; modern only.</summary>
    public long Unanswered { get; set; }

    /// <summary>Refused and sent again.</summary>
    public long Refused { get; set; }

    /// <summary>Refused for good.</summary>
    public long Failed { get; set; }

    /// <summary>Connections that the server ended.</summary>
    public long Disconnected { get; set; }

    /// <summary>The first refusal, as the server said it.</summary>
    public string? FirstRefusal { get; set; }

    /// <summary>The number of the error of a refusal, 0 if there was none.</summary>
    public int RefusalErrno { get; set; }

    /// <summary>Nothing lost, twice, out of order, changed or at the wrong receiver.</summary>
    public bool IsClean => Lost == 0 && Duplicated == 0 && OutOfOrder == 0 && Corrupt == 0 && Misdelivered == 0;

    /// <summary>Clean, and nobody was sent away either.</summary>
    public bool IsPerfect => IsClean && Unanswered == 0 && Failed == 0 && Disconnected == 0;
}
