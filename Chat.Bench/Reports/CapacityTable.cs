namespace Chat.Bench.Reports;

/// <summary>The steps of a search, for people.</summary>
static class CapacityTable
{
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
