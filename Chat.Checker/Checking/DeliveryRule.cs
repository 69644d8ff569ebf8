using System.Collections;
using Chat.Protocol;

namespace Chat.Checker.Checking;

/// <summary>
/// Every member got every message of the log that others sent: pushed, or, for a modern client, from the history after its
/// login or where a later number showed a hole. Pure; also asked while the run waits for the last deliveries.
/// </summary>
static class DeliveryRule
{
    public static IEnumerable<Violation> Check(Observations seen, LogIndex log)
    {
        var got = Got(seen, log);
        foreach (var conversation in log.Conversations)
        {
            foreach (var member in seen.Members.GetValueOrDefault(conversation, []))
            {
                foreach (var (from, to) in Missing(seen, log.Of(conversation), member, got.GetValueOrDefault((member, conversation))))
                {
                    var row = log.At(conversation, from)!.Value;
                    yield return new Violation(
                        ViolationKind.NotDelivered,
                        $"user {member}{Kind(seen, member)} never got {conversation} {(from == to ? $"#{from}" : $"#{from} to #{to}")}, beginning with {LogRules.Name(seen, row.Number)} of {row.Ts}");
                }
            }
        }
    }

    static IEnumerable<(long From, long To)> Missing(Observations seen, LoggedMessage[] rows, int member, BitArray? got)
    {
        (long From, long To)? range = null;
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i].Sender == member || got?[i] == true || (rows[i].Number < 0 && (seen.HasOtherWriters || rows[i].Sender == 0)))
                continue;
            if (range is { } open && i > 0 && rows[i - 1].Seq == open.To)
            {
                range = (open.From, rows[i].Seq);
                continue;
            }

            if (range is { } closed)
                yield return closed;
            range = (rows[i].Seq, rows[i].Seq);
        }

        if (range is { } last)
            yield return last;
    }

    /// <summary>By place in the log, for each member.</summary>
    static Dictionary<(int User, ConversationId Conversation), BitArray> Got(Observations seen, LogIndex log)
    {
        var got = new Dictionary<(int, ConversationId), BitArray>();
        foreach (var connection in seen.Connections)
        {
            foreach (var sighting in connection.Pushes.Concat(connection.CaughtUp))
            {
                var rows = log.Of(sighting.Conversation);
                var seq = connection.IsModern ? sighting.Seq : log.SeqOf(sighting.Number);
                var at = LogIndex.PlaceOf(rows, sighting.Conversation, seq);
                if (at < 0 || rows[at].Number != sighting.Number)
                    continue;
                var key = (connection.User, sighting.Conversation);
                if (!got.TryGetValue(key, out var bits))
                    got[key] = bits = new BitArray(rows.Length);
                bits[at] = true;
            }
        }

        return got;
    }

    static string Kind(Observations seen, int user) =>
        seen.Connections.Find(connection => connection.User == user) is { } connection ? connection.IsModern ? " (modern)" : " (legacy)" : "";
}
