using Chat.Protocol;

namespace ChatActors.Client;

/// <summary>A message, as it was pushed or fetched.</summary>
/// <param name="Conversation">Where it belongs.</param>
/// <param name="Seq">Its number there; 0 when the server keeps no history.</param>
/// <param name="SenderId">Who sent it.</param>
/// <param name="SenderName">The sender's name at that time.</param>
/// <param name="Text">What it says.</param>
public sealed record ChatMessage(ConversationId Conversation, long Seq, int SenderId, string SenderName, string Text)
{
    /// <summary>The id that the sender gave it.</summary>
    public string? Cmid { get; init; }

    /// <summary>When the server accepted it, in milliseconds since 1970 UTC; 0 when unknown.</summary>
    public long Timestamp { get; init; }

    /// <summary>The sender's own idea of the time, else the server's.</summary>
    public string Time { get; init; } = "";

    /// <summary>Whether another session of this user sent it.</summary>
    public bool IsOwn { get; init; }

    /// <summary>The row of the offline queue that a queued message without a number came from.</summary>
    internal long OfflineId { get; init; }
}
