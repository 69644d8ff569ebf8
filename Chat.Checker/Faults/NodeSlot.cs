using System.Diagnostics;
using System.Net;
using Chat.Checker.Population;
using Chat.Checker.Processes;

namespace Chat.Checker.Faults;

/// <summary>
/// The place of one node, and its supervisor: whenever its process ends, for whatever reason, it is started again. What was to end
/// with which code is known here; other ends are reported.
/// </summary>
sealed class NodeSlot : IAsyncDisposable
{
    /// <summary>Cannot start (the database is down); removed from the cluster.</summary>
    static readonly int[] OwnCodes = [3, 4];
    const int KilledBySignal = 128;
    const int TermSignal = 15;
    const int RestartMilliseconds = 500;
    static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(65);
    static readonly TimeSpan CollectionPatience = TimeSpan.FromSeconds(30);
    static readonly TimeSpan CollectionInterval = TimeSpan.FromSeconds(1);

    readonly NodeLaunch _launch;
    readonly RunClock _clock;
    readonly Action<string> _note;
    readonly object _gate = new();
    readonly CancellationTokenSource _end = new();
    readonly List<string> _unexpected = [];
    readonly List<(int Code, long At)> _exits = [];
    LaunchedNode? _process;
    string? _program;
    string? _crashAt;
    bool _isAsked;
    bool _isDisposed;
    long _notBefore;
    Task _supervising = Task.CompletedTask;

    public NodeSlot(int number, IPEndPoint chat, IPEndPoint web, IPEndPoint health, NodeLaunch launch, RunNotes notes)
    {
        (Number, Chat, Web, Health, _launch, _clock, _note) = (number, chat, web, health, launch, notes.Clock, notes.Write);
        _program = launch.Program;
    }

    public int Number { get; }

    public IPEndPoint Chat { get; }

    public IPEndPoint Web { get; }

    public IPEndPoint Health { get; }

    public IReadOnlyList<string> UnexpectedExits
    {
        get
        {
            lock (_gate)
                return [.. _unexpected];
        }
    }

    /// <summary>Every end of its process: code, and when in milliseconds of the run.</summary>
    public IReadOnlyList<(int Code, long At)> Exits
    {
        get
        {
            lock (_gate)
                return [.. _exits];
        }
    }

    public void Start() => _supervising = Task.Run(SuperviseAsync);

    /// <summary>kill -9; started again after a while.</summary>
    public async Task KillAsync(int restartAfter)
    {
        AskToEnd(restartAfter);
        await SignalAsync("KILL");
    }

    /// <summary>SIGTERM; started again when it has ended, after a while. What does not end in time is killed.</summary>
    public async Task TerminateAsync(int restartAfter)
    {
        var process = AskToEnd(restartAfter);
        await SignalAsync("TERM");
        await KillUnlessEndedAsync(process, "SIGTERM");
    }

    /// <summary>The same, and what is started then is another program.</summary>
    /// <param name="program">Null: <see cref="NodeLaunch.BuiltProgram"/>.</param>
    /// <param name="restartAfter">In milliseconds.</param>
    public Task ReplaceAsync(string? program, int restartAfter)
    {
        lock (_gate)
            _program = program;
        return TerminateAsync(restartAfter);
    }

    /// <summary>Started again with a crash point, at which it has to die by itself; else it is killed.</summary>
    public async Task CrashAsync(string crashAt, TimeSpan patience)
    {
        lock (_gate)
            _crashAt = crashAt;
        var before = AskToEnd(0);
        await SignalAsync("TERM");
        await KillUnlessEndedAsync(before, "SIGTERM");
        var armed = await NextProcessAsync(before);
        lock (_gate)
            _isAsked = true;
        try
        {
            await armed.ExitCodeAsync().WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            _note($"node {Number} did not come to {crashAt} within {patience.TotalSeconds:0} s and is killed");
            await KillAsync(0);
        }
    }

    public Task FreezeAsync() => SignalAsync("STOP");

