using Chat.Bench.Load;
using Chat.Bench.Measuring;
using Chat.Protocol;

namespace Chat.Bench.Workloads;

/// <summary>What came of messages to users who were away.</summary>
/// <param name="IsModern">In the legacy protocol nothing is acknowledged.</param>
/// <param name="Sending">While they were away.</param>
/// <param name="Stored">Messages sent then.</param>
/// <param name="Fetching">From the first login to the last message; its latencies include the time away.</param>
/// <param name="Fetched">Messages that came then.</param>
/// <param name="FetchSeconds">How long that took.</param>
/// <param name="StoreCpuSeconds">Of the server's processes from the first message to the first login; null if they are not known.</param>
/// <param name="FetchCpuSeconds">From there to the last message, logins and marks included.</param>
sealed record OfflineResult(
    bool IsModern, RunResult Sending, long Stored, RunResult Fetching, long Fetched, double FetchSeconds, double? StoreCpuSeconds, double? FetchCpuSeconds)
{
    public double? StoreMicroseconds => StoreCpuSeconds * 1e6 / Math.Max(1, Stored);

    public double? FetchMicroseconds => FetchCpuSeconds * 1e6 / Math.Max(1, Fetched);

    public double StoredPerSecond => Stored / Math.Max(1e-6, Sending.Seconds);

    public double FetchedPerSecond => Fetched / Math.Max(1e-6, FetchSeconds);
}

/// <summary>Messages to users who are away; then all of them log in at once and get what waited.</summary>
static class OfflineWorkload
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>A legacy server says nothing when it has stored the last message.</summary>
    static readonly TimeSpan SilentPause = TimeSpan.FromSeconds(1);

    /// <param name="options">Half of the connections are away.</param>
    /// <param name="messages">To each who is away.</param>
    /// <param name="window">Messages under way per sender.</param>
    /// <param name="rate">Messages per second, all senders together, instead of a window. Needed in the legacy protocol: without acknowledgements there is no window.</param>
    /// <param name="probe">Of the server.</param>
    public static OfflineResult Run(WorkloadOptions options, int messages, int window, double? rate, UsageProbe probe)
    {
        if (!options.IsModern && rate is null)
            throw new BenchException("the legacy protocol acknowledges nothing: offline needs --rate with it");
        if (rate <= 0)
            throw new BenchException("--rate must be more than 0");
        var progress = new SetupProgress(Console.Error);
        var pairs = options.Connections / 2;
        var enrolment = new Enrolment(options);
        var away = new LoadUser[pairs];
        progress.Start("accounts of users who are away", pairs);
        Topology.InParallel(options, pairs, pair =>
        {
            away[pair] = enrolment.FindOrCreate(pairs + pair, options.Targets[pair % options.Targets.Count]);
            progress.Add();
        });
        progress.End();
        var senders = Topology.Open(options, progress, pairs, pair => pair % options.Targets.Count, _ => null, enrolment);
        var run = Topology.NewRun();
        Flow[] flows = [.. senders.Select((sender, pair) => Topology.NewFlow(
            options, run, pair, sender, away[pair].Id, isGroup: false, [], ConversationId.Direct(sender.Connection.UserId, away[pair].Id).ToString()))];

        RunResult sending;
        var cpu = probe.TotalCpuSeconds();
        using (var loop = new LoadLoop(new LoadState(run, [.. senders.Select(sender => sender.Connection)], flows), probe, hasHeartbeat: options.HasHeartbeat))
        {
            var plan = Plan($"offline, {pairs} users away, {messages} messages to each", window, messages);
            sending = loop.Run(rate is null ? plan : plan with
            {
                MessagesPerFlow = null,
                RatePerSecond = rate,
                WarmUp = TimeSpan.Zero,
                Measure = TimeSpan.FromSeconds(messages * (double)pairs / rate.Value),
                Settle = options.IsModern ? plan.Settle : SilentPause,
            });
        }

        // Without a connection it is the run that failed.
        if (flows.Sum(flow => flow.LastNumber) is var sent && sent < (long)messages * pairs && sending.Tally.Disconnected == 0)
            throw new BenchException($"only {sent:n0} of {(long)messages * pairs:n0} messages could be sent: the server did not take more{(rate is null ? "" : ", try a lower --rate")}");
        var stored = probe.TotalCpuSeconds();
        var result = Fetch(options, run, flows, senders, away, enrolment, sending, probe, progress);
        return probe.IsAvailable
            ? result with { StoreCpuSeconds = stored - cpu, FetchCpuSeconds = probe.TotalCpuSeconds() - stored }
            : result;
    }

    static OfflineResult Fetch(
        WorkloadOptions options, uint run, Flow[] sent, Enrolled[] senders, LoadUser[] away, Enrolment enrolment, RunResult sending, UsageProbe probe, SetupProgress progress)
    {
        var receivers = new LoadConnection[sent.Length];
        progress.Start("logins", receivers.Length);
        var start = LoadClock.Now;
        Topology.InParallel(options, receivers.Length, pair =>
        {
            receivers[pair] = enrolment.OpenAgain(pair, away[pair], pair % options.Targets.Count);
            progress.Add();
        });
        progress.End();
        var flows = new List<Flow>();
        var expected = 0L;
        for (var pair = 0; pair < receivers.Length; pair++)
        {
            var flow = Topology.NewFlow(options, run, pair, senders[pair], 0, isGroup: false, [receivers[pair]], sent[pair].Conversation!);
            for (var number = 1L; number <= sent[pair].LastNumber; number++)
                flow.Acknowledge(flow.Begin(start));
            expected += sent[pair].LastNumber;
            flows.Add(flow);
        }

        var state = new LoadState(run, receivers, flows) { Expected = expected };
        using var loop = new LoadLoop(state, probe, markEvery: 1, hasHeartbeat: options.HasHeartbeat);
        var plan = Plan("offline, the users are back", 1, 0);
        var fetching = loop.Run(plan);
        return new(options.IsModern, sending, expected, fetching, state.Arrived, LoadClock.Seconds(LoadClock.Now - start) - plan.Settle.TotalSeconds, null, null);
    }

    static LoadPlan Plan(string workload, int window, int messages) => new()
    {
        Workload = workload,
        Window = window,
        MessagesPerFlow = messages,
        Measure = Limit,
        Progress = Reports.ProgressLine.Write,
    };
}
