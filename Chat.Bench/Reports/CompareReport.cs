using Chat.Bench.Measuring;

namespace Chat.Bench.Reports;

/// <summary>Both runs of a round.</summary>
sealed record CompareRound(RunResult First, RunResult Second);

/// <summary>Rounds of two servers, and their ratios.</summary>
sealed class CompareReport(string first, string second)
{
    readonly List<CompareRound> _rounds = [];

    public string First => first;

    public string Second => second;

    public IReadOnlyList<CompareRound> Rounds => _rounds;

    public Ratio? Throughput => Of(result => result.DeliveredPerSecond);

    public Ratio? MedianLatency => Of(result => result.Delivery.P50);

    public Ratio? P99Latency => Of(result => result.Delivery.P99);

    public Ratio? ServerCpuPerMessage => Of(result => result.ServerMicrosecondsPerMessage ?? 0);

    public void Add(RunResult a, RunResult b) => _rounds.Add(new(a, b));

    Ratio? Of(Func<RunResult, double> value) => Ratio.Of([.. _rounds.Select(round => (value(round.First), value(round.Second)))]);
}
