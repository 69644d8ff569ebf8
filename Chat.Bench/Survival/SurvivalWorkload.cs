using System.Diagnostics;
using Chat.Bench.Measuring;
using Chat.Bench.Workloads;
using Chat.Checker.Checking;
using Chat.Checker.Population;
using Chat.Protocol;

namespace Chat.Bench.Survival;

/// <summary>Makes a load with clients that survive, lets nodes die under it, and checks afterwards whether every promise was kept.</summary>
sealed class SurvivalWorkload(SurvivalOptions options, TextWriter output)
{
    readonly Lock _lock = new();
    readonly LatencyRecorder _acknowledgement = new();
    readonly List<string> _actions = [];
    readonly SentRegister _register = new();
    readonly string _run = $"chaos-{Guid.NewGuid():N}";
    long _lastAcknowledged;
    long _longestSilence;

    public async Task<SurvivalResult> RunAsync()
    {
        if (options.Users < 2)
            throw new BenchException("survive needs two users at least");
        output.WriteLine($"opening {options.Users} clients to {string.Join(", ", options.Targets)}");
        var users = new SurvivalUser[options.Users];
        await Parallel.ForAsync(0, users.Length, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (index, _) =>
            users[index] = await SurvivalUser.OpenAsync(options, index, _run, _register));
        try
        {
            return await RunAsync(users);
        }
        finally
        {
            foreach (var user in users)
                await user.DisposeAsync();
        }
    }

    async Task<SurvivalResult> RunAsync(SurvivalUser[] users)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(options.Seconds));
        _lastAcknowledged = LoadClock.Now;
        var sending = Task.WhenAll(users.Select((user, index) => user.SendAsync(users[index ^ 1], options.Window, OnAcknowledged, stop.Token)));
        var acting = ActAsync(stop.Token);
        for (var second = 1; !stop.IsCancellationRequested; second++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            Tell($"{second,4} s", users);
        }

        await acting;
        await WaitAsync("acknowledgements", sending, users);
        OnSilenceEnded();
        var acknowledged = LoadClock.Now;
        await WaitAsync("deliveries", UntilDeliveredAsync(users), users);
        var lastDelivery = LoadClock.Seconds(LoadClock.Now - acknowledged);
        var (violations, inHistory) = await CheckAsync(users);
        return new(
            users.Length, options.Seconds, _actions, users.Sum(user => (long)user.Counts().Acknowledged), users.Sum(user => user.Sent - user.Counts().Acknowledged),
            users.Sum(user => (long)user.Counts().Received), inHistory, LoadClock.Seconds(_longestSilence), lastDelivery, _acknowledgement.Summarize(), violations);
    }

    void OnAcknowledged(long microseconds)
    {
        lock (_lock)
        {
            _acknowledgement.Record(microseconds);
            OnSilenceEnded();
        }
    }

    void OnSilenceEnded()
    {
        var now = LoadClock.Now;
        _longestSilence = Math.Max(_longestSilence, now - _lastAcknowledged);
        _lastAcknowledged = now;
    }

    async Task ActAsync(CancellationToken stop)
    {
        var begun = LoadClock.Now;
        try
        {
            for (var turn = 0; turn < options.KillPids.Count || options.KillCommand is not null; turn++)
            {
                await Task.Delay(TimeSpan.FromSeconds(options.ActionEvery), stop);
                var at = $"{LoadClock.Seconds(LoadClock.Now - begun):n0} s";
                if (turn < options.KillPids.Count)
                    Note($"{at}: kill -9 {options.KillPids[turn]}{Kill(options.KillPids[turn])}");
                if (options.KillCommand is { } command)
                    Note($"{at}: {command}: exit code {await ShellAsync(command)}");
            }
        }
        catch (OperationCanceledException)
        {
            // The load is over.
        }

        void Note(string action)
        {
            output.WriteLine($"  {action}");
            _actions.Add(action);
        }
    }

    static string Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
            return "";
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return $" FAILED: {e.Message}";
        }
    }

    static async Task<int> ShellAsync(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { UseShellExecute = false })!;
        await shell.WaitForExitAsync();
        return shell.ExitCode;
    }

    async Task WaitAsync(string what, Task task, SurvivalUser[] users)
    {
        output.WriteLine($"  waiting for {what}");
        var limit = Task.Delay(TimeSpan.FromSeconds(options.Recovery));
        while (await Task.WhenAny(task, limit, Task.Delay(TimeSpan.FromSeconds(5))) is var first && first != task && first != limit)
            Tell("      ", users);
    }

    static async Task UntilDeliveredAsync(SurvivalUser[] users)
    {
        while (users.Where((user, index) => user.Counts().Acknowledged > users[index ^ 1].Counts().Received).Any())
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        await Task.Delay(TimeSpan.FromSeconds(1)); // a second delivery would come now
    }

    async Task<(List<Violation> Violations, long InHistory)> CheckAsync(SurvivalUser[] users)
    {
        output.WriteLine("  reading the history");
        var (observations, inHistory) = (new PairObservations(_register.All()), 0L);
        for (var pair = 0; pair < users.Length; pair += 2)
        {
            var (first, second) = (users[pair], users[pair + 1]);
            var seqs = first.Acknowledged().Concat(second.Acknowledged()).Select(seen => seen.Seq)
                .Concat(first.Received().Concat(second.Received()).Select(seen => seen.Seq)).ToList();
            if (seqs.Count == 0)
                continue;
            var conversation = ConversationId.Direct(first.Id, second.Id);
            var history = await first.ReadHistoryAsync(conversation, seqs.Min() - 1);
            inHistory += history.Count;
            observations.AddHistory(conversation, history);
            foreach (var user in (SurvivalUser[])[first, second])
            {
                observations.AddUser(user.Id, user.Acknowledged(), user.Received());
                observations.AddMissing(user.Missing());
            }
        }

        return (observations.Check(), inHistory);
    }

    void Tell(string when, SurvivalUser[] users)
    {
        var (acknowledged, received) = (users.Sum(user => (long)user.Counts().Acknowledged), users.Sum(user => (long)user.Counts().Received));
        output.WriteLine($"  {when} {acknowledged,12:n0} acknowledged {received,12:n0} delivered, {users.Count(user => user.IsConnected)} of {users.Length} connected");
    }
}
