using System.Text.Json;

namespace Chat.Protocol;

/// <summary>A user's settings as frames to a connection that said hello.</summary>
public static class SettingsFrames
{
    /// <summary>102 to 110 and 111.</summary>
    /// <param name="requestRef">Of the request.</param>
    /// <param name="settings">They.</param>
    /// <param name="maxFrameBytes">The largest object.</param>
    /// <param name="protocol">The version that the client speaks.</param>
    public static byte[] Reply(RequestRef requestRef, UserSettings settings, int maxFrameBytes, int protocol = ModernFrames.ProtocolVersion) =>
        ModernFrames.Frame(MessageKind.Reply, requestRef, writer =>
        {
            writer.WriteNumber("errno", 0);
            Write(writer, settings, maxFrameBytes - requestRef.Token.Length, protocol);
        });

    /// <summary>112.</summary>
    /// <param name="settings">They.</param>
    /// <param name="maxFrameBytes">The largest object.</param>
    /// <param name="protocol">The version that the client speaks.</param>
    public static byte[] Changed(UserSettings settings, int maxFrameBytes, int protocol = ModernFrames.ProtocolVersion) =>
        ModernFrames.Frame(MessageKind.SettingsChanged, default, writer => Write(writer, settings, maxFrameBytes, protocol));

    /// <summary>The settings in 102 and in 112.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static UserSettings Read(JsonElement json) => new(
        PresencePrivacies.Find(json.OptionalText("presence")) ?? throw new FormatException("\"presence\" has an unexpected value"),
        [.. json.OptionalItems("muted").Select(ReadId)], [.. json.OptionalItems("pinned").Select(ReadId)])
    {
        HidesReceipts = json.OptionalText("receipts") == "off",
        IsTruncated = json.IsSet("truncated"),
        Notify = json.TryGetProperty("notify", out var notify) ? notify.EnumerateObject().ToDictionary(each => IdOf(each.Name), each => LevelOf(each.Value)) : null,
    };

    static ConversationId IdOf(string text) => ConversationId.TryParse(text, out var id) ? id : throw new FormatException("\"notify\" names something else than a conversation");

    static NotifyLevel LevelOf(JsonElement value) =>
        NotifyLevels.Find(value.ValueKind == JsonValueKind.String ? value.GetString() : null) ?? throw new FormatException("\"notify\" has an unexpected value");

    static ConversationId ReadId(JsonElement item) =>
        item.ValueKind == JsonValueKind.String && ConversationId.TryParse(item.GetString(), out var id)
            ? id
            : throw new FormatException("a list of conversations with something else in it");

    /// <summary>What does not fit is left out: pins go first, because they are few and seen first.</summary>
    static void Write(Utf8JsonWriter writer, UserSettings settings, int maxFrameBytes, int protocol)
    {
        var room = maxFrameBytes - 128; // for everything but the lists
        var pinned = ModernFrames.Fitting(settings.Pinned, Token, ref room);
        var muted = ModernFrames.Fitting(settings.Muted, Token, ref room);
        // Clients of version 2 know of the two others only.
        var isKnown = protocol > ModernFrames.ProtocolVersion || settings.Presence != PresencePrivacy.Contacts;
        writer.WriteString("presence", (isKnown ? settings.Presence : PresencePrivacy.Nobody).ToText());
        if (protocol > ModernFrames.ProtocolVersion)
            writer.WriteString("receipts", settings.HidesReceipts ? "off" : "on");
        ModernFrames.WriteRawArray(writer, "muted", muted);
        ModernFrames.WriteRawArray(writer, "pinned", pinned);
        var isCut = muted.Count < settings.Muted.Count || pinned.Count < settings.Pinned.Count;
        if (protocol > ModernFrames.ProtocolVersion && settings.Notify is { } notify)
            isCut |= !WriteNotify(writer, notify, room - 12);
        if (isCut)
            writer.WriteBoolean("truncated", true);
    }

    /// <summary>False if not all of it fits.</summary>
    static bool WriteNotify(Utf8JsonWriter writer, IReadOnlyDictionary<ConversationId, NotifyLevel> notify, int room)
    {
        writer.WriteStartObject("notify");
        var count = 0;
        foreach (var (id, level) in notify)
        {
            var (key, text) = (id.ToString(), level.ToText());
            if ((room -= key.Length + text.Length + 6) < 0)
                break;
            writer.WriteString(key, text);
            count++;
        }

        writer.WriteEndObject();
        return count == notify.Count;
    }

    static byte[] Token(ConversationId id) => JsonText.Quote(id.ToString());
}
