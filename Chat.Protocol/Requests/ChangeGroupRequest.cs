using System.Text;
using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>126: what a group is, or that there is none any more. What is null stays; at least one is not. Asking twice is harmless.</summary>
/// <param name="GroupId">Which group.</param>
public sealed record ChangeGroupRequest(int GroupId) : UserRequest
{
    /// <summary>The longest address of a picture, in bytes of UTF-8.</summary>
    public const int MaxAvatarBytes = 1024;

    /// <summary>Messages are kept for so many days at most, or for ever.</summary>
    public const int MaxKeepDays = 36_500;

    const int MaxTextBytes = 1024;

    /// <summary>Its name, as it was typed.</summary>
    public string? Name { get; init; }

    /// <summary>What it is about.</summary>
    public string? Description { get; init; }

    /// <summary>Where its picture is (http or https); empty: nowhere.</summary>
    public string? Avatar { get; init; }

    /// <summary>Who becomes a member.</summary>
    public GroupJoining? Joining { get; init; }

    /// <summary>Who may send.</summary>
    public GroupSending? Sending { get; init; }

    /// <summary>What new members see of what was said before.</summary>
    public GroupHistory? History { get; init; }

    /// <summary>After so many days its messages are gone; 0: when the server says so, or never.</summary>
    public int? KeepDays { get; init; }

    /// <summary>There is no such group any more; stands alone.</summary>
    public bool Delete { get; init; }

    internal override int Number => MessageKind.ChangeGroup;

    /// <summary>Its own keys are read apart from <see cref="RequestFields"/>: messages may carry the same ones with another meaning.</summary>
    internal static Request Read(ref RequestFields fields)
    {
        if (!TryInteger(ref fields, RequestKey.GroupId, 1, out var group))
            return NoInteger(RequestKey.GroupId);
        using var document = JsonDocument.Parse(fields.Frame);
        var request = new ChangeGroupRequest((int)group);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name is not ("name" or "desc" or "avatar" or "joining" or "sending" or "history" or "keep_days" or "delete"))
                continue;
            if (!seen.Add(member.Name))
                return Invalid($"\"{member.Name}\" is there twice: once is expected");
            if (request.With(member.Name, member.Value) is not { } changed)
                return Invalid($"\"{member.Name}\" must be {ExpectedOf(member.Name)}");
            request = changed;
        }

        if (seen.Count == 0)
            return Invalid("nothing to change: at least one of \"name\", \"desc\", \"avatar\", \"joining\", \"sending\", \"history\", \"keep_days\" and \"delete\" is expected");
        return request.Delete && seen.Count > 1 ? Invalid("\"delete\" stands alone: nothing else of the group can be changed with it") : request;
    }

    ChangeGroupRequest? With(string key, JsonElement value) => (key, value.ValueKind) switch
    {
        ("delete", JsonValueKind.True) => this with { Delete = true },
        ("keep_days", JsonValueKind.Number) => value.TryGetInt32(out var days) && days is >= 0 and <= MaxKeepDays ? this with { KeepDays = days } : null,
        (_, not JsonValueKind.String) => null,
        ("name", _) => TextOf(value) is { } name ? this with { Name = name } : null,
        ("desc", _) => TextOf(value) is { } description ? this with { Description = description } : null,
        ("avatar", _) => value.GetString()! is var avatar && IsAvatar(avatar) ? this with { Avatar = avatar } : null,
        ("joining", _) => GroupWords.Joining(value.GetString()) is { } joining ? this with { Joining = joining } : null,
        ("history", _) => GroupWords.History(value.GetString()) is { } history ? this with { History = history } : null,
        ("sending", _) => GroupWords.Sending(value.GetString()) is { } sending ? this with { Sending = sending } : null,
        _ => null,
    };

    static string? TextOf(JsonElement value) => value.GetString()! is var text && Encoding.UTF8.GetByteCount(text) <= MaxTextBytes ? text : null;

    static bool IsAvatar(string text) => text.Length == 0
        || (Encoding.UTF8.GetByteCount(text) <= MaxAvatarBytes && Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            && !text.Any(char.IsControl));

    static string ExpectedOf(string key) => key switch
    {
        "delete" => "true",
        "keep_days" => $"an integer from 0 to {MaxKeepDays}",
        "avatar" => $"an http or https address of at most {MaxAvatarBytes} bytes, or empty",
        "joining" => "\"free\", \"ask\" or \"invite\"",
        "sending" => "\"all\" or \"admins\"",
        "history" => "\"all\" or \"joined\"",
        _ => $"a string of at most {MaxTextBytes} bytes",
    };

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteNumber("groupid", GroupId);
        WriteChanges(writer);
        if (Delete)
            writer.WriteBoolean("delete", true);
    }

    /// <summary>What is not null.</summary>
    internal void WriteChanges(Utf8JsonWriter writer)
    {
        if (Name is { } name)
            writer.WriteText("name", name);
        if (Description is { } description)
            writer.WriteText("desc", description);
        if (Avatar is { } avatar)
            writer.WriteText("avatar", avatar);
        if (Joining is { } joining)
            writer.WriteString("joining", GroupWords.Of(joining));
        if (Sending is { } sending)
            writer.WriteString("sending", GroupWords.Of(sending));
        if (History is { } history)
            writer.WriteString("history", GroupWords.Of(history));
        if (KeepDays is { } days)
            writer.WriteNumber("keep_days", days);
    }
}
