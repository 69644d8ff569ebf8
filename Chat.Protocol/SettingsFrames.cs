using System.Text.Json;

namespace Chat.Protocol;

/// <summary>A user's settings as frames to a connection that said hello.</summary>
public static class SettingsFrames
{
    /// <summary>102 to 110 and 111.</summary>
    public static byte[] Reply(RequestRef requestRef, UserSettings settings, int maxFrameBytes) =>
        ModernFrames.Frame(MessageKind.Reply, requestRef, writer =>
        {
            writer.WriteNumber("errno", 0);
            Write(writer, settings, maxFrameBytes - requestRef.Token.Length);
        });

    /// <summary>112.</summary>
    public static byte[] Changed(UserSettings settings, int maxFrameBytes) =>
        ModernFrames.Frame(MessageKind.SettingsChanged, default, writer => Write(writer, settings, maxFrameBytes));

    /// <summary>What does not fit is left out: pins go first, because they are few and seen first.</summary>
    static void Write(Utf8JsonWriter writer, UserSettings settings, int maxFrameBytes)
    {
        var room = maxFrameBytes - 128; // for everything but the lists
        var pinned = ModernFrames.Fitting(settings.Pinned, Token, ref room);
        var muted = ModernFrames.Fitting(settings.Muted, Token, ref room);
        writer.WriteString("presence", settings.Presence.ToText());
        ModernFrames.WriteRawArray(writer, "muted", muted);
        ModernFrames.WriteRawArray(writer, "pinned", pinned);
        if (muted.Count < settings.Muted.Count || pinned.Count < settings.Pinned.Count)
            writer.WriteBoolean("truncated", true);
    }

    static byte[] Token(ConversationId id) => JsonText.Quote(id.ToString());
}
