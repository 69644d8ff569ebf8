using System.Text.Json;
using System.Text.RegularExpressions;
using Chat.Bench.Checking;
using Chat.Bench.Commands;
using Chat.Bench.Measuring;
using Chat.Bench.Reports;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Bench;

public sealed class ReportTests
{
    [Fact]
    public void The_table_has_the_numbers_and_what_was_wrong()
    {
        using var output = new StringWriter();
        TableReport.Write(output, Result(threadShare: 0.2) with { Tally = new Tally { Lost = 3, Refused = 5, RefusalErrno = 9, FirstRefusal = "refused!" } });
        var text = output.ToString();
        Assert.Contains("1,000 messages/s", text, StringComparison.Ordinal);
        Assert.Contains("3 lost, 0 duplicated", text, StringComparison.Ordinal);
        Assert.Contains("refused!", text, StringComparison.Ordinal);
        Assert.Contains("Chat:Limits:FramesPerSecond", text, StringComparison.Ordinal);
        Assert.Contains("50.0 µs CPU per delivered message", text, StringComparison.Ordinal);
        Assert.DoesNotContain("WARNING", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.5, 0.0, 0, "")]
    [InlineData(0.9, 0.0, 0, "bottleneck")]
    [InlineData(0.5, 0.3, 0, "waited for a core")]
    [InlineData(0.5, 0.0, 5000, "late")]
    [InlineData(0.5, 0.0, 1500, "")]
    public void The_generator_says_when_it_was_the_limit(double threadShare, double starvedShare, long lateness, string expected)
    {
        var usage = new GeneratorUsage(1, threadShare, starvedShare, new(100, lateness, lateness, lateness, lateness, lateness, lateness));
        var complaints = usage.Complaints(latency: 10_000);
        if (expected.Length == 0)
            Assert.Empty(complaints);
        else
            Assert.Contains(expected, Assert.Single(complaints), StringComparison.Ordinal);
    }

    [Fact]
    public void The_json_can_be_read_again()
    {
        var json = JsonDocument.Parse(JsonReport.Create(Result(0.2))).RootElement;
        Assert.Equal(1000, json.GetProperty("deliveredPerSecond").GetDouble());
        Assert.Equal(900, json.GetProperty("delivery").GetProperty("p90").GetInt64());
        Assert.Equal("measure", json.GetProperty("timeline")[0].GetProperty("phase").GetString());
    }

    [Fact]
    public void The_html_is_one_file_with_plots_that_loads_nothing()
    {
        var html = HtmlReport.Create("a < table", [Result(0.2)], [], []);
        Assert.Contains("a &lt; table", html, StringComparison.Ordinal);
        Assert.Equal(4, Regex.Count(html, "<svg ", RegexOptions.None, TimeSpan.FromSeconds(5)));
        Assert.True(Regex.Count(html, "<polyline ", RegexOptions.None, TimeSpan.FromSeconds(5)) >= 6);
        Assert.DoesNotMatch("<script|<link|<img|src=|href=|url\\(", html);
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1.9, 0, "it was the bottleneck")]
    [InlineData(0.5, 0.2, "waited for a core 20 %")]
    [InlineData(0.5, 0.05, null)]
    public void Logins_that_the_generator_could_not_make_faster_say_so(double cores, double starved, string? complaint)
    {
        using var output = new StringWriter();
        OperationTable.Write(output, new OperationResult
        {
            Workload = "login",
            Operation = "logins",
            Seconds = 10,
            Count = 1,
            Latency = LatencySummary.None,
            Failed = 0,
            Server = [],
            GeneratorCores = 2,
            GeneratorCpuSeconds = cores * 10,
            GeneratorStarvedShare = starved,
        });
        if (complaint is null)
            Assert.DoesNotContain("WARNING", output.ToString(), StringComparison.Ordinal);
        else
            Assert.Matches($"WARNING: .*{complaint}", output.ToString());
    }

    [Fact]
    public void The_curve_of_latencies_ascends_to_the_maximum()
    {
        var recorder = new LatencyRecorder();
        for (var i = 1; i <= 100_000; i++)
            recorder.Record(i);
        var summary = recorder.Summarize();
        Assert.InRange(summary.P50, 49_900, 50_100);
        Assert.InRange(summary.P999, 99_800, 100_100);
        Assert.Equal(summary.Curve.Select(point => point.Microseconds).Order(), summary.Curve.Select(point => point.Microseconds));
        Assert.Equal(summary.Max, summary.Curve[^1].Microseconds);
    }

    [Fact]
    public void The_document_has_every_command()
    {
        var document = Repository.Read("docs/BENCH.md");
        var names = BenchCommandLine.Create().Subcommands.Select(command => command.Name).ToList();
        Assert.Contains("capacity", names);
        Assert.Equal([], names.Where(name => !document.Contains($"`{name}`", StringComparison.Ordinal)));
    }

    static RunResult Result(double threadShare)
    {
        var latency = new LatencyRecorder();
        for (var i = 1; i <= 1000; i++)
            latency.Record(i);
        return new()
        {
            Workload = "test",
            Seconds = 2,
            Sent = 2000,
            Delivered = 2000,
            Acknowledged = 2000,
            Delivery = latency.Summarize(),
            Acknowledgement = latency.Summarize(),
            Censored = 0,
            Tally = new Tally(),
            Server = [new ServerUsage(1, 0.1, 1 << 20)],
            Generator = new GeneratorUsage(0.01, threadShare, 0, LatencySummary.None),
            Timeline =
            [
                new IntervalSample(1, LoadPhase.Measure, 1000, 10, 20, 30, 0.5, 0.2),
                new IntervalSample(2, LoadPhase.Measure, 1100, 11, 21, 31, 0.6, 0.2),
            ],
        };
    }
}
