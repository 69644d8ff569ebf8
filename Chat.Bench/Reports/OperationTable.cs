using Chat.Bench.Measuring;

namespace Chat.Bench.Reports;

/// <summary>The result of logins or pages of history, for people.</summary>
static class OperationTable
{
    public static void Write(TextWriter output, OperationResult result)
    {
        output.WriteLine();
        output.WriteLine(result.Workload);
        output.WriteLine($"closed loop, {result.Seconds:n1} s measured");
        output.WriteLine();
        output.WriteLine($"  {result.Operation,-14} {result.PerSecond,12:n1} per second   ({result.Count:n0} in all, {result.Failed:n0} failed)");
        if (result.FirstFailure is { } failure)
            output.WriteLine($"                 at first: {failure}");
        if (result.Repeated > 0)
            output.WriteLine($"                 {result.Repeated:n0} times the server still took the user for logged in, and was asked again");
        if (result.Messages > 0)
            output.WriteLine($"  messages       {result.Messages / result.Seconds,12:n0} per second");
        output.WriteLine();
        output.WriteLine($"  {"latency",-18}{"p50",10}{"p90",10}{"p99",10}{"p99.9",10}{"max",10}{"mean",10}");
        TableReport.WriteLatency(output, result.Operation, result.Latency);
        output.WriteLine();
        output.WriteLine(result.ServerMicrosecondsPerOperation is { } cost
            ? $"  server         {cost,12:n0} µs CPU each{(result.Messages > 0 ? $", {cost * result.Count / result.Messages:n1} µs per message" : "")}"
            : TableReport.NoCpu);
        output.WriteLine($"  generator      {result.GeneratorCpuSeconds * 1e6 / Math.Max(1, result.Count),12:n0} µs CPU each, on {result.GeneratorCores} cores");
        TableReport.WriteWarnings(output, result.Complaints);
    }
}
