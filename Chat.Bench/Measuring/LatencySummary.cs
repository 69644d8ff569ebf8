using System.Text.Json.Serialization;

namespace Chat.Bench.Measuring;

/// <summary>A distribution of latencies, in microseconds.</summary>
sealed record LatencySummary(long Count, double Mean, long P50, long P90, long P99, long P999, long Max)
{
    public static LatencySummary None { get; } = new(0, 0, 0, 0, 0, 0, 0);

    /// <summary>More points, for a plot.</summary>
    public IReadOnlyList<PercentilePoint> Curve { get; init; } = [];

    [JsonIgnore]
    public bool IsEmpty => Count == 0;
}

/// <summary>So many percent of the messages took at most so long.</summary>
readonly record struct PercentilePoint(double Percentile, long Microseconds);
