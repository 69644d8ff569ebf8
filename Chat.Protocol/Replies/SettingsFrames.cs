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
    };

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
        if (muted.Count < settings.Muted.Count || pinned.Count < settings.Pinned.Count)
            writer.WriteBoolean("truncated", true);
    }

    static byte[] Token(ConversationId id) => JsonText.Quote(id.ToString());
}
