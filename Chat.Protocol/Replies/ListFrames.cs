namespace Chat.Protocol;

/// <summary>
/// 102 to the requests that list something page by page: as many entries as fit, and <c>"more":true</c> when there are others
/// behind the last one.
/// </summary>
public static class ListFrames
{
    /// <summary>To 125.</summary>
    public static byte[] Members(RequestRef requestRef, IReadOnlyList<MemberEntry> members, bool hasMore, int maxFrameBytes) =>
        Page(requestRef, "members", members, ModernFrames.MemberToken, hasMore, maxFrameBytes);

    /// <summary>To 144.</summary>
    public static byte[] Groups(RequestRef requestRef, IReadOnlyList<GroupSummary> groups, bool hasMore, int maxFrameBytes) =>
        Page(requestRef, "groups", groups, SummaryToken, hasMore, maxFrameBytes);

    /// <summary>To 145.</summary>
    public static byte[] Friends(RequestRef requestRef, IReadOnlyList<FriendEntry> friends, bool hasMore, int maxFrameBytes) =>
        Page(requestRef, "friends", friends, ModernFrames.FriendToken, hasMore, maxFrameBytes);

    static byte[] Page<T>(RequestRef requestRef, string key, IReadOnlyList<T> entries, Func<T, byte[]> toToken, bool hasMore, int maxFrameBytes)
    {
        var room = maxFrameBytes - 64 - requestRef.Token.Length;
        var tokens = ModernFrames.Fitting(entries, toToken, ref room);
        return ModernFrames.Frame(MessageKind.Reply, requestRef, writer =>
        {
            writer.WriteNumber("errno", 0);
            ModernFrames.WriteRawArray(writer, key, tokens);
            if (hasMore || tokens.Count < entries.Count)
                writer.WriteBoolean("more", true);
        });
    }

    static byte[] SummaryToken(GroupSummary group) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", group.Id);
        writer.WriteString("groupname", ListText.Name(group.Name));
        writer.WriteString("groupdesc", ListText.Description(group.Description));
        writer.WriteString("role", ListText.Role(group.Role));
        writer.WriteNumber("members", group.Members);
        writer.WriteEndObject();
    });
}
