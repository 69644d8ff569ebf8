using Chat.Protocol;

namespace ChatActors.Client;

/// <summary>
/// The other one of two users has received and read their conversation up to these numbers; they never go back. What happened while the client was away
/// comes after the login, for the 100 newest conversations and for those that <see cref="ChatConversations.ListAsync"/> lists.
/// </summary>
/// <param name="Conversation">Which.</param>
/// <param name="UserId">The other user.</param>
/// <param name="Received">Up to here a device of that user has it; never below <paramref name="Read"/>.</param>
/// <param name="Read">Up to here that user has read it.</param>
public sealed record ReceiptReceived(ConversationId Conversation, int UserId, long Received, long Read) : ChatEvent;

/// <summary>
/// How users are that <see cref="ChatWatching.WatchAsync"/> has named: all of them behind it and after each login, then those who have changed. While there is
/// no connection nobody can tell.
/// </summary>
/// <param name="Users">They.</param>
public sealed record PresenceChanged(IReadOnlyList<PresenceEntry> Users) : ChatEvent;

/// <summary>Somebody types in a conversation that is watched, or does no longer.</summary>
/// <param name="Conversation">Where.</param>
/// <param name="UserId">Who.</param>
/// <param name="IsOn">Whether.</param>
/// <param name="Expires">Without news it is over after this time, or when the connection is lost; that comes as an event too.</param>
public sealed record TypingChanged(ConversationId Conversation, int UserId, bool IsOn, TimeSpan Expires) : ChatEvent;

/// <summary>Members have read a group that <see cref="ChatWatching.WatchAsync"/> has named up to these numbers; they never go back. Every two seconds at most; who has read before is asked for (<see cref="ChatConversations.GetReceiptsAsync"/>).</summary>
/// <param name="Conversation">Which.</param>
/// <param name="Readers">How far, by the members' ids.</param>
public sealed record GroupReadersChanged(ConversationId Conversation, IReadOnlyDictionary<int, long> Readers) : ChatEvent;

/// <summary>The user has read in a conversation up to here, on another device: less is unread there, and it is marked as unread no longer.</summary>
/// <param name="Conversation">Which.</param>
/// <param name="Read">Up to here; it never goes back.</param>
public sealed record ConversationRead(ConversationId Conversation, long Read) : ChatEvent;

/// <summary>Another device of the user has archived, marked or cleared a conversation, or left a draft: all of it as it is now.</summary>
/// <param name="Conversation">Which.</param>
public sealed record ConversationChanged(ConversationId Conversation) : ChatEvent
{
    /// <summary>It is in the other list.</summary>
    public bool IsArchived { get; init; }

    /// <summary>It looks unread until the user reads in it.</summary>
    public bool IsMarked { get; init; }

    /// <summary>Messages below this number are not shown to the user any more; 0: all are.</summary>
    public long Floor { get; init; }

    /// <summary>What the user has begun to write; empty: nothing.</summary>
    public string Draft { get; init; } = "";
}
