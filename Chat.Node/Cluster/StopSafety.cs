namespace Chat.Node.Cluster;

/// <summary>A member of the cluster as this node sees it.</summary>
/// <param name="Address"><c>host:port</c>.</param>
/// <param name="State"><c>joining</c>, <c>up</c>, <c>leaving</c>, <c>down</c> …</param>
/// <param name="Reachable">Whether its signs of life come.</param>
/// <param name="Self">Whether it is the node that answers.</param>
/// <param name="Oldest">Whether it has what there is once in a cluster.</param>
sealed record MemberView(string Address, string State, bool Reachable, bool Self, bool Oldest);

/// <summary>Whether this node may be stopped without anybody noticing more than a new connection. Pure.</summary>
static class StopSafety
{
    /// <summary>What speaks against it; nothing: it is safe.</summary>
    /// <param name="members">All members.</param>
    /// <param name="ready">Which of them serve clients; who is missing has not said so.</param>
    /// <param name="leftovers">Starts of dead nodes whose messages are still being finished.</param>
    /// <param name="isAtWork">Whether this node is up, and may write.</param>
    public static IReadOnlyList<string> Reasons(IReadOnlyList<MemberView> members, IReadOnlyCollection<string> ready, int leftovers, bool isAtWork)
    {
        var reasons = new List<string>();
        if (!isAtWork)
            reasons.Add("this node is not at work itself: it is joining, ending, or has lost the database");
        var others = members.Where(member => !member.Self).ToList();
        if (!others.Exists(member => member is { State: "up", Reachable: true } && ready.Contains(member.Address)))
            reasons.Add("no other node is up, reachable and ready: nobody would serve the clients");
        foreach (var member in others.Where(member => member is { State: "up", Reachable: true } && !ready.Contains(member.Address)))
            reasons.Add($"{member.Address} is not ready: it is draining, has lost the database, or does not answer");
        foreach (var member in others.Where(member => member is { State: "up", Reachable: false }))
            reasons.Add($"{member.Address} is not reachable: wait until it is back or gone");
        foreach (var member in others.Where(member => member.State != "up"))
            reasons.Add($"{member.Address} is {member.State}: wait until it is up or gone");
        if (leftovers > 0)
            reasons.Add($"what {leftovers} starts of dead nodes have left is still being finished");
        return reasons;
    }
}
