using System.Text.Json;

namespace ChatActors.Client.Connections;

/// <summary>A question whose answer only shows that the server is there.</summary>
sealed class Ping : PendingReply
{
    public bool IsAnswered { get; set; }

    public override void OnReply(JsonElement reply) => IsAnswered = true;

    public override void OnLost(ChatException reason)
    {
        // Whoever lost the connection says so.
    }
}
