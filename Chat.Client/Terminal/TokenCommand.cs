using System.Diagnostics;

namespace Chat.Client.Terminal;

/// <summary>A command of the user's shell that prints a token (JWT) of the product.</summary>
static class TokenCommand
{
    const int MaxLength = 16 * 1024;

    /// <summary>The token: what the command prints, without blanks around it; null if that is nothing.</summary>
    /// <exception cref="InvalidOperationException">It failed, or printed too much.</exception>
    public static async Task<string?> RunAsync(string command, CancellationToken cancellationToken)
    {
        var start = OperatingSystem.IsWindows() ? new ProcessStartInfo("cmd.exe", ["/c", command]) : new ProcessStartInfo("/bin/sh", ["-c", command]);
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start) ?? throw new InvalidOperationException("the token command cannot be started");
        try
        {
            var buffer = new char[MaxLength + 1];
            var length = await process.StandardOutput.ReadBlockAsync(buffer, cancellationToken);
            if (length > MaxLength)
                throw new InvalidOperationException($"the token command printed more than {MaxLength} characters");
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"the token command ended with code {process.ExitCode}");
            return new string(buffer, 0, length).Trim() is { Length: > 0 } token ? token : null;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
