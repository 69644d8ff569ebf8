using Chat.Bench.Measuring;

namespace Chat.Bench.Reports;

/// <summary>Two servers beside each other, for people.</summary>
static class CompareTable
{
    public static void Write(TextWriter output, CompareReport report)
    {
        output.WriteLine();
        output.WriteLine($"first:  {report.First}");
        output.WriteLine($"second: {report.Second}");
        output.WriteLine($"{report.Rounds.Count} rounds, alternating");
        output.WriteLine();
        output.WriteLine($"  {"",-26}{"first",12}{"second",12}{"ratio",9}   spread of the rounds");
        Line("delivered, messages/s", report.Throughput, 1, "n0");
        Line("delivery p50, ms", report.MedianLatency, 1000, "n2");
        Line("delivery p99, ms", report.P99Latency, 1000, "n2");
        Line("server CPU, µs/message", report.ServerCpuPerMessage, 1, "n1");
        output.WriteLine();
        output.WriteLine(report.Rounds.All(round => round.First.Tally.IsPerfect && round.Second.Tally.IsPerfect)
            ? "  check          nothing lost, duplicated, out of order or corrupt in any run"
            : "  check          FAILED: see --json for the run");
        TableReport.WriteWarnings(
            output, report.Rounds.SelectMany(round => round.First.Complaints.Concat(round.Second.Complaints)).Distinct().Take(3));

        void Line(string name, Ratio? ratio, double unit, string format)
        {
            if (ratio is not null)
            {
                var verdict = ratio.IsClear ? "" : "   (no clear difference)";
                output.WriteLine(
                    $"  {name,-26}{(ratio.First / unit).ToString(format),12}{(ratio.Second / unit).ToString(format),12}{ratio.Mean,9:n3}   {ratio.Min:n3} to {ratio.Max:n3}{verdict}");
            }
        }
    }
}
