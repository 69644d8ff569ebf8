using Chat.Bench.Measuring;

namespace Chat.Bench.Reports;

/// <summary>What an endpoint of webhooks gets, and what it costs the senders, for people.</summary>
static class WebhookTable
{
    public static void Write(TextWriter output, WebhookReport report)
    {
        output.WriteLine();
        output.WriteLine(report.Workload);
        output.WriteLine($"open loop, {report.Rounds[0].With.OfferedPerSecond:n0} messages/s offered, {report.Rounds.Count} rounds, alternating; {(report.IsBatch ? "several messages" : "one message")} in a request");
        output.WriteLine();
        foreach (var (round, number) in report.Rounds.Select((round, i) => (round, i + 1)))
            output.WriteLine($"  endpoint, round {number,-3}{round.Lag.PerSecond,10:n0} messages/s   ({round.Lag.Missing:n0} missing, {round.Lag.Repeated:n0} repeated, {round.Lag.Early:n0} before their acknowledgement)");
        output.WriteLine();
        output.WriteLine($"  {"from ack to receipt",-20}{"p50",8}{"p90",10}{"p99",10}{"p99.9",10}{"max",10}{"mean",10}");
        foreach (var (round, number) in report.Rounds.Select((round, i) => (round, i + 1)))
            TableReport.WriteLatency(output, $"lag, round {number}", round.Lag.Lag);
        output.WriteLine();
        output.WriteLine($"  {"",-26}{"without",12}{"with",12}{"ratio",9}   spread of the rounds");
        Line("acknowledgement p50, ms", report.MedianAcknowledgement, 1000, "n2");
        Line("acknowledgement p99, ms", report.P99Acknowledgement, 1000, "n2");
        Line("delivered, messages/s", report.Throughput, 1, "n0");
        Line("server CPU, µs/message", report.ServerCpuPerMessage, 1, "n1");
        output.WriteLine();
        output.WriteLine(report.IsPerfect ? "  check          nothing lost, duplicated, out of order or corrupt in any run, nothing missing at the endpoint" : "  check          FAILED: see --json for the run");
        TableReport.WriteWarnings(output, report.Rounds.SelectMany(round => round.With.Complaints.Concat(round.Without.Complaints)).Distinct().Take(3));

        void Line(string name, Ratio? ratio, double unit, string format)
        {
            if (ratio is not null)
            {
                output.WriteLine(
                    $"  {name,-26}{(ratio.First / unit).ToString(format),12}{(ratio.Second / unit).ToString(format),12}{ratio.Mean,9:n3}   {ratio.Min:n3} to {ratio.Max:n3}{(ratio.IsClear ? "" : "   (no clear difference)")}");
            }
        }
    }
}
