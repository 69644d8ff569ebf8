using System.Text.Json;

namespace Chat.Protocol;

/// <summary>102 to a message of a member who is muted: it may be sent again after that.</summary>
/// <param name="Until">In milliseconds since 1970, UTC.</param>
public readonly record struct MutedReply(long Until)
{
    /// <summary>The frame.</summary>
    public byte[] ToBytes(RequestRef requestRef, string message)
    {
        var until = Until;
        return ModernFrames.Frame(MessageKind.Reply, requestRef, writer =>
        {
            writer.WriteNumber("errno", (int)ErrorCode.Forbidden);
            writer.WriteString("errmsg", message);
            writer.WriteBoolean("retry", false);
            writer.WriteNumber("until", until);
        });
    }

    /// <summary>Null if the reply is none of these. Written by <see cref="ToBytes"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static MutedReply? Find(JsonElement json) =>
        json.OptionalNumber("errno") == (int)ErrorCode.Forbidden && json.TryGetProperty("until", out _) ? new(json.OptionalNumber("until")) : null;
}
