using Chat.Protocol;

namespace Chat.Client.Connections;

/// <summary>Who is told what a connection's server sends without being asked. The connection's reader waits meanwhile.</summary>
interface IConnectionOwner
{
    ValueTask OnPushAsync(ChatConnection connection, ChatMessage message, CancellationToken cancellationToken);

    void OnSettingsChanged(ChatConnection connection, UserSettings settings);

    void OnGoAway(ChatConnection connection, string reason, TimeSpan after);
}
