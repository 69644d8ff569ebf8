using System.Net;
using Chat.Checker.Checking;
using Chat.Checker.Faults;
using Chat.Checker.Population;
using Chat.Checker.Processes;

namespace Chat.Checker;

/// <summary>One run: nodes, clients, load, faults; then everything is made well, what is still on its way arrives, and the checker looks.</summary>
sealed class ChaosRun : IDisposable
{
    static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90);

    /// <summary>A legacy client's session repeats for 60 s.</summary>
    static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(75);
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    /// <summary>So long nothing new may come before the log and the clients count as settled.</summary>
    const long QuietMilliseconds = 2000;

    readonly ChaosOptions _options;
    readonly RunClock _clock = new();
    readonly string _folder;
    readonly RunNotes _notes;
    readonly CancellationTokenSource _end = new();
    SilenceMeter _everybody = new();
    readonly SentRegister _sent = new();
    bool _isLoading;

    ChaosRun(ChaosOptions options, Action<string> output)
    {
        _options = options;
        // For people, who look for yesterday's: nothing is measured by it.
        _folder = Path.Combine(options.Folder, $"{DateTime.UtcNow:yyyyMMdd-HHmmss}-seed-{options.Seed}");
        Directory.CreateDirectory(_folder);
        _notes = new RunNotes(_clock, output, Path.Combine(_folder, "report.txt"));
    }

    public static async Task<ChaosResult> RunAsync(ChaosOptions options, Action<string> output)
    {
        if (options.Problem is { } problem)
            throw new InvalidOperationException(problem);
        using var run = new ChaosRun(options, output);
        var result = await run.RunAsync();
        foreach (var log in result.Violations.Count == 0 && !options.KeepsLogs ? Directory.GetFiles(run._folder, "node-*.log") : [])
            File.Delete(log); // only what went wrong is worth the space
        return result;
    }

    public void Dispose()
    {
        _notes.Dispose();
        _end.Dispose();
    }

    async Task<ChaosResult> RunAsync()
    {
        _notes.Write($"SEED {_options.Seed}. The same again: {_options.Command}");
        INodeNetwork network = _options.CutsLinks ? await NamespaceNetwork.CreateAsync(_options.Nodes + Members) : new LoopbackNetwork();
        await using var cluster = ChaosCluster.Start(_options, network, await DatabaseAsync(network), _folder, _notes);
        await cluster.HealthyAsync(StartPatience);
        _notes.Write($"{_options.Nodes} nodes are ready");
        await using var balancer = _options.Balancer is { } start ? await start([.. cluster.Nodes.Select(node => node.Chat.Port)]) : null;
        List<IPEndPoint> nodes = balancer is null ? cluster.Nodes.ConvertAll(node => node.Chat) : [new IPEndPoint(IPAddress.Loopback, balancer.Port)];
        var services = new RunServices(_clock, _sent, nodes, _notes.Write, _end.Token) { WebPorts = _options.UsesWebSockets ? cluster.Nodes.ConvertAll(node => node.Web) : null };
        var plan = new PopulationPlan { Rate = _options.Rate, LegacyClientsGoAway = _options.Balancer is null };
        var crowd = await Crowd.EnrolAsync(services, plan, Acknowledged);
        using var bystanders = await Bystanders.LogInAsync(nodes, _options.Bystanders);
        crowd.Start();
        await UntilAsync(() => Task.FromResult(crowd.AreAllOnline), StartPatience, "all clients are logged in");

        var runner = new FaultRunner(cluster, _notes);
        var trouble = await MakeTroubleAsync(crowd, runner, new Load(services, crowd, plan, _options.Seed));
        var seen = await SettleAsync(cluster, crowd, runner, nodes[0]);
        seen.UnexpectedExits.AddRange(trouble);
        if (await cluster.Database.ProblemAsync() is { } problem)
            seen.UnexpectedExits.Add(problem);
        await _end.CancelAsync();
        await crowd.EndAsync();
        var result = Conclude(cluster, crowd, runner, seen);
        await ConversationDump.WriteAsync(_folder, seen, result.Violations, _clock);
        return result;
    }

    int Members => _options.Database == ChaosDatabase.Galera ? GaleraCluster.Size : 0;

    async Task<IRunDatabase> DatabaseAsync(INodeNetwork network) => _options.Database switch
    {
        ChaosDatabase.Sqlite => new OwnSqlite(_folder),
        ChaosDatabase.Galera => await OwnGalera.StartAsync(network, _options.Nodes),
        ChaosDatabase.GivenMySql => await GivenMySql.CreateAsync(_options.ConnectionString),
        _ => await OwnMariaDb.StartAsync(network),
    };

    /// <summary>What did not become well again in time.</summary>
    async Task<List<string>> MakeTroubleAsync(Crowd crowd, FaultRunner runner, Load load)
    {
        var schedule = _options.Previous is not null ? FaultSchedule.Upgrade(_options.Nodes, _options.Seconds) : FaultSchedule.Draw(
            _options.Seed,
            new FaultPlan(_options.Nodes, _options.Faults, _options.Seconds)
            {
                CanCut = _options.CutsLinks,
                Members = Members,
                CanHurtDatabase = _options.Database == ChaosDatabase.OwnMariaDb,
                Only = _options.Kinds,
                Milliseconds = _options.FaultMilliseconds,
                ImpatientPercent = _options.IsPatient ? 0 : FaultPlan.StandardImpatientPercent,
            });
        schedule.ForEach(fault => _notes.Write($"planned: {fault}"));
        using var enough = new CancellationTokenSource();
        lock (_sent)
            (_everybody, _isLoading) = (new SilenceMeter(_clock.Now), true);
        var loading = Task.Run(() => load.RunAsync(enough.Token));
        var duration = Task.Delay(TimeSpan.FromSeconds(_options.Seconds));
        var problems = new List<string>();
        try
        {
            await runner.RunAsync(schedule, _end.Token);
        }
        catch (TimeoutException e)
        {
            problems.Add($"after fault {runner.Happened.Count}: {e.Message}");
        }

        await duration;
        await enough.CancelAsync();
        await loading;
        lock (_sent)
            _isLoading = false;
        _notes.Write($"end of the load: {_sent.Count} messages of {crowd.Devices.Count} clients, {load.PassedOver} not made because their clients waited");
        return problems;
    }

    /// <summary>
    /// Waits until every message has its answer and nothing comes any more; then until everybody has everything. What is missing after
    /// that is missing.
    /// </summary>
    async Task<Observations> SettleAsync(ChaosCluster cluster, Crowd crowd, FaultRunner runner, IPEndPoint node)
    {
        await UntilAsync(() => Task.FromResult(crowd is { Unanswered: 0, AreAllOnline: true }), AnswerPatience, "every message has its answer, every client is online");
        var (rows, since) = (-1L, _clock.Now);
        await UntilAsync(
            async () =>
            {
                var count = await LogReader.CountAsync(cluster.Database);
                if (count != rows)
                    (rows, since) = (count, _clock.Now);
                return _clock.Now - Math.Max(since, crowd.Devices.Max(device => device.LastSighting)) > QuietMilliseconds;
            },
            AnswerPatience, "nothing new comes");
        var log = await LogReader.ReadAsync(cluster.Database);
        var seen = new Observations();
        await UntilAsync(
            () =>
            {
                seen = crowd.Observe();
                seen.Log.AddRange(log);
                return Task.FromResult(!DeliveryRule.Check(seen, new LogIndex(seen)).Any());
            },
            _options.DeliveryPatience, "everybody has everything");
        seen.Disturbances.AddRange(runner.Disturbances);
        seen.UnexpectedExits.AddRange(cluster.Nodes.SelectMany(slot => slot.UnexpectedExits));
        foreach (var conversation in crowd.Members.Keys)
            seen.Histories.Add(await crowd.ReadHistoryAsync(node, conversation));
        return seen;
    }

    ChaosResult Conclude(ChaosCluster cluster, Crowd crowd, FaultRunner runner, Observations seen)
    {
        var violations = DeliveryChecker.Check(seen);
        foreach (var node in cluster.Nodes)
            _notes.Write($"node {node.Number} ended {node.Exits.Count} times: {string.Join(", ", node.Exits.Select(exit => $"{exit.Code} at {_clock.TimeOfDay(exit.At)}"))}");
        var modern = crowd.Devices.OfType<ModernDevice>().ToList();
        var pairs = modern.SelectMany(device => device.Meters.Select(meter =>
            ($"user {device.Account.User} (device {device.Account.Device}) to {meter.Key}", meter.Value))).ToList();
        foreach (var line in OutageReport.Lines(_everybody, pairs, runner.Happened, _clock.TimeOfDay))
            _notes.Write(line);
        var acknowledged = seen.Acknowledgements.Select(ack => ack.Number).Distinct().Count();
        var summary =
            $"{seen.Sent.Count} messages made, {acknowledged} acknowledged ({acknowledged / Math.Max(1, _options.Seconds)} in a second), {seen.Log.Count} logged, "
            + $"{seen.Connections.Sum(connection => connection.Pushes.Count)} pushes on {seen.Connections.Count} connections, "
            + $"{seen.Connections.Sum(connection => connection.CaughtUp.Count)} caught up, {modern.Sum(device => device.HolesFilled)} in holes of living connections, "
            + $"{runner.Happened.Count} faults, {violations.Count} violations";
        _notes.Write(summary);
        if (violations.Count > 0)
            _notes.Write($"VIOLATIONS\n{DeliveryChecker.Describe(violations, maxOfAKind: 200)}");
        return new ChaosResult(violations, _folder, summary)
        {
            LongestWait = TimeSpan.FromMilliseconds(pairs.SelectMany(pair => pair.Value.Silences).Select(silence => silence.Milliseconds).DefaultIfEmpty(0).Max()),
            Faults = runner.Happened,
            Exits = [.. cluster.Nodes.SelectMany(node => node.Exits.Select(exit => (node.Number, exit.Code, exit.At)))],
        };
    }

    /// <summary>By any client. As long as there is load somebody always waits: it does not matter since when.</summary>
    void Acknowledged(long now)
    {
        lock (_sent)
        {
            if (_isLoading)
                _everybody.Acknowledge(now, 0);
        }
    }

    /// <summary>False, and a note, if it does not become so in time: what that means is for the checker to say.</summary>
    async Task UntilAsync(Func<Task<bool>> condition, TimeSpan patience, string what)
    {
        var deadline = _clock.Now + patience.TotalMilliseconds;
        while (!await condition())
        {
            if (_clock.Now > deadline)
            {
                _notes.Write($"NOT within {patience.TotalSeconds:0} s: {what}");
                return;
            }

            await Task.Delay(Poll);
        }

        _notes.Write(what);
    }
}
