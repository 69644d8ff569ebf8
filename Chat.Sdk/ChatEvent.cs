using Chat.Protocol;

namespace ChatActors.Client;

/// <summary>Something that the application is told, in order, by <see cref="ChatClient.ReadEventsAsync"/>.</summary>
public abstract record ChatEvent;

/// <summary>A message: each once, ascending within its conversation.</summary>
public sealed record MessageReceived(ChatMessage Message) : ChatEvent;

/// <summary>Messages that the server no longer has, or does not show to this user.</summary>
public sealed record MessagesMissing(ConversationId Conversation, long First, long Last) : ChatEvent;

/// <summary>
/// The server has gone back to an older copy of its data, and does not have what was shown with the numbers above <c>To</c>, up to <c>From</c>.
/// Messages that follow have such numbers again.
/// </summary>
public sealed record ConversationRewound(ConversationId Conversation, long From, long To) : ChatEvent;

/// <summary>After a login or reconnect: everything that was missed has been queued for the application before this.</summary>
public sealed record CaughtUp : ChatEvent;

/// <summary>The connection is gone; the client is reconnecting by itself.</summary>
public sealed record ConnectionLost(string Reason) : ChatEvent;

/// <summary>A new connection is up; <c>Login</c> is what the server said to the repeated login, if there was one.</summary>
public sealed record Reconnected(ChatEndpoint Endpoint, string Node, LoginResult? Login) : ChatEvent;

/// <summary>The server asks to reconnect elsewhere; the client does so by itself.</summary>
public sealed record GoingAway(string Reason, TimeSpan After) : ChatEvent;

/// <summary>
/// Another device of the user has changed the settings. What happens while there is no connection is not told: after
/// <see cref="Reconnected"/> ask for them again.
/// </summary>
public sealed record SettingsChanged(UserSettings Settings) : ChatEvent;

/// <summary>The server no longer accepts this login: log in again.</summary>
public sealed record LoggedOut(ErrorCode Code, string Reason) : ChatEvent;
