namespace Chat.Client.Terminal;

/// <summary>How the program ends.</summary>
static class ExitCode
{
    /// <summary>Every command succeeded.</summary>
    public const int Success = 0;

    /// <summary>A command failed.</summary>
    public const int CommandFailed = 1;

    /// <summary>The command line makes no sense.</summary>
    public const int WrongUsage = 2;

    /// <summary>No server answers.</summary>
    public const int CannotConnect = 3;
}
