using Chat.Protocol;

namespace ChatActors.Client;

/// <summary>How far the other one of two users is, as far as it is known.</summary>
/// <param name="Received">Up to here a device has the conversation.</param>
/// <param name="Read">Up to here the user has read it.</param>
public readonly record struct PeerMarks(long Received, long Read);

/// <summary>A conversation as a list shows it.</summary>
/// <param name="Summary">Order, marks, unread, draft.</param>
/// <param name="Last">The last message as it is now; null if it was cleared, or is too large for a list.</param>
public sealed record ListedConversation(ConversationSummary Summary, ChatMessage? Last);

/// <summary>A part of the user's list of conversations, in the order in which it is shown.</summary>
/// <param name="Conversations">What is on the page.</param>
/// <param name="Unread">Unread messages of the whole list, not only of this page.</param>
/// <param name="HasMore">Whether to ask again, after the last one.</param>
public sealed record ConversationPage(IReadOnlyList<ListedConversation> Conversations, long Unread, bool HasMore);
