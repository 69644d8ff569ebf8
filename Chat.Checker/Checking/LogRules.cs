namespace Chat.Checker.Checking;

/// <summary>What holds for the log by itself: dense, once, nothing that was never sent, in the order of each sender. Pure.</summary>
static class LogRules
{
    public static IEnumerable<Violation> Check(Observations seen, LogIndex log)
    {
        var places = new long[seen.Sent.Count];
        foreach (var conversation in log.Conversations)
        {
            var expected = seen.FirstSeqs.GetValueOrDefault(conversation, 1);
            foreach (var row in log.Of(conversation))
            {
                if (row.Seq != expected)
                    yield return new Violation(ViolationKind.Hole, $"{conversation} has number {row.Seq} where {expected} is due");
                expected = row.Seq + 1;
                if (row.Number < 0 && (seen.HasOtherWriters || row.Sender == 0)) // 0: a system message, which nobody sends
                    continue;
                if (!IsWhatWasSent(seen, log, row))
                {
                    yield return new Violation(ViolationKind.Phantom, $"{conversation} #{row.Seq} of user {row.Sender} was never sent so: {Name(seen, row.Number)}");
                    continue;
                }

                if (places[row.Number] != 0)
                    yield return new Violation(ViolationKind.LoggedTwice, $"{Name(seen, row.Number)} is {conversation} #{places[row.Number]} and #{row.Seq}");
                places[row.Number] = row.Seq;
            }
        }

        foreach (var violation in SenderOrder(seen, log))
            yield return violation;
    }

    public static string Name(Observations seen, int number) => number >= 0 && number < seen.Sent.Count
        ? $"message {number} (user {seen.Sent[number].Sender} to {seen.Sent[number].Conversation})"
        : "no message of this run";

    static bool IsWhatWasSent(Observations seen, LogIndex log, LoggedMessage row) =>
        log.IsSent(row.Number) && seen.Sent[row.Number] is var sent && sent.Conversation == row.Conversation && sent.Sender == row.Sender;

    /// <summary>Numbers of messages rise with time: the log has those of one device in that order.</summary>
    static IEnumerable<Violation> SenderOrder(Observations seen, LogIndex log)
    {
        var last = new Dictionary<int, LoggedMessage>();
        foreach (var conversation in log.Conversations)
        {
            last.Clear();
            foreach (var row in log.Of(conversation))
            {
                if (!IsWhatWasSent(seen, log, row))
                    continue;
                var device = seen.Sent[row.Number].Device;
                if (last.TryGetValue(device, out var before) && row.Number < before.Number)
                {
                    yield return new Violation(
                        ViolationKind.LoggedOutOfOrder,
                        $"{Name(seen, row.Number)} is {conversation} #{row.Seq}, but message {before.Number}, which the same client sent later, is #{before.Seq}");
                }

                last[device] = row;
            }
        }
    }
}
