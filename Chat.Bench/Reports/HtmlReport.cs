using System.Net;
using System.Text;
using Chat.Bench.Measuring;

namespace Chat.Bench.Reports;

/// <summary>A distribution with a name.</summary>
readonly record struct NamedLatency(string Name, LatencySummary Latency);

/// <summary>Results with plots, in one file that needs nothing else.</summary>
static class HtmlReport
{
    const string Style = """
        body{font:15px/1.45 system-ui,sans-serif;margin:2em auto;max-width:980px;padding:0 1em;color:#222}
        pre{background:#f5f5f3;padding:1em;overflow-x:auto;font-size:13px}
        svg{width:100%;height:auto;margin:.5em 0 1.5em}
        svg text{font:12px system-ui,sans-serif;fill:#444}
        h2{margin-top:2em}h3{margin-bottom:.2em;font-size:1em}
        """;

    /// <param name="table">What people see on the console.</param>
    /// <param name="runs">With plots.</param>
    /// <param name="latencies">Other latencies, with a plot each.</param>
    /// <param name="plots">Other plots, as SVG.</param>
    public static string Create(string table, IReadOnlyList<RunResult> runs, IReadOnlyList<NamedLatency> latencies, IReadOnlyList<string> plots)
    {
        var html = new StringBuilder();
        html.Append("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Chat.Bench</title><style>").Append(Style).Append("</style></head><body>");
        html.Append("<h1>Chat.Bench</h1>");
        AppendText(html, table);
        foreach (var plot in plots)
            html.Append(plot);
        if (latencies.Count > 0)
            AppendLatency(html, latencies);
        foreach (var run in runs)
        {
            html.Append("<h2>").Append(WebUtility.HtmlEncode(run.Workload)).Append(run.OfferedPerSecond is { } rate ? $", {rate:n0}/s offered" : "").Append("</h2>");
            if (runs.Count > 1)
            {
                using var text = new StringWriter();
                TableReport.Write(text, run);
                AppendText(html, text.ToString());
            }

            AppendLatency(html, [new("delivery", run.Delivery), new("acknowledgement", run.Acknowledgement)]);
            AppendTimeline(html, run);
        }

        return html.Append("</body></html>\n").ToString();
    }

    static void AppendText(StringBuilder html, string text) =>
        html.Append("<pre>").Append(WebUtility.HtmlEncode(text.Trim('\n'))).Append("</pre>");

    /// <summary>The further to the right, the rarer: each step is another nine.</summary>
    static void AppendLatency(StringBuilder html, IReadOnlyList<NamedLatency> latencies)
    {
        var series = new List<PlotSeries>();
        foreach (var (name, latency) in latencies)
        {
            if (!latency.IsEmpty)
                series.Add(new(name, [.. latency.Curve.Where(point => point.Percentile < 100).Select(point => (Nines(point.Percentile), point.Microseconds / 1000.0))]));
        }

        html.Append("<h3>Latency by percentile, ms (logarithmic)</h3>");
        html.Append(SvgPlot.Draw(series, isLogarithmic: true, "percentile", x => x <= 0 ? "0 %" : $"{100 - Math.Pow(10, 2 - x):0.#####} %"));
    }

    static void AppendTimeline(StringBuilder html, RunResult result)
    {
        if (result.Timeline.Count < 2)
            return;
        html.Append("<h3>Delivered messages per second</h3>");
        html.Append(SvgPlot.Draw([new("delivered", Points(sample => sample.DeliveredPerSecond))], isLogarithmic: false, "seconds, with warm-up and drain", x => $"{x:0}"));
        html.Append("<h3>Latency of what arrived in each second, ms (logarithmic)</h3>");
        html.Append(SvgPlot.Draw(
            [new("p50", Points(sample => sample.P50 / 1000.0)), new("p99", Points(sample => sample.P99 / 1000.0)), new("max", Points(sample => sample.Max / 1000.0))],
            isLogarithmic: true, "seconds", x => $"{x:0}"));
        if (result.Timeline.Any(sample => sample.ServerCores is not null))
        {
            html.Append("<h3>Cores in use</h3>");
            html.Append(SvgPlot.Draw(
                [new("server", Points(sample => sample.ServerCores ?? 0)), new("generator's thread", Points(sample => sample.GeneratorBusy))],
                isLogarithmic: false, "seconds", x => $"{x:0}"));
        }

        List<(double X, double Y)> Points(Func<IntervalSample, double> value) => [.. result.Timeline.Select(sample => (sample.Second, value(sample)))];
    }

    static double Nines(double percentile) => 2 - Math.Log10(100 - percentile);
}
