using System.Diagnostics;
using Chat.SystemTests.EndToEnd;

namespace Chat.SystemTests.Deployment;

/// <summary>Runs a command of a deployment file.</summary>
static class Shell
{
    /// <summary>Its exit code.</summary>
    public static async Task<int> RunAsync(string[] command, params (string Name, string Value)[] environment) =>
        (await OutputAsync(command, TestNode.Patience, environment)).Exit;

    /// <summary>Its exit code, and all that it has said.</summary>
    public static async Task<(int Exit, string Said)> OutputAsync(string[] command, TimeSpan patience, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, string.Concat(await output));
    }
}
