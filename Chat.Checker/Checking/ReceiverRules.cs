using Chat.Protocol;

namespace Chat.Checker.Checking;

/// <summary>
/// What holds for each client by itself: only what is in the log; on a modern connection strictly ascending; to a legacy client
/// in the log's order, and repeated only where a death explains it. Pure.
/// </summary>
static class ReceiverRules
{
    /// <summary>A death just before a repetition's first sighting explains it too: clocks of several processes are compared.</summary>
    const int SlackMilliseconds = 1000;

    public static IEnumerable<Violation> Check(Observations seen, LogIndex log)
    {
        var legacy = new Dictionary<int, Dictionary<ConversationId, LegacyView>>();
        foreach (var connection in seen.Connections)
        {
            if (!connection.IsModern && !legacy.ContainsKey(connection.User))
                legacy[connection.User] = [];
            var violations = connection.IsModern
                ? Modern(seen, log, connection)
                : Legacy(seen, log, connection, legacy[connection.User]);
            foreach (var violation in violations)
                yield return violation;
            foreach (var sighting in connection.CaughtUp)
            {
                if (Stranger(seen, log, connection.User, sighting, sighting.Seq) is { } violation)
                    yield return violation;
            }
        }
    }

    static IEnumerable<Violation> Modern(Observations seen, LogIndex log, ConnectionLog connection)
    {
        var views = new Dictionary<ConversationId, (long Last, HashSet<long> Seqs)>();
        foreach (var push in connection.Pushes)
        {
            if (Stranger(seen, log, connection.User, push, push.Seq) is { } stranger)
            {
                yield return stranger;
                continue;
            }

            var view = views.GetValueOrDefault(push.Conversation, (0, []));
            var who = $"user {connection.User} (device {connection.Device}) on one connection";
            if (!view.Seqs.Add(push.Seq))
                yield return new Violation(ViolationKind.DeliveredTwice, $"{who}: {push.Conversation} #{push.Seq} twice");
            else if (push.Seq < view.Last)
                yield return new Violation(ViolationKind.OutOfOrder, $"{who}: {push.Conversation} #{push.Seq} after #{view.Last}");
            views[push.Conversation] = (Math.Max(view.Last, push.Seq), view.Seqs);
        }
    }

    static IEnumerable<Violation> Legacy(
        Observations seen, LogIndex log, ConnectionLog connection, Dictionary<ConversationId, LegacyView> views)
    {
        foreach (var push in connection.Pushes)
        {
            var seq = log.SeqOf(push.Number);
            if (Stranger(seen, log, connection.User, push, seq) is { } stranger)
            {
                yield return stranger;
                continue;
            }

            if (!views.TryGetValue(push.Conversation, out var view))
                views[push.Conversation] = view = new LegacyView();
            var who = $"legacy user {connection.User}";
            if (view.FirstSeen.TryGetValue(seq, out var before))
            {
                if (!seen.Disturbances.Exists(disturbance => disturbance.From <= push.At && disturbance.To >= before - SlackMilliseconds))
                    yield return new Violation(ViolationKind.DeliveredTwice, $"{who}: {push.Conversation} #{seq} at {before} ms and at {push.At} ms, and nothing went wrong in between");
                continue;
            }

            view.FirstSeen[seq] = push.At;
            if (seq < view.Last)
                yield return new Violation(ViolationKind.OutOfOrder, $"{who}: {push.Conversation} #{seq} for the first time after #{view.Last}, at {push.At} ms");
            view.Last = Math.Max(view.Last, seq);
        }
    }

    /// <summary>What was never sent so, or is not in the log at that place.</summary>
    static Violation? Stranger(Observations seen, LogIndex log, int user, Sighting sighting, long seq)
    {
        if (sighting.Sender == 0 && log.At(sighting.Conversation, seq) is { Sender: 0 })
            return null; // a system message
        if (!log.IsSent(sighting.Number) || seen.Sent[sighting.Number] is var sent
            && (sent.Conversation != sighting.Conversation || sent.Sender != sighting.Sender))
        {
            return new Violation(
                ViolationKind.Phantom,
                $"user {user} was given {sighting.Conversation} #{sighting.Seq} of user {sighting.Sender}, never sent so: {LogRules.Name(seen, sighting.Number)}");
        }

        if (!seen.Members.TryGetValue(sighting.Conversation, out var members) || !members.Contains(user))
            return new Violation(ViolationKind.Phantom, $"user {user}, who takes no part in {sighting.Conversation}, was given #{sighting.Seq}");
        return log.At(sighting.Conversation, seq) is { } row && row.Number == sighting.Number
            ? null
            : new Violation(ViolationKind.NotInLog, $"user {user} was given {LogRules.Name(seen, sighting.Number)} as #{sighting.Seq} at {sighting.At} ms, the log has {Found(seen, log, sighting)}");
    }

    static string Found(Observations seen, LogIndex log, Sighting sighting) =>
        log.SeqOf(sighting.Number) is var elsewhere and > 0 ? $"it as #{elsewhere}"
        : log.At(sighting.Conversation, sighting.Seq) is { } row ? $"{LogRules.Name(seen, row.Number)} there"
        : "nothing there";

    sealed class LegacyView
    {
        public long Last { get; set; }

        /// <summary>When each number came first.</summary>
        public Dictionary<long, int> FirstSeen { get; } = [];
    }
}