    public Task ThawAsync() => SignalAsync("CONT");

    /// <summary>One full collection a second; says how many there were, and what they took.</summary>
    public async Task<string> CollectGarbageAsync(TimeSpan duration)
    {
        if (_process is not { HasExited: false, Ready.IsCompleted: true } process)
            return $"node {Number} is not there to collect garbage";
        var (count, longest, bytes, clock) = (0, TimeSpan.Zero, 0L, Stopwatch.StartNew());
        try
        {
            while (clock.Elapsed < duration)
            {
                var collection = await ForcedCollection.RunAsync(process.Id, CollectionPatience);
                (count, longest, bytes) = (count + 1, collection.Elapsed > longest ? collection.Elapsed : longest, collection.WalkedBytes);
                await Task.Delay(CollectionInterval, _end.Token);
            }
        }
        catch (Exception e) when (process.HasExited)
        {
            _note($"node {Number} ended while it collected garbage: {e.Message}");
        }

        return $"node {Number} collected all its garbage {count} times in {clock.Elapsed.TotalSeconds:0.0} s, the longest took {longest.TotalMilliseconds:0} ms at most; "
            + $"it took {bytes / 1_000_000} MB to say what there is";
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        if (_process is { HasExited: false })
            await SignalAsync("KILL");
        await _supervising;
        _isDisposed = true;
        _end.Dispose();
    }

    /// <summary>This process ends: nothing is started again, and nobody waits.</summary>
    public void KillForGood()
    {
        if (_isDisposed)
            return;
        _end.Cancel();
        if (_process is { HasExited: false } process)
            process.Kill();
    }

    LaunchedNode? AskToEnd(int restartAfter)
    {
        lock (_gate)
        {
            _isAsked = true;
            _notBefore = Environment.TickCount64 + restartAfter;
            return _process;
        }
    }

    async Task SignalAsync(string signal)
    {
        if (_process is { HasExited: false } process)
            await process.SignalAsync(signal);
    }

    async Task KillUnlessEndedAsync(LaunchedNode? process, string after)
    {
        if (process is null)
            return;
        try
        {
            await process.ExitCodeAsync().WaitAsync(KillPatience);
        }
        catch (TimeoutException)
        {
            lock (_gate)
                _unexpected.Add($"node {Number} was still there {KillPatience.TotalSeconds:0} s after {after}");
            await SignalAsync("KILL");
        }
    }

    async Task<LaunchedNode> NextProcessAsync(LaunchedNode? before)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_process is { } next && !ReferenceEquals(next, before))
                    return next;
            }

            await Task.Delay(20, _end.Token);
        }
    }

    async Task SuperviseAsync()
    {
        try
        {
            while (!_end.IsCancellationRequested)
            {
                await using var process = Launch();
                OnExit(await process.ExitCodeAsync());
                var pause = Math.Max(RestartMilliseconds, _notBefore - Environment.TickCount64);
                await Task.Delay((int)pause, _end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // the run is over
        }
    }

    LaunchedNode Launch()
    {
        lock (_gate)
        {
            _isAsked = false;
            _note($"node {Number} starts{(_program is null ? "" : $" ({_program})")}{(_crashAt is null ? "" : $", to crash at {_crashAt}")}");
            _process = new LaunchedNode(_launch with { CrashAt = _crashAt, Program = _program });
            _crashAt = null;
            return _process;
        }
    }

    void OnExit(int code)
    {
        if (_end.IsCancellationRequested)
            return;
        lock (_gate)
        {
            _exits.Add((code, _clock.Now));
            _note($"node {Number} ended with {code}{(_isAsked ? "" : " by itself")}");
            var isWanted = _isAsked && code is 0 or LaunchedNode.KilledExitCode or KilledBySignal + TermSignal;
            if (!isWanted && !OwnCodes.Contains(code))
                _unexpected.Add($"node {Number} ended with {code} by itself at {_clock.TimeOfDay(_clock.Now)}: see its log");
        }
    }
}
