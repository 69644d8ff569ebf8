using Chat.Bench.Survival;

namespace Chat.Bench.Reports;

/// <summary>The result of a chaos run for people.</summary>
static class SurvivalTable
{
    const int MaxShown = 20;

    public static void Write(TextWriter output, SurvivalResult result)
    {
        output.WriteLine();
        output.WriteLine($"survive, {result.Users} users in pairs, {result.Seconds:n0} s");
        foreach (var action in result.Actions)
            output.WriteLine($"  {action}");
        output.WriteLine();
        output.WriteLine($"  acknowledged   {result.Acknowledged,12:n0}   ({result.Unknown:n0} more without an acknowledgement in the end)");
        output.WriteLine($"  delivered      {result.Delivered,12:n0}");
        output.WriteLine($"  in the history {result.InHistory,12:n0}");
        output.WriteLine($"  silence        {result.LongestSilence,12:n1} s without any acknowledgement, at the most");
        output.WriteLine($"  last delivery  {result.LastDelivery,12:n1} s after the last acknowledgement (one of them is a wait for what may come twice)");
        output.WriteLine();
        output.WriteLine($"  {"latency",-18}{"p50",10}{"p90",10}{"p99",10}{"p99.9",10}{"max",10}{"mean",10}");
        TableReport.WriteLatency(output, "acknowledgement", result.Acknowledgement);
        output.WriteLine();
        if (result.Violations.Count == 0)
        {
            output.WriteLine("  check          every acknowledged message is in the history, once, in order, and was delivered once, in order");
            return;
        }

        foreach (var rule in result.Violations.GroupBy(violation => violation.Kind))
            output.WriteLine($"  VIOLATION      {rule.Count():n0} times {rule.Key}");
        foreach (var violation in result.Violations.Take(MaxShown))
            output.WriteLine($"    {violation}");
    }
}
