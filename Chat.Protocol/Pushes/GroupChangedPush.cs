using System.Text.Json;

namespace Chat.Protocol;

/// <summary>130: what the user is to a group has changed, and who has changed it.</summary>
/// <param name="GroupId">Which group.</param>
/// <param name="Change">One of the constants here; a client passes over those that it does not know.</param>
/// <param name="By">Who has done it; 0: the product's own servers.</param>
public sealed record GroupChangedPush(int GroupId, string Change, int By)
{
    /// <summary>The user is a member now.</summary>
    public const string Added = "added";

    /// <summary>The user is a member no more.</summary>
    public const string Removed = "removed";

    /// <summary>The user is a member no more, and is not let in again.</summary>
    public const string Banned = "banned";

    /// <summary>The user has another <see cref="Role"/>.</summary>
    public const string OtherRole = "role";

    /// <summary>The user may not send until <see cref="MutedUntil"/>; 0: may again.</summary>
    public const string Muted = "muted";

    /// <summary>Another user, <see cref="UserId"/>, wants to be let in: told to the creator and the admins.</summary>
    public const string Asked = "asked";

    /// <summary>The user is not let in.</summary>
    public const string Declined = "declined";

    /// <summary>The group has another name, picture or rule: <see cref="GetGroupRequest"/> tells.</summary>
    public const string Other = "changed";

    /// <summary>There is no such group any more.</summary>
    public const string Deleted = "deleted";

    /// <summary>Of <see cref="Asked"/>; else 0.</summary>
    public int UserId { get; init; }

    /// <summary>Of <see cref="OtherRole"/>; else null.</summary>
    public string? Role { get; init; }

    /// <summary>Of <see cref="Muted"/>, in milliseconds since 1970, UTC.</summary>
    public long MutedUntil { get; init; }

    /// <summary>The frame.</summary>
    public byte[] ToBytes() => ModernFrames.Frame(MessageKind.GroupChanged, default, writer =>
    {
        writer.WriteNumber("groupid", GroupId);
        writer.WriteString("change", Change);
        if (UserId > 0)
            writer.WriteNumber("id", UserId);
        if (Role is { } role)
            writer.WriteString("role", role);
        if (Change == Muted)
            writer.WriteNumber("until", MutedUntil);
        if (By > 0)
            writer.WriteNumber("by", By);
    });

    /// <summary>Written by <see cref="ToBytes"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static GroupChangedPush Of(JsonElement json) =>
        new(json.RequiredId("groupid"), json.OptionalText("change") ?? "", (int)json.OptionalNumber("by"))
        {
            UserId = (int)json.OptionalNumber("id"),
            Role = json.OptionalText("role"),
            MutedUntil = json.OptionalNumber("until"),
        };
}
