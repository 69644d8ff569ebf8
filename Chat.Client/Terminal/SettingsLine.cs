using System.Text.Json;
using Chat.Protocol;

namespace Chat.Client.Terminal;

/// <summary>What programs are told of a user's settings. Pure.</summary>
static class SettingsLine
{
    public static void Write(Utf8JsonWriter json, UserSettings settings)
    {
        json.WriteString("presence", settings.Presence.ToText());
        json.WriteString("receipts", settings.HidesReceipts ? "off" : "on");
        WriteIds(json, "muted", settings.Muted);
        WriteIds(json, "pinned", settings.Pinned);
        json.WriteStartObject("notify");
        foreach (var (id, level) in settings.Notify ?? new Dictionary<ConversationId, NotifyLevel>())
            json.WriteString(id.ToString(), level.ToText());
        json.WriteEndObject();
        json.WriteBoolean("truncated", settings.IsTruncated);
    }

    static void WriteIds(Utf8JsonWriter json, string key, IReadOnlyList<ConversationId> ids)
    {
        json.WriteStartArray(key);
        foreach (var id in ids)
            json.WriteStringValue(id.ToString());
        json.WriteEndArray();
    }
}
