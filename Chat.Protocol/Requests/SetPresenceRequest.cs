using System.Text.Json;

namespace Chat.Protocol;

/// <summary>117: whether somebody sits in front of this device; of its session alone, until it ends.</summary>
public sealed record SetPresenceRequest(bool IsAway) : UserRequest
{
    internal override int Number => MessageKind.SetPresence;

    internal override void WriteMembers(Utf8JsonWriter writer) =>
        writer.WriteString("state", (IsAway ? PresenceState.Away : PresenceState.Online).ToText());
}

/// <summary>Reads the key of a 117, apart from <see cref="RequestFields"/>: messages may carry the same key with another meaning.</summary>
static class SetPresenceReader
{
    public static Request Read(byte[] frame)
    {
        using var document = JsonDocument.Parse(frame);
        bool? isAway = null;
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name != "state")
                continue;
            if (isAway is not null)
                return RequestFields.Invalid("\"state\" is there twice: once is expected");
            isAway = (member.Value.ValueKind == JsonValueKind.String ? PresenceStates.Find(member.Value.GetString()) : null) switch
            {
                PresenceState.Online => false,
                PresenceState.Away => true,
                _ => null,
            };
            if (isAway is null)
                break;
        }

        return isAway is { } found ? new SetPresenceRequest(found) : RequestFields.Invalid("\"state\" must be \"online\" or \"away\"");
    }
}
