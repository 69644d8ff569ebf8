namespace Chat.Protocol;

/// <summary>
/// 102 to the requests that list something page by page: as many entries as fit, and <c>"more":true</c> when there are others
/// behind the last one.
/// </summary>
public static class ListFrames
{
    /// <summary>To 125.</summary>
    /// <param name="requestRef">Of the request.</param>
    /// <param name="members">What is on the page.</param>
    /// <param name="hasMore">Whether there are others.</param>
    /// <param name="maxFrameBytes">The largest frame.</param>
    /// <param name="seq">The last number of the conversation before they were read; 0: not told.</param>
    public static byte[] Members(RequestRef requestRef, IReadOnlyList<MemberEntry> members, bool hasMore, int maxFrameBytes, long seq = 0) =>
        Page(requestRef, "members", members, ModernFrames.MemberToken, hasMore, maxFrameBytes, seq);

    /// <summary>To 144.</summary>
    public static byte[] Groups(RequestRef requestRef, IReadOnlyList<GroupSummary> groups, bool hasMore, int maxFrameBytes) =>
        Page(requestRef, "groups", groups, SummaryToken, hasMore, maxFrameBytes);

    /// <summary>To 145.</summary>
    public static byte[] Friends(RequestRef requestRef, IReadOnlyList<FriendEntry> friends, bool hasMore, int maxFrameBytes) =>
        Page(requestRef, "friends", friends, ModernFrames.FriendToken, hasMore, maxFrameBytes);

    /// <summary>To 129.</summary>
    public static byte[] JoinRequests(RequestRef requestRef, IReadOnlyList<JoinRequestEntry> requests, bool hasMore, int maxFrameBytes) =>
        Page(requestRef, "requests", requests, JoinRequestToken, hasMore, maxFrameBytes);

    static byte[] Page<T>(RequestRef requestRef, string key, IReadOnlyList<T> entries, Func<T, byte[]> toToken, bool hasMore, int maxFrameBytes, long seq = 0)
    {
        var room = maxFrameBytes - 64 - requestRef.Token.Length;
        var tokens = ModernFrames.Fitting(entries, toToken, ref room);
        return ModernFrames.Frame(MessageKind.Reply, requestRef, writer =>
        {
            writer.WriteNumber("errno", 0);
            if (seq > 0)
                writer.WriteNumber("seq", seq);
            ModernFrames.WriteRawArray(writer, key, tokens);
            if (hasMore || tokens.Count < entries.Count)
                writer.WriteBoolean("more", true);
        });
    }

    static byte[] JoinRequestToken(JoinRequestEntry request) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", request.Id);
        writer.WriteString("name", ListText.Name(request.Name));
        writer.WriteNumber("since", request.Since);
        writer.WriteEndObject();
    });

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
