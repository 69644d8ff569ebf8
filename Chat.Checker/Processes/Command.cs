using System.Diagnostics;

namespace Chat.Checker.Processes;

/// <summary>A program of the system that does one thing and ends.</summary>
static class Command
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>What it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed; with what it said.</exception>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await process.WaitForExitAsync().WaitAsync(Patience);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed with {process.ExitCode}: {await error}");
        return output;
    }
}
