namespace Chat.Node.Webhooks;

/// <summary>
/// How long a stored mark lives, and how long whoever wrote it may trust that. The dispatcher takes a mark away when it has known it for
/// <see cref="KeptMilliseconds"/>, has read the log after that and found nothing. Whoever wrote it trusts it for <see cref="TrustedMilliseconds"/>
/// from the beginning of the write, which is earlier. So a message that is in the log while the mark is trusted is found by that read, or
/// by an earlier one. Only steady clocks are compared with themselves: clocks of nodes may differ.
/// </summary>
static class MarkLife
{
    public const long TrustedMilliseconds = 2000;

    public const long KeptMilliseconds = 6000;

    /// <summary>A silent conversation is forgotten by the marker.</summary>
    public const long ForgottenMilliseconds = 60_000;
}
