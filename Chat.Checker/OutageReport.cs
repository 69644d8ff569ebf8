using Chat.Checker.Faults;
using Chat.Checker.Population;

namespace Chat.Checker;

/// <summary>How long nobody, and how long somebody, had no acknowledgement: in all, and after each fault. Pure.</summary>
static class OutageReport
{
    public static IEnumerable<string> Lines(
        SilenceMeter everybody, IReadOnlyList<(string Pair, SilenceMeter Meter)> pairs, IReadOnlyList<HappenedFault> faults, Func<long, string> timeOfDay)
    {
        var all = pairs.SelectMany(pair => pair.Meter.Silences.Select(silence => (pair.Pair, Silence: silence))).ToList();
        yield return $"longest time without an acknowledgement to anybody: {Seconds(Longest(everybody.Silences))}";
        yield return all.Count == 0
            ? "no client waited for 0.25 s"
            : $"longest time without an acknowledgement to one client: {Of(all.MaxBy(entry => entry.Silence.Milliseconds), timeOfDay)}";
        for (var i = 0; i < faults.Count; i++)
        {
            var from = faults[i].From;
            var to = i + 1 < faults.Count ? faults[i + 1].From : long.MaxValue;
            bool IsWithin(Silence silence) => silence.To >= from && silence.To < to;
            var own = all.Where(entry => IsWithin(entry.Silence)).ToList();
            var overall = Seconds(Longest(everybody.Silences.Where(IsWithin)));
            var affected = own.Where(entry => entry.Silence.Milliseconds >= 1000).Select(entry => entry.Pair).Distinct().Count();
            yield return $"fault {i + 1} ({faults[i].Fault}): anybody {overall}, one client "
                + (own.Count == 0 ? "under 0.25 s" : $"{Of(own.MaxBy(entry => entry.Silence.Milliseconds), timeOfDay)}; {affected} of {pairs.Count} pairs waited for 1 s or more");
        }
    }

    static long Longest(IEnumerable<Silence> silences) => silences.Select(silence => silence.Milliseconds).DefaultIfEmpty(0).Max();

    static string Of((string Pair, Silence Silence) entry, Func<long, string> timeOfDay) =>
        $"{Seconds(entry.Silence.Milliseconds)} until {timeOfDay(entry.Silence.To)}, {entry.Pair}";

    static string Seconds(long milliseconds) => $"{milliseconds / 1000.0:0.00} s";
}
