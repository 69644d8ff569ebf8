using System.Globalization;
using System.Text.Json;

namespace Chat.Protocol;

/// <summary>
/// What has become of a group, as its history tells it: a message that nobody has sent. It has a number like every message, and does not count as unread.
/// </summary>
/// <param name="Change">One of the constants here; a client shows the text of those that it does not know.</param>
/// <param name="By">Who has done it; 0: the product's own servers, or other servers.</param>
/// <param name="UserIds">Who it is about; nobody where it is about the group.</param>
public sealed record SystemMessage(string Change, int By, IReadOnlyList<int> UserIds)
{
    /// <summary>The users have come into the group.</summary>
    public const string Joined = "joined";

    /// <summary>Somebody has let the users in.</summary>
    public const string Added = "added";

    /// <summary>The users have gone.</summary>
    public const string Left = "left";

    /// <summary>Somebody has put the users out.</summary>
    public const string Removed = "removed";

    /// <summary>Somebody has put the users out, and they are not let in again.</summary>
    public const string Banned = "banned";

    /// <summary>The user has another <see cref="Role"/>.</summary>
    public const string OtherRole = "role";

    /// <summary>The user may not send until <see cref="MutedUntil"/>; 0: may again.</summary>
    public const string Muted = "muted";

    /// <summary>The group is another one in what <see cref="Group"/> has.</summary>
    public const string Changed = "changed";

    /// <summary>In <c>kind</c>. It means something only where <c>id</c> is 0: a sender may write it into a message of its own.</summary>
    public const string Kind = "system";

    /// <summary>What clients are shown as the sender that do not know of system messages.</summary>
    public const string SenderName = "*";

    /// <summary>Of <see cref="OtherRole"/>; else null.</summary>
    public string? Role { get; init; }

    /// <summary>Of <see cref="Muted"/>, in milliseconds since 1970, UTC.</summary>
    public long MutedUntil { get; init; }

    /// <summary>Of <see cref="Changed"/>: what is different, as it is from then on; else null.</summary>
    public ChangeGroupRequest? Group { get; init; }

    /// <summary>As a message is stored and pushed: its keys in their order, so that clients of every version find a text.</summary>
    /// <param name="groupId">Where.</param>
    /// <param name="text">The same for people.</param>
    /// <param name="ts">When, in milliseconds since 1970, UTC.</param>
    public ChatBody ToBody(int groupId, string text, long ts) => new(
        JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            WriteFirst(writer);
            writer.WriteNumber("groupid", groupId);
            writer.WriteNumber("id", 0);
            WriteUsers(writer);
            writer.WriteString("kind", Kind);
            writer.WriteString("msg", text);
            writer.WriteNumber("msgid", MessageKind.GroupChat);
            writer.WriteString("name", SenderName);
            if (Role is { } role)
                writer.WriteString("role", role);
            writer.WriteString("time", DateTimeOffset.FromUnixTimeMilliseconds(ts).ToString(ChatBody.TimeFormat, CultureInfo.InvariantCulture));
            WriteUntil(writer);
            writer.WriteEndObject();
        }),
        TimeOffset: 0);

    /// <summary>What <see cref="Of"/> reads again.</summary>
    public byte[] ToJson() => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        WriteFirst(writer);
        WriteUsers(writer);
        if (Role is { } role)
            writer.WriteString("role", role);
        WriteUntil(writer);
        writer.WriteEndObject();
    });

    /// <summary>Written by <see cref="ToJson"/>, or <see cref="ToBody"/>.</summary>
    /// <exception cref="FormatException">A key has a value of a wrong type.</exception>
    public static SystemMessage Of(JsonElement json) => new(
        json.OptionalText("change") ?? "", (int)json.OptionalNumber("by"),
        [.. json.OptionalItems("ids").Select(each => each.ValueKind == JsonValueKind.Number && each.TryGetInt32(out var id) ? id : throw new FormatException("\"ids\" has an unexpected value"))])
    {
        Role = json.OptionalText("role"),
        MutedUntil = json.OptionalNumber("until"),
        Group = json.TryGetProperty("group", out var group) && group.ValueKind == JsonValueKind.Object ? GroupOf(group) : null,
    };

    /// <summary>Null if a push is what somebody has sent: nobody has the id 0.</summary>
    /// <exception cref="FormatException">A key has a value of a wrong type.</exception>
    internal static SystemMessage? Find(JsonElement push, int sender) =>
        sender == 0 && push.TryGetProperty("kind", out var kind) && kind.ValueKind == JsonValueKind.String && kind.ValueEquals(Kind) ? Of(push) : null;

    static ChangeGroupRequest GroupOf(JsonElement group) => new(0)
    {
        Name = group.OptionalText("name"),
        Description = group.OptionalText("desc"),
        Avatar = group.OptionalText("avatar"),
        Joining = GroupWords.Joining(group.OptionalText("joining")),
        Sending = GroupWords.Sending(group.OptionalText("sending")),
        History = GroupWords.History(group.OptionalText("history")),
        KeepDays = group.TryGetProperty("keep_days", out _) ? (int)group.OptionalNumber("keep_days") : null,
    };

    void WriteFirst(Utf8JsonWriter writer)
    {
        if (By > 0)
            writer.WriteNumber("by", By);
        writer.WriteString("change", Change);
        if (Group is null)
            return;
        writer.WriteStartObject("group");
        Group.WriteChanges(writer);
        writer.WriteEndObject();
    }

    void WriteUsers(Utf8JsonWriter writer)
    {
        if (UserIds.Count == 0)
            return;
        writer.WriteStartArray("ids");
        foreach (var id in UserIds)
            writer.WriteNumberValue(id);
        writer.WriteEndArray();
    }

    void WriteUntil(Utf8JsonWriter writer)
    {
        if (Change == Muted)
            writer.WriteNumber("until", MutedUntil);
    }
}
