namespace Chat.Checker.Checking;

/// <summary>What was acknowledged is in the log, where the acknowledgement said; a second one says the same. Pure.</summary>
static class AcknowledgementRules
{
    public static IEnumerable<Violation> Check(Observations seen, LogIndex log)
    {
        var first = new Acknowledgement?[seen.Sent.Count];
        foreach (var ack in seen.Acknowledgements)
        {
            if (!log.IsSent(ack.Number))
            {
                yield return new Violation(ViolationKind.Phantom, $"an acknowledgement as {ack.Conversation} #{ack.Seq} for nothing that was sent");
                continue;
            }

            if (first[ack.Number] is { } before && before != ack)
                yield return new Violation(ViolationKind.AcknowledgedDifferently, $"{LogRules.Name(seen, ack.Number)} was acknowledged as {Place(before)} and as {Place(ack)}");
            first[ack.Number] ??= ack;
            if (log.At(ack.Conversation, ack.Seq) is { } row && row.Number == ack.Number)
            {
                if (row.Ts != ack.Ts)
                    yield return new Violation(ViolationKind.Misnumbered, $"{LogRules.Name(seen, ack.Number)} was acknowledged as {Place(ack)}, the log has the time {row.Ts}");
                continue;
            }

            yield return log.SeqOf(ack.Number) is var seq and > 0
                ? new Violation(ViolationKind.Misnumbered, $"{LogRules.Name(seen, ack.Number)} was acknowledged as {Place(ack)}, the log has it as #{seq}")
                : new Violation(ViolationKind.Lost, $"{LogRules.Name(seen, ack.Number)} was acknowledged as {Place(ack)} and is not in the log");
        }

        foreach (var number in seen.Unanswered)
            yield return new Violation(ViolationKind.NeverAnswered, $"{LogRules.Name(seen, number)} has no acknowledgement");
        foreach (var refusal in seen.Refusals)
            yield return new Violation(ViolationKind.Refused, refusal);
    }

    static string Place(Acknowledgement ack) => $"{ack.Conversation} #{ack.Seq} at {ack.Ts}";
}
