using Chat.Bench.Commands;
using Chat.Bench.Measuring;
using Chat.Bench.Storms;
using Chat.Bench.Survival;
using Chat.Bench.Workloads;

namespace Chat.Bench.Reports;

/// <summary>Writes results in the forms that were asked for.</summary>
static class Report
{
    public static void Write(RunResult result, OutputFiles files) => Write(result, files, TableReport.Write, [result]);

    public static void Write(OperationResult result, OutputFiles files) => Write(result, files, OperationTable.Write, []);

    public static void Write(IdleResult result, OutputFiles files) => Write(result, files, IdleTable.Write, []);

    public static void Write(OfflineResult result, OutputFiles files) => Write(result, files, OfflineTable.Write, [result.Sending, result.Fetching]);

    public static void Write(CompareReport result, OutputFiles files) =>
        Write(result, files, CompareTable.Write, [.. result.Rounds.SelectMany(round => new[] { round.First, round.Second })]);

    public static void Write(WebhookReport result, OutputFiles files) =>
        Write(result, files, WebhookTable.Write, [.. result.Rounds.SelectMany(round => new[] { round.Without, round.With })]);

    public static void Write(GrowthReport result, OutputFiles files) => Write(result, files, GrowthTable.Write, []);

    public static void Write(CapacityReport result, OutputFiles files) => Write(result, files, CapacityTable.Write, result.Runs);

    public static void Write(SurvivalResult result, OutputFiles files) => Write(result, files, SurvivalTable.Write, []);

    public static void Write(StormReport result, OutputFiles files) =>
        Write(result, files, StormTable.Write, [.. result.Storms.SelectMany(storm => new[] { storm.Quiet, storm.Stormy })]);

    static void Write<T>(T result, OutputFiles files, Action<TextWriter, T> table, IReadOnlyList<RunResult> runs)
    {
        if (!files.IsJsonOnly)
            table(Console.Out, result);
        JsonReport.Write(result, files.Json);
        if (files.Html is not { } html)
            return;
        using var text = new StringWriter();
        table(text, result);
        NamedLatency[] latencies = result switch
        {
            OperationResult operation => [new(operation.Operation, operation.Latency)],
            SurvivalResult survival => [new("acknowledgement", survival.Acknowledgement)],
            WebhookReport webhooks => [.. webhooks.Rounds.Select((round, i) => new NamedLatency($"lag, round {i + 1}", round.Lag.Lag))],
            _ => [],
        };
        File.WriteAllText(html, HtmlReport.Create(text.ToString(), runs, latencies, result is GrowthReport growth ? [growth.Draw(), growth.DrawRates()] : []));
    }
}
