using Chat.Bench.Load;
using Chat.Bench.Measuring;
using Chat.Protocol;

namespace Chat.Bench.Workloads;

/// <summary>What came of messages to users who were away.</summary>
/// <param name="Sending">While they were away.</param>
/// <param name="Fetching">From the first login to the last message; its latencies include the time away.</param>
/// <param name="Fetched">Messages that came then.</param>
/// <param name="FetchSeconds">How long that took.</param>
/// <param name="StoreCpuSeconds">Of the server's processes from the first message to the first login; null if they are not known.</param>
/// <param name="FetchCpuSeconds">From there to the last message, logins and marks included.</param>
sealed record OfflineResult(RunResult Sending, RunResult Fetching, long Fetched, double FetchSeconds, double? StoreCpuSeconds, double? FetchCpuSeconds)
{
    public double? StoreMicroseconds => StoreCpuSeconds * 1e6 / Math.Max(1, Sending.Sent);

    public double? FetchMicroseconds => FetchCpuSeconds * 1e6 / Math.Max(1, Fetched);

    public double StoredPerSecond => Sending.Acknowledged / Math.Max(1e-6, Sending.Seconds);

    public double FetchedPerSecond => Fetched / Math.Max(1e-6, FetchSeconds);
}

/// <summary>Messages to users who are away; then all of them log in at once and get what waited. Modern protocol.</summary>
static class OfflineWorkload
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static OfflineResult Run(WorkloadOptions options, int messages, int window, ServerProbe probe)
    {
        if (!options.IsModern)
            throw new BenchException("offline speaks the modern protocol only: a documented server puts the messages into the login ack");
        var progress = new SetupProgress(Console.Error);
        var pairs = options.Connections / 2;
        // All are opened, so that their ids are known; then the receivers leave.
        var users = Topology.Open(options, progress, pairs * 2, user => user / 2 % options.Targets.Count, _ => null);
        var run = Topology.NewRun();
        var (senders, flows) = (new List<LoadConnection>(), new List<Flow>());
        for (var pair = 0; pair < pairs; pair++)
        {
            var (sender, receiver) = (users[2 * pair], users[2 * pair + 1]);
            receiver.Connection.Close();
            var connection = sender with { Connection = sender.Connection.WithIndex(pair) };
            senders.Add(connection.Connection);
            flows.Add(Topology.NewFlow(options, run, pair, connection, receiver.Connection.UserId, isGroup: false, [], Conversation(sender, receiver)));
        }

        RunResult sending;
        var cpu = probe.TotalCpuSeconds();
        using (var loop = new LoadLoop(new LoadState(run, senders, flows), probe))
            sending = loop.Run(Plan($"offline, {pairs} users away, {messages} messages to each", window, messages));
        var stored = probe.TotalCpuSeconds();
        var result = Fetch(options, run, flows, users, sending, probe, progress);
        return probe.IsAvailable
            ? result with { StoreCpuSeconds = stored - cpu, FetchCpuSeconds = probe.TotalCpuSeconds() - stored }
            : result;
    }

    static OfflineResult Fetch(
        WorkloadOptions options, uint run, List<Flow> sent, Enrolled[] users, RunResult sending, ServerProbe probe, SetupProgress progress)
    {
        var enrolment = new Enrolment(options);
        var receivers = new LoadConnection[sent.Count];
        progress.Start("logins", receivers.Length);
        var start = LoadClock.Now;
        Parallel.For(0, receivers.Length, new ParallelOptions { MaxDegreeOfParallelism = options.SetupConcurrency }, pair =>
        {
            receivers[pair] = enrolment.OpenAgain(pair, users[2 * pair + 1], pair % options.Targets.Count);
            progress.Add();
        });
        progress.End();
        var flows = new List<Flow>();
        var expected = 0L;
        for (var pair = 0; pair < receivers.Length; pair++)
        {
            var flow = Topology.NewFlow(options, run, pair, users[2 * pair] with { Connection = sent[pair].Sender }, 0, isGroup: false, [receivers[pair]], sent[pair].Conversation!);
            for (var number = 1L; number <= sent[pair].LastNumber; number++)
                flow.Acknowledge(flow.Begin(start));
            expected += sent[pair].LastNumber;
            flows.Add(flow);
        }

        var state = new LoadState(run, receivers, flows) { Expected = expected };
        using var loop = new LoadLoop(state, probe, markEvery: 1);
        var plan = Plan("offline, the users are back", 1, 0);
        var fetching = loop.Run(plan);
        return new(sending, fetching, state.Arrived, LoadClock.Seconds(LoadClock.Now - start) - plan.Settle.TotalSeconds, null, null);
    }

    static string Conversation(Enrolled sender, Enrolled receiver) =>
        ConversationId.Direct(sender.Connection.UserId, receiver.Connection.UserId).ToString();

    static LoadPlan Plan(string workload, int window, int messages) => new()
    {
        Workload = workload,
        Window = window,
        MessagesPerFlow = messages,
        Measure = Limit,
        Progress = Reports.ProgressLine.Write,
    };
}
