using System.Text.Json;

namespace Chat.Ctl;

/// <summary>What a node did between two looks at its figures. Pure.</summary>
/// <param name="Node">Its address.</param>
/// <param name="Answers">Whether it has told its figures; if not, the rest is nothing.</param>
/// <param name="Ready">Whether it is a member that may write.</param>
/// <param name="Messages">Acknowledged in a second. Rates and durations are missing where there is no earlier look at the same start of the node.</param>
/// <param name="Deliveries">In a second.</param>
/// <param name="Refused">In a second.</param>
/// <param name="AckP50">Seconds from a message to its acknowledgement, of half of them; missing: there were none.</param>
/// <param name="AckP99">The same of 99 in a hundred; infinite ones are 1e9.</param>
/// <param name="DeliveryP99">Seconds from a message's number to its push.</param>
/// <param name="Connections">Open now.</param>
/// <param name="Sessions">Logged in now.</param>
/// <param name="SlowConsumers">Closed since the start.</param>
/// <param name="Cpu">Of one processor, in percent.</param>
/// <param name="MemoryBytes">Now.</param>
/// <param name="FullestQueue">Its name.</param>
/// <param name="FullestQueuePercent">Of its bound.</param>
sealed record NodeRates(
    string Node, bool Answers, bool Ready, double? Messages, double? Deliveries, double? Refused, double? AckP50, double? AckP99, double? DeliveryP99, long Connections,
    long Sessions, long SlowConsumers, double? Cpu, long MemoryBytes, string FullestQueue, double FullestQueuePercent)
{
    /// <summary>Beyond the last bucket there is no end, and JSON has no word for it.</summary>
    public const double Endless = 1e9;

    /// <summary>The nodes of the last of some answers of <c>GET /cluster/figures</c>.</summary>
    /// <param name="before">Each node's figures as they were told last; afterwards with those of now.</param>
    /// <param name="now">The answer.</param>
    public static IReadOnlyList<NodeRates> Since(Dictionary<string, JsonElement> before, JsonElement now)
    {
        List<NodeRates> rates = [.. Figures(now).Select(each => each.Figures is { } figures ? Of(each.Node, before.TryGetValue(each.Node, out var earlier) ? earlier : null, figures) : Silent(each.Node))];
        foreach (var (node, figures) in Figures(now))
        {
            if (figures is { } told)
                before[node] = told; // a node that is silent for once goes on from its last word
        }

        return rates;
    }

    /// <summary>Within a bucket as if its values were spread evenly, as Prometheus does it; null: there are none.</summary>
    public static double? Quantile(IReadOnlyList<long> counts, IReadOnlyList<double> buckets, double share)
    {
        var wanted = counts.Sum() * share;
        if (wanted <= 0)
            return null;
        var seen = 0L;
        for (var at = 0; at < buckets.Count; at++)
        {
            if (counts[at] > 0 && seen + counts[at] >= wanted)
                return (at == 0 ? 0 : buckets[at - 1]) + (buckets[at] - (at == 0 ? 0 : buckets[at - 1])) * (wanted - seen) / counts[at];
            seen += counts[at];
        }

        return Endless;
    }

    static IEnumerable<(string Node, JsonElement? Figures)> Figures(JsonElement answer) => answer.GetProperty("nodes").EnumerateArray().Select(node => (
        node.GetProperty("node").GetString()!, node.TryGetProperty("figures", out var figures) && figures.ValueKind == JsonValueKind.Object ? figures : (JsonElement?)null));

    static NodeRates Silent(string node) => new(node, false, false, null, null, null, null, null, null, 0, 0, 0, null, 0, "", 0);

    static NodeRates Of(string node, JsonElement? earlier, JsonElement now)
    {
        // Counts since the start of the node say nothing of now, and those of another start even less.
        var before = earlier is { } known && Long(known, "upMilliseconds") < Long(now, "upMilliseconds") ? earlier : null;
        var seconds = before is { } then ? (Long(now, "upMilliseconds") - Long(then, "upMilliseconds")) / 1000.0 : 0;
        var totals = now.GetProperty("totals");
        var buckets = now.GetProperty("buckets").EnumerateArray().Select(each => each.GetDouble()).ToList();
        var (ack, delivery) = (Spread("ack"), Spread("delivery"));
        (string Name, double Share) fullest = now.GetProperty("queues").EnumerateArray().Select(queue => (queue.GetProperty("name").GetString()!, Share(queue)))
            .OrderByDescending(queue => queue.Item2).FirstOrDefault(("", 0));
        return new NodeRates(
            node, true, now.GetProperty("ready").GetBoolean(), Rate("accepted"), Rate("pushed") + Rate("drained"), Rate("refused"), Quantile(ack, buckets, 0.5),
            Quantile(ack, buckets, 0.99), Quantile(delivery, buckets, 0.99), Long(now, "connections"), Long(now, "sessions"), Long(totals, "slowConsumers"),
            before is { } start ? PerSecond(Long(now, "cpuMilliseconds") - Long(start, "cpuMilliseconds")) / 10 : null, Long(now, "memoryBytes"), fullest.Name, fullest.Share * 100);

        double? Rate(string name) => before is { } first ? PerSecond(Long(totals, name) - Long(first.GetProperty("totals"), name)) : null;

        double PerSecond(long count) => count / seconds;

        List<long> Spread(string name)
        {
            var counts = Counts(now, name);
            return before is { } first ? [.. counts.Zip(Counts(first, name), (newer, older) => newer - older)] : [];
        }
    }

    static double Share(JsonElement queue) => Long(queue, "bound") is > 0 and var bound ? Long(queue, "depth") / (double)bound : 0;

    static List<long> Counts(JsonElement figures, string name) => [.. figures.GetProperty("spreads").GetProperty(name).EnumerateArray().Select(each => each.GetInt64())];

    static long Long(JsonElement of, string name) => of.GetProperty(name).GetInt64();
}
