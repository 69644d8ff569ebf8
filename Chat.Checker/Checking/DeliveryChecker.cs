namespace Chat.Checker.Checking;

/// <summary>Finds every broken promise in what was observed. Knows nothing of nodes, processes or sockets. Pure.</summary>
static class DeliveryChecker
{
    public static List<Violation> Check(Observations seen)
    {
        var log = new LogIndex(seen);
        return
        [
            .. AcknowledgementRules.Check(seen, log),
            .. LogRules.Check(seen, log),
            .. ReceiverRules.Check(seen, log),
            .. DeliveryRule.Check(seen, log),
            .. HistoryRule.Check(seen, log),
            .. seen.UnexpectedExits.Select(exit => new Violation(ViolationKind.UnexpectedExit, exit)),
        ];
    }

    /// <summary>For people: how many of each kind, and the first of them.</summary>
    public static string Describe(IReadOnlyCollection<Violation> violations, int maxOfAKind = 10)
    {
        var lines = new List<string>();
        foreach (var kind in violations.GroupBy(violation => violation.Kind))
        {
            lines.Add($"{kind.Key}: {kind.Count()}");
            lines.AddRange(kind.Take(maxOfAKind).Select(violation => $"  {violation.Text}"));
        }

        return string.Join('\n', lines);
    }
}
