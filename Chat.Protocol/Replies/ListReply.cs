using System.Text.Json;

namespace Chat.Protocol;

/// <summary>102 to 125, 129, 144 and 145: a part of a list, ascending by id. Written by <see cref="ListFrames"/>.</summary>
/// <param name="Entries">What is on the page.</param>
/// <param name="HasMore">Whether to ask again, after the last entry's id.</param>
public sealed record ListReply<T>(IReadOnlyList<T> Entries, bool HasMore)
{
    /// <summary>Of members: the last number of the group's conversation before they were read; 0: not told.</summary>
    public long Seq { get; init; }
}

/// <summary>Reads the pages of lists.</summary>
public static class ListReply
{
    /// <summary>To 125.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static ListReply<MemberEntry> ReadMembers(JsonElement json) => Read(json, "members", ListEntries.Member);

    /// <summary>To 144.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static ListReply<GroupSummary> ReadGroups(JsonElement json) => Read(json, "groups", ListEntries.Summary);

    /// <summary>To 145.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static ListReply<FriendEntry> ReadFriends(JsonElement json) => Read(json, "friends", ListEntries.Friend);

    /// <summary>To 129.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static ListReply<JoinRequestEntry> ReadJoinRequests(JsonElement json) => Read(json, "requests", ListEntries.JoinRequest);

    static ListReply<T> Read<T>(JsonElement json, string key, Func<JsonElement, T> read) => new([.. json.OptionalItems(key).Select(read)], json.IsSet("more")) { Seq = json.OptionalNumber("seq") };
}
