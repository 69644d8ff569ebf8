using System.Text.Json;

namespace Chat.Protocol;

/// <summary>Entries of the lists in replies.</summary>
static class ListEntries
{
    public static FriendEntry Friend(JsonElement entry) => new(entry.RequiredId("id"), entry.OptionalText("name") ?? "", IsOnline(entry));

    public static MemberEntry Member(JsonElement entry) =>
        new(entry.RequiredId("id"), entry.OptionalText("name") ?? "", entry.OptionalText("role") ?? "", IsOnline(entry));

    public static GroupEntry Group(JsonElement entry) => new(
        entry.RequiredId("id"), entry.OptionalText("groupname") ?? "", entry.OptionalText("groupdesc") ?? "", [.. entry.OptionalItems("users").Select(Member)])
    {
        IsTruncated = entry.IsSet("truncated"),
    };

    public static GroupSummary Summary(JsonElement entry) => new(
        entry.RequiredId("id"), entry.OptionalText("groupname") ?? "", entry.OptionalText("groupdesc") ?? "", entry.OptionalText("role") ?? "", (int)entry.OptionalNumber("members"));

    public static JoinRequestEntry JoinRequest(JsonElement entry) => new(entry.RequiredId("id"), entry.OptionalText("name") ?? "", entry.OptionalNumber("since"));

    static bool IsOnline(JsonElement entry) => entry.OptionalText("state") == "online";
}
