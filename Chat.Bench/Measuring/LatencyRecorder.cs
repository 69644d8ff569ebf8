using HdrHistogram;

namespace Chat.Bench.Measuring;

/// <summary>Latencies in microseconds, to three digits, up to an hour; recording allocates nothing.</summary>
sealed class LatencyRecorder
{
    const long MaxMicroseconds = 3_600_000_000;

    readonly LongHistogram _histogram = new(1, MaxMicroseconds, 3);

    public long Count => _histogram.TotalCount;

    public void Record(long microseconds) => _histogram.RecordValue(Math.Clamp(microseconds, 0, MaxMicroseconds));

    public long At(double percentile) => Count == 0 ? 0 : _histogram.GetValueAtPercentile(percentile);

    public void Reset() => _histogram.Reset();

    public LatencySummary Summarize() => Count == 0
        ? LatencySummary.None
        : new LatencySummary(Count, _histogram.GetMean(), At(50), At(90), At(99), At(99.9), At(100))
        {
            Curve = [.. Percentiles().Select(percentile => new PercentilePoint(percentile, At(percentile)))],
        };

    /// <summary>Ten points for each nine.</summary>
    IEnumerable<double> Percentiles()
    {
        for (var nines = 0; Math.Pow(10, nines) <= Count; nines++)
        {
            for (var part = 0; part < 9; part++)
                yield return 100 - 100 * Math.Pow(10, -nines) * (1 - part / 10.0);
        }

        yield return 100;
    }
}
