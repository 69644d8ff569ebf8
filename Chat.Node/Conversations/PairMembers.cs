namespace Chat.Node.Conversations;

/// <summary>Those of the two users of a conversation who exist, and those of them who may not write: the other one has blocked them.</summary>
sealed class PairMembers(IEnumerable<int> users, IEnumerable<int> silenced) : HashSet<int>(users)
{
    public IReadOnlyList<int> Silenced { get; } = silenced.ToArray();
}
