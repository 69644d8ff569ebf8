using Chat.Bench.Storms;

namespace Chat.Bench.Reports;

/// <summary>What storms did to chatting pairs, for people.</summary>
static class StormTable
{
    public static void Write(TextWriter output, StormReport report)
    {
        output.WriteLine();
        output.WriteLine($"{report.Pairs:n0} pairs, {report.Rate:n0} messages a second; at most {report.Bar:0.#} times the quiet p99");
        foreach (var storm in report.Storms)
            Write(output, storm, report.Bar);
    }

    static void Write(TextWriter output, StormResult storm, double bar)
    {
        var (quiet, stormy) = (storm.Quiet.Delivery, storm.Stormy.Delivery);
        output.WriteLine();
        output.WriteLine($"{storm.Kind}: {storm.What}");
        output.WriteLine($"  pairs          p50 {Units.Time(quiet.P50)}, p99 {Units.Time(quiet.P99)} without; p50 {Units.Time(stormy.P50)}, p99 {Units.Time(stormy.P99)}, longest {Units.Time(stormy.Max)} in it: {storm.Ratio:0.0} times{(storm.Ratio > bar ? ", TOO MUCH" : "")}");
        output.WriteLine($"  check          {Sum(tally => tally.Lost)} lost, {Sum(tally => tally.Duplicated)} twice, {Sum(tally => tally.OutOfOrder)} out of order, {Sum(tally => tally.Corrupt + tally.Misdelivered)} wrong, {Sum(tally => tally.Unanswered)} unanswered, {Sum(tally => tally.Refused)} refused and sent again, {Sum(tally => tally.Disconnected)} disconnected");
        if (storm.MaxBytes > 0)
            output.WriteLine($"  memory         {Units.Bytes(storm.BytesBefore)} before, {Units.Bytes(storm.MaxBytes)} at most");
        output.WriteLine($"  the storm      {List(storm.Seen)}");
        output.WriteLine($"  wrong logins   {List(storm.Logins)} (errno 1: judged; 9, 10: sent away)");
        foreach (var complaint in storm.Stormy.Complaints)
            output.WriteLine($"  note           {complaint}");

        long Sum(Func<Checking.Tally, long> count) => storm.Tallies.Sum(count);
    }

    static string List(IReadOnlyDictionary<string, long> seen) =>
        seen.Count == 0 ? "nothing" : string.Join(", ", seen.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Value:n0} {pair.Key}"));
}
