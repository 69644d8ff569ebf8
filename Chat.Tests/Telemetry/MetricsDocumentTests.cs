using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Chat.Node.Telemetry;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Telemetry;

/// <summary>docs/METRICS.md is what the code has, in both directions.</summary>
public sealed partial class MetricsDocumentTests
{
    [Fact]
    public void The_table_has_every_metric_with_its_type_and_unit()
    {
        using var node = new NodeMeter();
        using var bridge = new BridgeMeter(() => true);
        Assert.Equal(Instruments(node.Meter, bridge.Meter), Rows().Select(row => $"{row.Name} {row.Type} {row.Unit}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_table_has_every_tag()
    {
        using var node = new NodeMeter("Chat.Tags");
        node.Connections = () => [new ConnectionCount("tcp", "modern", 1, 1)];
        node.Certificate = () => TimeSpan.FromDays(1);
        node.ClusterCertificate = () => TimeSpan.FromDays(1);
        node.Queues.Add("log", 1, () => 0);
        var tags = new Dictionary<string, string>();
        using var listener = Listen(node.Meter, (instrument, found) => tags[instrument.Name] = string.Join(',', found.Order(StringComparer.Ordinal)));
        MeasureAll(node);
        listener.RecordObservableInstruments();
        var expected = Rows().Where(row => !row.Name.StartsWith("chat.bridge.", StringComparison.Ordinal))
            .Select(row => $"{row.Name}: {string.Join(',', Tag().Matches(row.Tags).Select(match => match.Groups["tag"].Value).Order(StringComparer.Ordinal))}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), tags.Select(each => $"{each.Key}: {each.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_table_of_queues_has_every_queue()
    {
        var named = Repository.Sources("Chat.Node").SelectMany(file => QueueName().Matches(Repository.Read(file))).Select(match => match.Groups["name"].Value);
        var document = Repository.Read("docs/METRICS.md");
        var table = document[document.IndexOf("## Queues", StringComparison.Ordinal)..document.IndexOf("## Alerts", StringComparison.Ordinal)];
        var listed = QueueRow().Matches(table).SelectMany(row => Tag().Matches(row.Groups["names"].Value)).Select(match => match.Groups["tag"].Value).Where(name => name != "queue");
        Assert.Equal(named.Distinct().Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_table_of_traces_has_every_span_and_every_outcome()
    {
        var document = Repository.Read("docs/METRICS.md");
        var traces = document[document.IndexOf("## Traces", StringComparison.Ordinal)..];
        string[] spans = [MessageSpans.Post, MessageSpans.Log, MessageSpans.FanOut, MessageSpans.Deliver, MessageSpans.Push];
        Assert.Equal(spans, SpanRow().Matches(traces).Select(row => row.Groups["name"].Value));
        var listed = SpanRow().Matches(traces).SelectMany(row => Tag().Matches(row.Groups["outcomes"].Value)).Select(match => match.Groups["tag"].Value);
        var outcomes = typeof(SpanOutcome).GetFields().Select(field => (string)field.GetRawConstantValue()!);
        Assert.Equal(outcomes.Order(StringComparer.Ordinal), listed.Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>Each of them once, so that each has a measurement.</summary>
    static void MeasureAll(NodeMeter meter)
    {
        meter.Acknowledged(1, 2);
        meter.Pushed(1);
        meter.Committed(1, TimeSpan.FromMilliseconds(1));
        meter.StatementEnded(StatementKind.Read, 1, hasFailed: false);
        meter.WebhookAnswered(isTaken: true, 1);
    }

    static IEnumerable<string> Instruments(params Meter[] meters)
    {
        var found = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (meters.Contains(instrument.Meter))
                    found.Add($"{instrument.Name} {TypeOf(instrument)} {instrument.Unit}");
            },
        };
        listener.Start();
        return found.Order(StringComparer.Ordinal);
    }

    static MeterListener Listen(Meter meter, Action<Instrument, IEnumerable<string>> onMeasured)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter == meter)
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => onMeasured(instrument, KeysOf(tags)));
        listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) => onMeasured(instrument, KeysOf(tags)));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => onMeasured(instrument, KeysOf(tags)));
        listener.Start();
        return listener;
    }

    static List<string> KeysOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var keys = new List<string>();
        foreach (var (key, _) in tags)
            keys.Add(key);
        return keys;
    }

    static string TypeOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "ObservableCounter" => "counter",
        "Histogram" => "histogram",
        _ => "gauge",
    };

    static List<(string Name, string Type, string Unit, string Tags)> Rows() => [.. Row().Matches(Repository.Read("docs/METRICS.md")).Select(match =>
        (match.Groups["name"].Value, match.Groups["type"].Value, match.Groups["unit"].Value, match.Groups["tags"].Value))];

    [GeneratedRegex(@"^\| `(?<name>chat\.[a-z._]+)` \| (?<type>\w+) \| (?<unit>[^|]+?) \|(?<tags>[^|]*)\|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex Row();

    [GeneratedRegex(@"^\| `(?<name>chat\.[a-z_]+)` \|[^|]*\|[^|]*\|(?<outcomes>[^|]*)\|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex SpanRow();

    [GeneratedRegex("`(?<tag>[a-z_]+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Tag();

    [GeneratedRegex(@"^\|(?<names>[^|]*)\|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex QueueRow();

    [GeneratedRegex("[qQ]ueues\\.Add\\(\"(?<name>[a-z_]+)\"", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex QueueName();
}
