using Chat.Protocol;
using ChatActors.Client.Connections;
using ChatActors.Client.Watching;

namespace ChatActors.Client;

/// <summary>
/// Who is online and who types, and what others are told of that: <see cref="ChatClient.Watching"/>. Older servers refuse it
/// (<see cref="ErrorCode.UnknownRequest"/>).
/// </summary>
public sealed class ChatWatching
{
    readonly Requester _requester;
    readonly Watcher _watcher;

    internal ChatWatching(Requester requester, Watcher watcher) => (_requester, _watcher) = (requester, watcher);

    /// <summary>
    /// Says whom the application shows: the whole list each time. The client says it again on every connection; without one it is told with the next login.
    /// How they are comes as <see cref="PresenceChanged"/> and <see cref="TypingChanged"/>.
    /// </summary>
    /// <param name="users">At most 200.</param>
    /// <param name="conversations">Where it is to be told who types; at most 20.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <exception cref="ChatException">The server refuses it: then what was watched before still is.</exception>
    public Task WatchAsync(IReadOnlyList<int> users, IReadOnlyList<ConversationId> conversations, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(conversations);
        _requester.RequireLogin();
        return _watcher.WatchAsync(new([.. users.Distinct()], [.. conversations.Distinct()]), cancellationToken);
    }

    /// <summary>Nobody sits in front of this device, or (false) somebody does again. The user is away when all devices are.</summary>
    public Task SetAwayAsync(bool isAway = true, CancellationToken cancellationToken = default)
    {
        _requester.RequireLogin();
        return _watcher.SetAwayAsync(isAway, cancellationToken);
    }

    /// <summary>
    /// The user types, or does no longer. May be called with every key: the server is told every 2.5 s. Without a connection nobody is told.
    /// </summary>
    /// <exception cref="ChatException"><see cref="ErrorCode.Off"/>: the group is too large. <see cref="ErrorCode.NotYours"/>.</exception>
    public Task TypeAsync(ConversationId conversation, bool isTyping = true, CancellationToken cancellationToken = default)
    {
        _requester.RequireLogin();
        return _watcher.TypeAsync(conversation, isTyping, cancellationToken);
    }
}
