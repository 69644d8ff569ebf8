using System.Text.Json;

namespace Chat.Protocol;

/// <summary>117: whether somebody sits in front of this device; of its session alone, until it ends.</summary>
public sealed record SetPresenceRequest(bool IsAway) : UserRequest
{
    /// <summary>What the user says about itself, as in <see cref="ChangeProfileRequest"/>; null: as before.</summary>
    public string? About { get; init; }

    internal override int Number => MessageKind.SetPresence;

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("state", (IsAway ? PresenceState.Away : PresenceState.Online).ToText());
        if (About is { } about)
            writer.WriteText("about", about);
    }
}

/// <summary>Reads the keys of a 117, apart from <see cref="RequestFields"/>: messages may carry the same keys with another meaning.</summary>
static class SetPresenceReader
{
    public static Request Read(byte[] frame)
    {
        using var document = JsonDocument.Parse(frame);
        bool? isAway = null;
        string? about = null;
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name is not ("state" or "about"))
                continue;
            if (member.Name == "state" ? isAway is not null : about is not null)
                return RequestFields.Invalid($"\"{member.Name}\" is there twice: once is expected");
            if (member.Name == "about")
            {
                if (ProfileRule.Read(member.Name, member.Value, out about) is { } problem)
                    return RequestFields.Invalid(problem);
            }
            else if ((isAway = ReadState(member.Value)) is null)
            {
                break;
            }
        }

        return isAway is { } found ? new SetPresenceRequest(found) { About = about } : RequestFields.Invalid("\"state\" must be \"online\" or \"away\"");
    }

    static bool? ReadState(JsonElement value) => (value.ValueKind == JsonValueKind.String ? PresenceStates.Find(value.GetString()) : null) switch
    {
        PresenceState.Online => false,
        PresenceState.Away => true,
        _ => null,
    };
}
