using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Chat.Ctl.Commands;

/// <summary><c>top</c>: what the nodes do, again and again.</summary>
static class TopCommand
{
    /// <summary>To the upper left corner, and nothing below it.</summary>
    const string Clear = "\e[H\e[J";

    /// <summary>So many lines of the logs are shown.</summary>
    const int Warnings = 8;

    static readonly JsonSerializerOptions Web = JsonSerializerOptions.Web;

    /// <param name="make">Makes the command.</param>
    /// <param name="output">Where every look but the last one is shown.</param>
    public static Command Create(MakeCommand make, TextWriter output)
    {
        var once = new Option<bool>("--once") { Description = "One table, of what happens between two looks; --json does the same" };
        var seconds = SecondsOption.Create("--interval", "Seconds between two looks", 2);
        return make("top", "What each node does: rates, latencies, connections, its fullest queue, the last warnings; until Ctrl-C", [once, seconds], async (parsed, api, cancelled) =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(parsed.GetValue(seconds)));
            var isLive = !parsed.GetValue(once) && !parsed.GetValue<bool>("--json");
            var before = new Dictionary<string, JsonElement>();
            NodeRates.Since(before, await api.GetAsync("cluster/figures", cancelled));
            try
            {
                while (await timer.WaitForNextTickAsync(cancelled))
                {
                    string shown;
                    try
                    {
                        var now = await api.GetAsync("cluster/figures", cancelled);
                        var rates = NodeRates.Since(before, now);
                        shown = Shown(rates, now);
                        if (!isLive)
                            return Answer.Of(JsonSerializer.SerializeToElement(new { nodes = rates, warnings = WarningsOf(now) }, Web), shown);
                    }
                    catch (CtlException e) when (isLive && e.ExitCode == ExitCode.Unavailable)
                    {
                        shown = $"{e.Message}; looking again"; // a node that starts again is what somebody is looking at
                    }

                    await output.WriteLineAsync($"{(Console.IsOutputRedirected ? "" : Clear)}{shown}");
                }
            }
            catch (OperationCanceledException) when (isLive && cancelled.IsCancellationRequested)
            {
                // Ctrl-C is the way out
            }

            return new Answer(JsonSerializer.SerializeToElement(new object()), "", ExitCode.Done);
        });
    }

    /// <summary>Pure: as people read it.</summary>
    internal static string Shown(IReadOnlyList<NodeRates> rates, JsonElement figures)
    {
        var rows = rates.Select(node => JsonSerializer.SerializeToElement(new Dictionary<string, string>
        {
            ["node"] = node.Node,
            ["state"] = !node.Answers ? "no answer" : node.Ready ? "ready" : "not ready",
            ["msg/s"] = Number(node.Messages),
            ["deliv/s"] = Number(node.Deliveries),
            ["ack p50"] = Duration(node.AckP50),
            ["ack p99"] = Duration(node.AckP99),
            ["deliv p99"] = Duration(node.DeliveryP99),
            ["conns"] = Number(node.Connections),
            ["users"] = Number(node.Sessions),
            ["slow"] = Number(node.SlowConsumers),
            ["refused/s"] = Number(node.Refused),
            ["cpu %"] = Number(node.Cpu),
            ["mb"] = Number(node.MemoryBytes / 1e6),
            ["fullest queue"] = node.FullestQueue.Length > 0 ? $"{node.FullestQueue} {Number(node.FullestQueuePercent)} %" : "",
        }));
        var table = TextTable.Of(rows, "node", "state", "msg/s", "deliv/s", "ack p50", "ack p99", "deliv p99", "conns", "users", "slow", "refused/s", "cpu %", "mb", "fullest queue");
        var warnings = WarningsOf(figures);
        return warnings.Count == 0 ? table : $"{table}{Environment.NewLine}{Environment.NewLine}{TextTable.Of(warnings, "at", "node", "level", "source", "event", "text")}";
    }

    /// <summary>The newest of all nodes.</summary>
    static List<JsonElement> WarningsOf(JsonElement figures) =>
    [
        .. figures.GetProperty("nodes").EnumerateArray()
            .Where(node => node.TryGetProperty("figures", out var told) && told.ValueKind == JsonValueKind.Object && told.TryGetProperty("warnings", out _))
            .SelectMany(node => node.GetProperty("figures").GetProperty("warnings").EnumerateArray().Select(line => (Node: node.GetProperty("node").GetString()!, Line: line)))
            .OrderByDescending(each => each.Line.GetProperty("at").GetInt64()).Take(Warnings)
            .Select(each => JsonSerializer.SerializeToElement(each.Line.EnumerateObject().ToDictionary(member => member.Name, member => (object)member.Value).Append(new("node", each.Node)).ToDictionary())),
    ];

    /// <summary>Nothing is known yet: a dash, never a nought.</summary>
    static string Number(double? value) => value is { } known ? Number(known) : "-";

    static string Number(double value) => value.ToString(value is > 0 and < 10 ? "0.#" : "0", CultureInfo.InvariantCulture);

    static string Duration(double? seconds) => seconds switch
    {
        null => "-",
        >= NodeRates.Endless => "> 10 s",
        < 1 => $"{Number(seconds.Value * 1000)} ms",
        _ => $"{Number(seconds.Value)} s",
    };
}
