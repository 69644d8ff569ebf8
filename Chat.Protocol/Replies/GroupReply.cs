using System.Text.Json;

namespace Chat.Protocol;

/// <summary>102 to 124: what a group is.</summary>
/// <param name="GroupId">Its conversation is <c>g:ID</c>.</param>
/// <param name="Name">Unique among groups.</param>
/// <param name="Description">What it is about.</param>
/// <param name="Members">How many users are in it.</param>
public sealed record GroupReply(int GroupId, string Name, string Description, int Members)
{
    /// <summary>Where its picture is; empty: it has none.</summary>
    public string Avatar { get; init; } = "";

    /// <summary>Who becomes a member.</summary>
    public GroupJoining Joining { get; init; }

    /// <summary>Who may send.</summary>
    public GroupSending Sending { get; init; }

    /// <summary>What new members see of what was said before.</summary>
    public GroupHistory History { get; init; }

    /// <summary>After so many days its messages are gone; 0: the group says nothing about that.</summary>
    public int KeepDays { get; init; }

    /// <summary>What the user is in it; null: no member.</summary>
    public string? Role { get; init; }

    /// <summary>Until when the user may not send, in milliseconds since 1970, UTC; 0: the user is not muted.</summary>
    public long MutedUntil { get; init; }

    /// <summary>The frame.</summary>
    public byte[] ToBytes(RequestRef requestRef) => ModernFrames.Success(requestRef, writer =>
    {
        writer.WriteNumber("groupid", GroupId);
        writer.WriteString("name", ListText.Name(Name));
        writer.WriteString("desc", ListText.Description(Description));
        if (Avatar.Length > 0)
            writer.WriteString("avatar", Avatar);
        writer.WriteNumber("members", Members);
        writer.WriteString("joining", GroupWords.Of(Joining));
        writer.WriteString("sending", GroupWords.Of(Sending));
        writer.WriteString("history", GroupWords.Of(History));
        if (KeepDays > 0)
            writer.WriteNumber("keep_days", KeepDays);
        if (Role is { } role)
            writer.WriteString("role", ListText.Role(role));
        if (MutedUntil > 0)
            writer.WriteNumber("muted_until", MutedUntil);
    });

    /// <summary>Written by <see cref="ToBytes"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static GroupReply Of(JsonElement json) =>
        new(json.RequiredId("groupid"), json.OptionalText("name") ?? "", json.OptionalText("desc") ?? "", (int)json.OptionalNumber("members"))
        {
            Avatar = json.OptionalText("avatar") ?? "",
            Joining = GroupWords.Joining(json.OptionalText("joining")) ?? GroupJoining.Free,
            Sending = GroupWords.Sending(json.OptionalText("sending")) ?? GroupSending.All,
            History = GroupWords.History(json.OptionalText("history")) ?? GroupHistory.All,
            KeepDays = (int)json.OptionalNumber("keep_days"),
            Role = json.OptionalText("role"),
            MutedUntil = json.OptionalNumber("muted_until"),
        };
}
