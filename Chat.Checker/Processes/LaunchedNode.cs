using System.Collections.Concurrent;
using System.Diagnostics;

namespace Chat.Checker.Processes;

/// <summary>The built node in a process of its own, so that it can die.</summary>
sealed class LaunchedNode : IAsyncDisposable
{
    public const int KilledExitCode = 128 + 9;

    static readonly TimeSpan SignalPatience = TimeSpan.FromSeconds(15);

    readonly Process _process;
    readonly TextWriter? _log;
    readonly ConcurrentQueue<string> _output = new();
    readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts it without waiting.</summary>
    /// <param name="launch">How.</param>
    /// <param name="isUnread">Nobody reads what it prints.</param>
    public LaunchedNode(NodeLaunch launch, bool isUnread = false)
    {
        (_process, _log) = (Start(launch), launch.Log);
        if (isUnread)
            return;
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Of the operating system.</summary>
    public int Id => _process.Id;

    /// <summary>What it has printed so far, if it does not go to a log of its own.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Completes when it can be used.</summary>
    public Task Ready => _ready.Task;

    public bool HasExited => _process.HasExited;

    /// <summary>Once it has ended.</summary>
    public int ExitCode => _process.ExitCode;

    public Task WaitForExitAsync() => _process.WaitForExitAsync();

    /// <summary>Its exit code, when it has ended.</summary>
    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>As <c>kill -9</c>.</summary>
    public void Kill() => _process.Kill();

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        await kill.WaitForExitAsync().WaitAsync(SignalPatience);
    }

    /// <summary>Whoever reads what it prints is gone.</summary>
    public void StopReading()
    {
        _process.StandardOutput.Close();
        _process.StandardError.Close();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    static Process Start(NodeLaunch launch)
    {
        var dotnet = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet";
        string[] command = [.. launch.Prefix, dotnet, launch.Program ?? NodeLaunch.BuiltProgram, "--Chat:Accounts:PasswordIterations=1000", "--Chat:WebPort=0", .. launch.Settings];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = launch.WorkingDirectory,
        };
        // A node of a test or a fault run lives for seconds: compiling the hot path at once, as the product does, would double what its start costs.
        start.Environment["DOTNET_TC_CallCountingDelayMs"] = "64"; // hexadecimal: the runtime's own 100 ms
        start.Environment["DOTNET_TieredPGO"] = "0";
        SetOrRemove("CHATACTORS_CRASH_AT", launch.CrashAt);
        SetOrRemove("CHATACTORS_FAULT", launch.Fault);
        SetOrRemove("CHATACTORS_CLOCK", launch.Clock);
        return Process.Start(start)!;

        void SetOrRemove(string name, string? value)
        {
            start.Environment.Remove(name);
            if (value is not null)
                start.Environment[name] = value;
        }
    }

    void Note(string? line)
    {
        if (line is null)
            return;
        if (_log is null)
            _output.Enqueue(line);
        else
            _log.WriteLine(line);
        if (line.Contains("ChatActors is ready", StringComparison.Ordinal))
            _ready.TrySetResult();
    }
}
