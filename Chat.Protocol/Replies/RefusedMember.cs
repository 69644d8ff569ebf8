using System.Text.Json;

namespace Chat.Protocol;

/// <summary>102 to a change of a group that is refused because of one user: nothing of it is done.</summary>
/// <param name="GroupId">Which group.</param>
/// <param name="UserId">The first user of whom something is wrong.</param>
public readonly record struct RefusedMember(int GroupId, int UserId)
{
    /// <summary>The frame.</summary>
    public byte[] ToBytes(RequestRef requestRef, ErrorCode error, string message)
    {
        var (groupId, userId) = (GroupId, UserId);
        return ModernFrames.Frame(MessageKind.Reply, requestRef, writer =>
        {
            writer.WriteNumber("errno", (int)error);
            writer.WriteString("errmsg", message);
            writer.WriteBoolean("retry", error.IsRetryable());
            writer.WriteNumber("groupid", groupId);
            writer.WriteNumber("id", userId);
        });
    }

    /// <summary>Null if the reply is none of these. Written by <see cref="ToBytes"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static RefusedMember? Find(JsonElement json) =>
        json.OptionalNumber("errno") != 0 && json.TryGetProperty("groupid", out _) ? new(json.RequiredId("groupid"), json.RequiredId("id")) : null;
}
