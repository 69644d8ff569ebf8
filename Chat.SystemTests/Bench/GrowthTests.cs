using System.Xml.Linq;
using Chat.Bench.Load;
using Chat.Bench.Measuring;
using Chat.Bench.Reports;
using Chat.Bench.Workloads;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Bench;

public sealed class GrowthTests
{
    static readonly LoadPlan Plan = new() { Workload = "growth", WarmUp = TimeSpan.FromMilliseconds(500), Measure = TimeSpan.FromSeconds(1.5) };

    [Fact]
    public async Task Everything_that_can_grow_is_measured_against_a_real_node()
    {
        using var folder = new TestFolder();
        await using var node = await NodeProcess.StartAsync(folder, null, "--Chat:Limits:FramesPerSecond=0");
        var options = new WorkloadOptions { Targets = [new("127.0.0.1", node.Port)], Connections = 10 };
        var probe = new UsageProbe([node.Id]);
        Assert.Equal([("pairs", 4L)], await MeasureAsync(GrowthOf.Connections, 4, Plan));
        Assert.Equal([("one group", 3L)], await MeasureAsync(GrowthOf.Members, 3, Plan));
        Assert.Equal([("first message", 40L), ("more", 40L)], await MeasureAsync(GrowthOf.Conversations, 40, Plan with { RatePerSecond = 200 }));
        Assert.Equal([("pairs", 2000L)], await MeasureAsync(GrowthOf.Log, 2000, Plan));
        Assert.Equal([("stored", 50L), ("fetched", 50L)], await MeasureAsync(GrowthOf.Queued, 50, Plan));

        async Task<IEnumerable<(string, long)>> MeasureAsync(GrowthOf of, long value, LoadPlan plan)
        {
            var points = await Task.Run(() => new GrowthSeries(options with { Prefix = $"{of}" }, plan, probe, new SetupProgress(TextWriter.Null)).Measure(of, value).ToList());
            Assert.All(points, point => Assert.True(point.IsPerfect, $"{point}"));
            Assert.All(points, point => Assert.True(point is { MessagesPerSecond: > 0, ServerMicroseconds: > 0, ResidentBytes: > 0 }, $"{point}"));
            return points.Select(point => (point.Series, point.Value));
        }
    }

    [Fact]
    public void Conversations_that_do_not_go_into_the_connections_are_refused()
    {
        var options = new WorkloadOptions { Targets = [], Connections = 10 };
        var series = new GrowthSeries(options, Plan with { RatePerSecond = 10 }, new UsageProbe([]), new SetupProgress(TextWriter.Null));
        Assert.Contains("from 11 to 50", Assert.Throws<BenchException>(() => series.Measure(GrowthOf.Conversations, 50).ToList()).Message, StringComparison.Ordinal);
        Assert.Contains("--rate", Assert.Throws<BenchException>(
            () => new GrowthSeries(options, Plan, new UsageProbe([]), new SetupProgress(TextWriter.Null)).Measure(GrowthOf.Conversations, 40).ToList()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_report_has_a_line_for_each_point_and_says_where_a_promise_was_broken()
    {
        var report = Report(isPerfect: false);
        using var output = new StringWriter();
        GrowthTable.Write(output, report);
        var text = output.ToString();
        Assert.Contains("12.5", text, StringComparison.Ordinal);
        Assert.Contains("FAILED at 1,000 (pairs)", text, StringComparison.Ordinal);
        Assert.Contains("WARNING: at 1,000 (pairs) it was the generator", text, StringComparison.Ordinal);
    }

    /// <summary>A file of its own: a page that shows it brings no fonts and no colours.</summary>
    [Fact]
    public void The_drawing_is_a_whole_image_with_equal_steps_for_equal_factors()
    {
        var svg = XDocument.Parse(Report(isPerfect: true).Draw());
        Assert.NotNull(svg.Root!.Attribute("font-size"));
        var places = svg.Descendants().Where(element => element.Name.LocalName == "circle")
            .Select(dot => double.Parse(dot.Attribute("cx")!.Value, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(3, places.Count);
        Assert.Equal(places[1] - places[0], places[2] - places[1], 0.5);
    }

    static GrowthReport Report(bool isPerfect) => new("growth", GrowthOf.Connections,
    [
        new("pairs", 10, 1000, 10, 1, 2, 3, true),
        new("pairs", 100, 1000, 11, 1, 2, 3, true),
        new("pairs", 1000, 1000, 12.5, 1, 2, 3, isPerfect) { Complaints = ["it was the generator"] },
    ]);
}
