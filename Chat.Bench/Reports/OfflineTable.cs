using Chat.Bench.Workloads;

namespace Chat.Bench.Reports;

/// <summary>The result of messages to users who are away, for people.</summary>
static class OfflineTable
{
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
}
