namespace Chat.Bench.Chaos;

/// <summary>A message as somebody saw it: the sender's own number, and the server's.</summary>
readonly record struct Seen(int Sender, long Number, long Seq);

/// <summary>A promise that was not kept.</summary>
sealed record Violation(string Rule, string Detail);

/// <summary>
/// Compares what was acknowledged, what was received and what the history says, for one conversation of two users. What was never
/// acknowledged may or may not be there, but not twice. Pure.
/// </summary>
static class ChaosChecker
{
    /// <param name="conversation">For the text of violations.</param>
    /// <param name="acknowledged">With the number that the acknowledgement gave.</param>
    /// <param name="received">In the order of arrival, at the one who did not send it.</param>
    /// <param name="history">In the order of the pages, from the first message of this run on.</param>
    public static List<Violation> Check(
        string conversation, IReadOnlyCollection<Seen> acknowledged, IReadOnlyList<Seen> received, IReadOnlyList<Seen> history)
    {
        var violations = new List<Violation>();
        var bySeq = CheckHistory(history, Add);
        foreach (var seen in acknowledged)
        {
            if (!bySeq.TryGetValue(seen.Seq, out var logged))
                Add("acknowledged, but not in the history", $"{seen}");
            else if (logged != seen)
                Add("acknowledged, but the history has another message there", $"{seen}, history {logged}");
        }

        CheckReceived(received, bySeq, Add);
        var arrived = received.ToHashSet();
        foreach (var seen in acknowledged)
        {
            if (!arrived.Contains(seen))
                Add("acknowledged, but not delivered", $"{seen}");
        }

        return violations;

        void Add(string rule, string detail) => violations.Add(new(rule, $"{conversation}: {detail}"));
    }

    static Dictionary<long, Seen> CheckHistory(IReadOnlyList<Seen> history, Action<string, string> add)
    {
        var (bySeq, last) = (new Dictionary<long, Seen>(), new Dictionary<int, long>());
        for (var i = 0; i < history.Count; i++)
        {
            var seen = history[i];
            if (i > 0 && seen.Seq != history[i - 1].Seq + 1)
                add("hole in the history", $"{history[i - 1].Seq} is followed by {seen.Seq}");
            bySeq[seen.Seq] = seen;
            if (seen.Sender == 0)
                continue; // of nobody in this run
            if (last.TryGetValue(seen.Sender, out var before) && seen.Number <= before)
                add(seen.Number == before ? "twice in the history" : "out of order in the history", $"{seen} behind number {before}");
            last[seen.Sender] = Math.Max(seen.Number, before);
        }

        return bySeq;
    }

    static void CheckReceived(IReadOnlyList<Seen> received, Dictionary<long, Seen> bySeq, Action<string, string> add)
    {
        var (arrived, last) = (new HashSet<Seen>(), new Dictionary<int, long>());
        foreach (var seen in received)
        {
            if (!bySeq.TryGetValue(seen.Seq, out var logged) || logged != seen)
                add("delivered, but not so in the history", $"{seen}");
            if (!arrived.Add(seen))
                add("delivered twice", $"{seen}");
            else if (last.TryGetValue(seen.Sender, out var before) && seen.Number < before)
                add("delivered out of order", $"{seen} behind number {before}");
            last[seen.Sender] = Math.Max(seen.Number, last.GetValueOrDefault(seen.Sender));
        }
    }
}
