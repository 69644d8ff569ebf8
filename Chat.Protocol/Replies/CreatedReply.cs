using System.Text.Json;

namespace Chat.Protocol;

/// <summary>5 to a registration, and 102 to a new group: the id.</summary>
public static class CreatedReply
{
    /// <summary>Of a user. Written by <see cref="ModernFrames.RegisterAck"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static int ReadUserId(JsonElement json) => json.RequiredId("id");

    /// <summary>Of a group.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static int ReadGroupId(JsonElement json) => json.RequiredId("groupid");
}
