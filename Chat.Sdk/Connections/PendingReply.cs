using System.Text.Json;

namespace ChatActors.Client.Connections;

/// <summary>What to do with the one reply to a request, or with the loss of its connection.</summary>
abstract class PendingReply
{
    /// <summary>How late the reply may be.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>When it was sent, by <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long SentAt { get; set; }

    /// <summary>The reply is here; called by the connection's reader, which waits.</summary>
    public abstract void OnReply(JsonElement reply);

    /// <summary>There will be no reply.</summary>
    public abstract void OnLost(ChatException reason);
}
