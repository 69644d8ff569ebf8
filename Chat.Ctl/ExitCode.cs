namespace Chat.Ctl;

/// <summary>What scripts see; docs/CHATCTL.md has the same table.</summary>
static class ExitCode
{
    public const int Done = 0;

    /// <summary>The node has refused: a rule, a conflict, or too many requests.</summary>
    public const int Refused = 1;

    public const int WrongUsage = 2;

    /// <summary>There is no such user, group, message, key, endpoint or setting.</summary>
    public const int NotFound = 3;

    /// <summary>No key, a wrong one, or one without the scope; or the API is off.</summary>
    public const int NoAccess = 4;

    /// <summary>The node does not answer, or says that it cannot now.</summary>
    public const int Unavailable = 5;

    /// <summary>Of <c>safe-to-stop</c>: not now. Of <c>backup check</c>: something is missing or wrong.</summary>
    public const int NotSafe = 6;
}

/// <summary>A command has not done what was asked for.</summary>
sealed class CtlException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode => exitCode;
}
