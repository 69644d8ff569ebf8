using Chat.Protocol;

namespace Chat.Node.Storage;

/// <summary>The rows that say who is mentioned in a message. Pure.</summary>
static class StoredMentions
{
    /// <summary>In the place of a user: everybody.</summary>
    public const int All = 0;

    /// <summary>Whose rows a message has: none of its sender, who knows.</summary>
    public static IEnumerable<int> UsersOf(MessageReferences references, int sender) =>
        references.MentionsAll ? [All] : references.Mentions.Where(id => id != sender);
}
