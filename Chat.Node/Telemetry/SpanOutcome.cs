namespace Chat.Node.Telemetry;

/// <summary>How a hop has ended: the values of <c>chat.outcome</c>, which docs/METRICS.md lists.</summary>
static class SpanOutcome
{
    /// <summary>The acknowledgement is written.</summary>
    public const string Accepted = "accepted";

    /// <summary>It will not be taken.</summary>
    public const string Refused = "refused";

    /// <summary>It was not taken; whoever sent it may send it again.</summary>
    public const string GivenUp = "given_up";

    /// <summary>The row is committed.</summary>
    public const string Committed = "committed";

    /// <summary>The log has had it before.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>The row was not written, or nobody knows.</summary>
    public const string NotWritten = "not_written";

    /// <summary>Everybody has confirmed.</summary>
    public const string Confirmed = "confirmed";

    /// <summary>The actor ended first; its next life goes on without a span.</summary>
    public const string Abandoned = "abandoned";

    /// <summary>A session has flushed it.</summary>
    public const string Pushed = "pushed";

    /// <summary>It is in the offline queue, or another server has it.</summary>
    public const string Queued = "queued";

    /// <summary>This user is not to get it, or has it.</summary>
    public const string Skipped = "skipped";

    /// <summary>It is in the outbox of the connection.</summary>
    public const string Written = "written";
}
