namespace ChatActors.Client;

/// <summary>
/// How far a user has got: serialise it, and give it to the next run as <see cref="ChatClientOptions.State"/>. What the
/// application has taken from <see cref="ChatClient.ReadEventsAsync"/> is not shown again; everything else is.
/// </summary>
/// <param name="UserId">Whose state this is; a login as somebody else ignores it.</param>
/// <param name="SyncToken">Up to where the list of conversations is known.</param>
/// <param name="Conversations">How far each of them has got.</param>
public sealed record ChatClientState(int UserId, string? SyncToken, IReadOnlyList<ConversationMark> Conversations);

/// <summary>How far one conversation has got.</summary>
/// <param name="Conversation">Such as <c>d:1:3</c> or <c>g:5</c>.</param>
/// <param name="Delivered">Everything up to this number was handed to the application or is its own.</param>
/// <param name="Received">The mark that the server was told.</param>
/// <param name="Head">The highest number heard of.</param>
/// <param name="Timestamp">The newest time seen, in milliseconds since 1970 UTC; 0 when it is not known.</param>
/// <param name="Rev">Changes of messages up to this one were handed over.</param>
public sealed record ConversationMark(string Conversation, long Delivered, long Received, long Head, long Timestamp = 0, long Rev = 0)
{
    /// <summary>The highest number of a change heard of: the next sync does not tell it again.</summary>
    public long RevHead { get; init; }
}
