using Chat.Bench.Measuring;
using Chat.Bench.Workloads;

namespace Chat.Bench.Reports;

/// <summary>The results of the other commands for people.</summary>
static class SmallTables
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

    public static void Write(TextWriter output, IdleResult result)
    {
        output.WriteLine();
        output.WriteLine($"{result.Connections:n0} idle connections, each of another user");
        output.WriteLine();
        if (result.BytesAfter == 0)
        {
            output.WriteLine("  memory not known: give the server's processes with --pid (Linux only)");
        }
        else
        {
            output.WriteLine($"  memory         {Units.Bytes(result.BytesBefore)} before, {Units.Bytes(result.BytesHalf)} with the first half, {Units.Bytes(result.BytesAfter)} with all");
            output.WriteLine($"  each           {Units.Bytes(result.BytesEach)}; of the second half alone {Units.Bytes(result.BytesEachFurther)}");
        }

        if (result.ServerCores is { } cores)
            output.WriteLine($"  server         {cores:n3} cores while nothing was said");
        output.WriteLine($"  check          {result.Disconnected:n0} connections were ended by the server");
    }

    public static void Write(TextWriter output, OfflineResult result)
    {
        TableReport.Write(output, result.Sending);
        WriteCost(output, "stored", result.StoreMicroseconds);
        output.WriteLine();
        output.WriteLine($"then all of them logged in, by {(result.IsModern ? "token" : "password")}");
        output.WriteLine($"  fetched        {result.FetchedPerSecond,12:n0} messages/s   ({result.Fetched:n0} in {result.FetchSeconds:n2} s, from the first login to the last message)");
        output.WriteLine($"  check          {result.Fetching.Tally.Lost:n0} lost, {result.Fetching.Tally.Duplicated:n0} duplicated, {result.Fetching.Tally.OutOfOrder:n0} out of order, {result.Fetching.Tally.Corrupt:n0} corrupt");
        WriteCost(output, "fetched", result.FetchMicroseconds);
        TableReport.WriteWarnings(output, result.Fetching.Complaints);

        static void WriteCost(TextWriter output, string what, double? microseconds) => output.WriteLine(
            microseconds is { } cost ? $"  server         {cost,12:n1} µs CPU per message {what}" : TableReport.NoCpu);
    }

    public static void Write(TextWriter output, GrowthReport report)
    {
        output.WriteLine();
        output.WriteLine(report.Workload);
        output.WriteLine();
        output.WriteLine($"  {"",-14}{report.Of.ToString().ToLowerInvariant(),14}{"messages/s",14}{"µs CPU each",14}{"p50",10}{"p99",10}{"resident",12}");
        foreach (var point in report.Points)
        {
            output.WriteLine(
                $"  {point.Series,-14}{point.Value,14:n0}{point.MessagesPerSecond,14:n0}{point.ServerMicroseconds?.ToString("n1") ?? "not known",14}{Units.Time(point.P50),10}{Units.Time(point.P99),10}{Units.Bytes(point.ResidentBytes),12}");
        }

        output.WriteLine();
        output.WriteLine(report.Points.All(point => point.IsPerfect)
            ? "  check          nothing lost, duplicated, out of order or corrupt at any point"
            : $"  check          FAILED at {string.Join(", ", report.Points.Where(point => !point.IsPerfect).Select(point => $"{point.Value:n0} ({point.Series})"))}");
        TableReport.WriteWarnings(
            output, report.Points.SelectMany(point => point.Complaints.Select(complaint => $"at {point.Value:n0} ({point.Series}) {complaint}")));
    }

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

    public static void Write(TextWriter output, CapacityReport report)
    {
        output.WriteLine();
        output.WriteLine(report.Workload);
        output.WriteLine($"open loop, p99 of the delivery below {report.BoundMilliseconds} ms, nothing lost");
        output.WriteLine();
        output.WriteLine($"  {"offered/s",12}{"delivered/s",14}{"p50",10}{"p99",10}{"max",10}");
        foreach (var (step, run) in report.Search.Steps.Zip(report.Runs))
            output.WriteLine($"  {step.RatePerSecond,12:n0}{run.DeliveredPerSecond,14:n0}{Units.Time(run.Delivery.P50),10}{Units.Time(run.Delivery.P99),10}{Units.Time(run.Delivery.Max),10}   {step.Problem ?? "good"}");
        output.WriteLine();
        output.WriteLine(report.Search.Best is { } best ? $"  capacity       {best.RatePerSecond:n0} messages/s offered and borne" : "  capacity       none of the rates was borne");
        if (report.Search.IsGeneratorLimit)
            output.WriteLine("  WARNING: the search ended at the generator's limit: the server can do more");
        else if (report.Search.Worst is null)
            output.WriteLine("  NOTE: the search ended at --most: the server can do more");
        if (report.Search.Best is { } good && report.Runs.LastOrDefault(run => run.OfferedPerSecond == good.RatePerSecond) is { ServerMicrosecondsPerMessage: { } cost })
            output.WriteLine($"  server         {cost:n1} µs CPU per delivered message at that rate");
    }
}
