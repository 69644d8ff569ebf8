using Chat.Bench.Workloads;

namespace Chat.Bench.Reports;

/// <summary>A series of points, and how they are drawn.</summary>
sealed record GrowthReport(string Workload, GrowthOf Of, IReadOnlyList<GrowthPoint> Points)
{
    /// <summary>CPU per message over what grows, which is logarithmic; as SVG.</summary>
    public string Draw() => Draw(point => point.ServerMicroseconds, "µs CPU of the server per message");

    public string DrawRates() => Draw(point => point.MessagesPerSecond, "messages per second");

    string Draw(Func<GrowthPoint, double?> value, string what) => SvgPlot.Draw(
        [.. Points.GroupBy(point => point.Series).Select(line => new PlotSeries(
            line.Key, [.. line.Where(point => value(point) is not null).Select(point => ((double)point.Value, value(point)!.Value))]))],
        isLogarithmic: false, $"{Of.ToString().ToLowerInvariant()} (logarithmic); {what}", x => x.ToString("n0", System.Globalization.CultureInfo.InvariantCulture), isXLogarithmic: true);
}
