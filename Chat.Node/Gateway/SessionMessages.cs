using Akka.Actor;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>Reader to session: the client has closed its side (or the connection broke).</summary>
sealed record ConnectionClosed(bool CanStillWrite) : INoSerializationVerificationNeeded;

/// <summary>Gateway to session: end with this reason.</summary>
sealed record CloseSession(CloseCode Code, string Reason) : INoSerializationVerificationNeeded;

/// <summary>Gateway to session: the node is going down; send the client elsewhere, within this time if it is a modern one, else after it.</summary>
sealed record DrainSession(TimeSpan Spread) : INoSerializationVerificationNeeded;

/// <summary>Something for the posts of a session, from itself.</summary>
abstract record PostsEvent(ConversationId Conversation) : INoSerializationVerificationNeeded;

/// <summary>A while after a refusal.</summary>
sealed record RetryPosts(ConversationId Conversation) : PostsEvent(Conversation);
