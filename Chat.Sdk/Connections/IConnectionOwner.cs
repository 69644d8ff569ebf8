using System.Text.Json;
using Chat.Protocol;

namespace ChatActors.Client.Connections;

/// <summary>Who is told what a connection's server sends without being asked. The connection's reader waits meanwhile.</summary>
interface IConnectionOwner
{
    ValueTask OnPushAsync(ChatConnection connection, ChatMessage message, CancellationToken cancellationToken);

    /// <summary>What became of messages, conversations, users. A later server may have more to say than this client understands.</summary>
    void OnNews(long kind, JsonElement push);

    /// <summary>A received mark was refused: the server has no more numbers of a conversation than <paramref name="head"/>.</summary>
    void OnMarkRefused(ChatConnection connection, ConversationId conversation, long head);

    void OnGoAway(ChatConnection connection, GoAwayPush goAway);

    /// <summary>The token (JWT) of the login expires soon.</summary>
    void OnTokenExpiring(ChatConnection connection);
}
