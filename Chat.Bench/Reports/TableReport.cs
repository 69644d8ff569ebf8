using Chat.Bench.Checking;
using Chat.Bench.Measuring;

namespace Chat.Bench.Reports;

/// <summary>A result for people.</summary>
static class TableReport
{
    public const string NoCpu = "  server         CPU not known: give its processes with --pid";
    const int TooFast = 9;

    public static void Write(TextWriter output, RunResult result)
    {
        output.WriteLine();
        output.WriteLine(result.Workload);
        output.WriteLine(result.OfferedPerSecond is { } offered
            ? $"open loop, {offered:n0} messages/s offered, {result.Seconds:n1} s measured"
            : $"closed loop, {result.Seconds:n1} s measured");
        output.WriteLine();
        output.WriteLine($"  delivered      {result.DeliveredPerSecond,12:n0} messages/s   ({result.Delivered:n0} in all, {result.Sent:n0} sent)");
        if (result.Acknowledged > 0)
            output.WriteLine($"  acknowledged   {result.Acknowledged / result.Seconds,12:n0} messages/s");
        output.WriteLine();
        output.WriteLine($"  {"latency",-18}{"p50",10}{"p90",10}{"p99",10}{"p99.9",10}{"max",10}{"mean",10}");
        WriteLatency(output, "delivery", result.Delivery);
        WriteLatency(output, "acknowledgement", result.Acknowledgement);
        if (result.Censored > 0)
            output.WriteLine($"  {result.Censored:n0} messages had not arrived at the end; they count with their age, so the true latencies are higher");
        output.WriteLine();
        WriteTally(output, result.Tally);
        output.WriteLine();
        WriteCosts(output, result);
        WriteWarnings(output, result.Complaints);
    }

    public static void WriteWarnings(TextWriter output, IEnumerable<string> complaints)
    {
        foreach (var complaint in complaints)
            output.WriteLine($"  WARNING: {complaint}");
    }

    public static void WriteLatency(TextWriter output, string name, LatencySummary latency)
    {
        if (!latency.IsEmpty)
        {
            output.WriteLine(
                $"  {name,-18}{Units.Time(latency.P50),10}{Units.Time(latency.P90),10}{Units.Time(latency.P99),10}{Units.Time(latency.P999),10}{Units.Time(latency.Max),10}{Units.Time((long)latency.Mean),10}");
        }
    }

    static void WriteTally(TextWriter output, Tally tally)
    {
        output.WriteLine($"  check          {tally.Lost:n0} lost, {tally.Duplicated:n0} duplicated, {tally.OutOfOrder:n0} out of order, {tally.Corrupt:n0} corrupt, {tally.Misdelivered:n0} misdelivered");
        if (tally.Unanswered > 0)
            output.WriteLine($"                 {tally.Unanswered:n0} sent and never answered");
        if (tally.Refused > 0)
            output.WriteLine($"                 {tally.Refused:n0} refused and sent again, at first: {tally.FirstRefusal}");
        if (tally.Failed > 0)
            output.WriteLine($"                 {tally.Failed:n0} refused for good, at first: {tally.FirstRefusal}");
        if (tally.RefusalErrno == TooFast)
            output.WriteLine("                 errno 9 is the server's limit of requests per connection: Chat:Limits:FramesPerSecond (1000 a second; 0 is none)");
        if (tally.Disconnected > 0)
            output.WriteLine($"                 {tally.Disconnected:n0} connections were ended by the server");
    }

    static void WriteCosts(TextWriter output, RunResult result)
    {
        if (result.ServerMicrosecondsPerMessage is { } cost)
        {
            var cpu = result.Server.Sum(usage => usage.CpuSeconds);
            output.WriteLine($"  server         {cost,12:n1} µs CPU per delivered message   ({cpu / result.Seconds:n2} cores)");
            foreach (var usage in result.Server)
                output.WriteLine($"    process {usage.Pid,-8}{usage.CpuSeconds * 1e6 / result.Delivered,9:n1} µs, {Units.Bytes(usage.ResidentBytes)} resident");
        }
        else if (result.Server.Count == 0)
        {
            output.WriteLine(ProcessUsage.IsAvailable
                ? NoCpu
                : "  server         CPU and memory are not available on this system");
        }

        var generator = result.Generator;
        output.WriteLine(
            $"  generator      {result.GeneratorMicrosecondsPerMessage,12:n1} µs CPU per delivered message   (its thread was busy {generator.ThreadShare:p0}, without a core {generator.StarvedShare:p0})");
        if (!generator.Lateness.IsEmpty)
            output.WriteLine($"                 noticed due messages late by p50 {Units.Time(generator.Lateness.P50)}, p99 {Units.Time(generator.Lateness.P99)}, max {Units.Time(generator.Lateness.Max)}");
    }
}
