using Chat.Bench.Measuring;

namespace Chat.Bench.Reports;

/// <summary>A line for every second of a run, on standard error.</summary>
static class ProgressLine
{
    public static void Write(IntervalSample sample)
    {
        var phase = sample.Phase switch { LoadPhase.WarmUp => "warm-up", LoadPhase.Measure => "measure", _ => "drain" };
        var server = sample.ServerCores is { } cores ? $"  server {cores:n2} cores" : "";
        Console.Error.WriteLine(
            $"  {sample.Second,4:n0} s {phase,-8}{sample.DeliveredPerSecond,10:n0} msg/s  p50 {Units.Time(sample.P50),8}  p99 {Units.Time(sample.P99),8}{server}  generator {sample.GeneratorBusy:p0}");
    }
}
