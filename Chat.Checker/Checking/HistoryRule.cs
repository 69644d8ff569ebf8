namespace Chat.Checker.Checking;

/// <summary>The history that a client reads is the log. Pure.</summary>
static class HistoryRule
{
    public static IEnumerable<Violation> Check(Observations seen, LogIndex log)
    {
        foreach (var history in seen.Histories)
        {
            var rows = log.Of(history.Conversation);
            var at = 0;
            while (at < rows.Length && at < history.Messages.Count && IsSame(rows[at], history.Messages[at]))
                at++;
            if (at == rows.Length && at == history.Messages.Count)
                continue;
            var found = at < history.Messages.Count ? $"#{history.Messages[at].Seq} ({LogRules.Name(seen, history.Messages[at].Number)})" : "its end";
            var due = at < rows.Length ? $"#{rows[at].Seq} ({LogRules.Name(seen, rows[at].Number)})" : "its end";
            yield return new Violation(ViolationKind.HistoryDiffers, $"user {history.User} read {history.Conversation}: {found} where the log has {due}");
        }
    }

    static bool IsSame(LoggedMessage row, Sighting message) => (row.Seq, row.Number, row.Sender) == (message.Seq, message.Number, message.Sender);
}
