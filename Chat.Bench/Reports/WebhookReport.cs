using Chat.Bench.Measuring;

namespace Chat.Bench.Reports;

/// <summary>Both runs of a round.</summary>
/// <param name="Without">No endpoint.</param>
/// <param name="With">The same load with an endpoint.</param>
/// <param name="Lag">How the endpoint fared.</param>
sealed record WebhookRound(RunResult Without, RunResult With, WebhookLag Lag);

/// <summary>Rounds with and without an endpoint of webhooks.</summary>
sealed class WebhookReport(string workload, bool isBatch)
{
    readonly List<WebhookRound> _rounds = [];

    public string Workload => workload;

    public bool IsBatch => isBatch;

    public IReadOnlyList<WebhookRound> Rounds => _rounds;

    public Ratio? MedianAcknowledgement => Of(result => result.Acknowledgement.P50);

    public Ratio? P99Acknowledgement => Of(result => result.Acknowledgement.P99);

    public Ratio? Throughput => Of(result => result.DeliveredPerSecond);

    public Ratio? ServerCpuPerMessage => Of(result => result.ServerMicrosecondsPerMessage ?? 0);

    /// <summary>Nothing went wrong in any run, and the endpoint has everything.</summary>
    public bool IsPerfect => _rounds.All(round => round.Without.Tally.IsPerfect && round.With.Tally.IsPerfect && round.Lag.Missing == 0);

    public void Add(RunResult without, RunResult with, WebhookLag lag) => _rounds.Add(new(without, with, lag));

    Ratio? Of(Func<RunResult, double> value) => Ratio.Of([.. _rounds.Select(round => (value(round.Without), value(round.With)))]);
}
