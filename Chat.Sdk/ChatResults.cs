using Chat.Protocol;

namespace ChatActors.Client;

/// <summary>What a login answers.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Name">The user's name.</param>
/// <param name="Token">Logs in again without the password, until it expires or is revoked by a logout.</param>
/// <param name="Friends">The user's friends.</param>
/// <param name="Groups">The groups that the user is a member of.</param>
/// <param name="IsTruncated">Whether the lists were too long to be complete: <see cref="ChatClient.ListFriendsAsync"/> and its like go on behind the last entry.</param>
public sealed record LoginResult(
    int Id, string Name, string Token, IReadOnlyList<FriendEntry> Friends, IReadOnlyList<GroupEntry> Groups, bool IsTruncated)
{
    /// <summary>Without the token, which must not get into logs.</summary>
    public override string ToString() => $"{nameof(LoginResult)} {{ Id = {Id}, Name = {Name} }}";
}

/// <summary>An acknowledged message: it is stored, and will be delivered.</summary>
/// <param name="Conversation">Where it belongs.</param>
/// <param name="Seq">Its number there; 0 when the server keeps no history.</param>
/// <param name="Timestamp">When the server accepted it, in milliseconds since 1970 UTC.</param>
/// <param name="Cmid">The id that the client gave it.</param>
public sealed record SentMessage(ConversationId Conversation, long Seq, long Timestamp, string Cmid);

/// <summary>A change of a message is stored.</summary>
/// <param name="Rev">The number of the change in its conversation: since then the message is as it was to be.</param>
/// <param name="Timestamp">When that was, in milliseconds since 1970 UTC.</param>
public sealed record ChangeResult(long Rev, long Timestamp);

/// <summary>A part of a conversation, ascending.</summary>
/// <param name="Messages">The messages.</param>
/// <param name="HasMore">Whether there are others in the direction that was asked for.</param>
public sealed record HistoryPage(IReadOnlyList<ChatMessage> Messages, bool HasMore);

/// <summary>A part of a list, ascending by id.</summary>
/// <param name="Entries">What is on the page.</param>
/// <param name="HasMore">Whether to ask again, after the last entry's id.</param>
public sealed record ContactPage<T>(IReadOnlyList<T> Entries, bool HasMore)
{
    /// <summary>Of members: the last number of the group's conversation before they were read. With what the system messages behind it say they are the members now; of several pages the first one's counts. 0: not told.</summary>
    public long Seq { get; init; }
}

/// <summary>Who has become something else to the user.</summary>
/// <param name="Contacts">They, as they are now; from another rev than 0 on also who is nothing any more.</param>
/// <param name="Rev">To be asked with the next time.</param>
public sealed record ChangedContacts(IReadOnlyList<UserContact> Contacts, long Rev);
