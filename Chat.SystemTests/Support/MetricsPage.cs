using System.Globalization;
using System.Text.RegularExpressions;
using Chat.SystemTests.EndToEnd;

namespace Chat.SystemTests.Support;

/// <summary>What <c>/metrics</c> of a node says.</summary>
sealed partial class MetricsPage
{
    readonly List<(string Name, string Labels, double Value)> _series;

    MetricsPage(string text) => _series =
    [
        .. Series().Matches(text).Select(match => (
            match.Groups["name"].Value, match.Groups["labels"].Value, double.Parse(match.Groups["value"].Value.Replace("+Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture))),
    ];

    /// <summary>As a scrape would see it, newer than any answer that the exporter keeps for others.</summary>
    public static async Task<MetricsPage> ReadAsync(int httpPort)
    {
        using var http = new HttpClient { Timeout = TestNode.Patience };
        return new MetricsPage(await http.GetStringAsync(new Uri($"http://127.0.0.1:{httpPort}/metrics")));
    }

    /// <summary>The names of all series.</summary>
    public IReadOnlySet<string> Names => _series.Select(each => each.Name).ToHashSet();

    /// <summary>The sum of the series of a name, or of those of them with a label; 0 if there is none.</summary>
    public double Sum(string name, string label = "") =>
        _series.Where(each => each.Name == name && each.Labels.Contains(label, StringComparison.Ordinal)).Sum(each => each.Value);

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>[^}]*)\})? (?<value>[-+0-9.eEInfaN]+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex Series();
}
