namespace Chat.Bench.Reports;

/// <summary>The points of a series, for people.</summary>
static class GrowthTable
{
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
}
