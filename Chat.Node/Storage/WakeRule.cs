using Chat.Protocol;

namespace Chat.Node.Storage;

/// <summary>Which messages wake a user who may have said nothing. Pure.</summary>
static class WakeRule
{
    /// <summary>What holds.</summary>
    /// <param name="said">By the user; null: nothing.</param>
    /// <param name="conversation">Of what.</param>
    /// <param name="bigGroups">Groups in which mentions alone wake who has said nothing.</param>
    public static NotifyLevel LevelOf(NotifyLevel? said, ConversationId conversation, IReadOnlySet<int> bigGroups) =>
        said ?? (conversation.IsGroup && bigGroups.Contains(conversation.B) ? NotifyLevel.Mentions : NotifyLevel.All);

    /// <summary>The groups whose size matters: somebody has said nothing of them.</summary>
    /// <param name="places">Users, each with a conversation.</param>
    /// <param name="said">What they have said.</param>
    /// <param name="mentionsOnlyAbove">So many members are not too many; 0: any number is not.</param>
    public static HashSet<int> GroupsToCount(
        IEnumerable<(int UserId, ConversationId Conversation)> places, IReadOnlyDictionary<(int UserId, ConversationId Conversation), NotifyLevel> said, int mentionsOnlyAbove) =>
        mentionsOnlyAbove == 0
            ? []
            : places.Where(place => place.Conversation.IsGroup && !said.ContainsKey(place)).Select(place => place.Conversation.B).ToHashSet();

    /// <summary>What is kept of a choice: "all" makes a difference to a group alone, and nobody keeps it for groups of others.</summary>
    public static NotifyLevel Kept(NotifyLevel chosen, ConversationId conversation, bool takesPart) =>
        chosen == NotifyLevel.All && !(conversation.IsGroup && takesPart) ? NotifyLevel.Default : chosen;
}
