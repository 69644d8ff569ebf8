using System.Text.Json;

namespace Chat.Protocol;

/// <summary>
/// Reads the keys of a 111. Apart from <see cref="RequestFields"/>, because messages may carry the same keys with another
/// meaning, and because it is rare.
/// </summary>
static class UserSettingsReader
{
    const string Keys = "\"presence\", \"receipts\", \"mute\", \"unmute\", \"pin\", \"unpin\" or \"notify\"";

    public static Request Read(byte[] frame)
    {
        using var document = JsonDocument.Parse(frame);
        var change = new SettingsChange();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name is not ("presence" or "receipts" or "mute" or "unmute" or "pin" or "unpin" or "notify"))
                continue;
            if (!seen.Add(member.Name))
                return Invalid($"\"{member.Name}\" is there twice: once is expected");
            var text = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : null;
            if ((member.Name == "notify" ? WithNotify(change, member.Value) : With(change, member.Name, text)) is not { } changed)
                return Invalid($"\"{member.Name}\" must be {ExpectedOf(member.Name)}");
            change = changed;
        }

        if (seen.Count == 0)
            return Invalid($"nothing to change: at least one of {Keys} is expected");
        if (change.Notify is not null && seen.Count > 1)
            return Invalid("\"notify\" is changed by itself: no other key of the settings is expected beside it");
        if (change.Mute is { } muted && change.Unmute == muted)
            return Invalid($"\"mute\" and \"unmute\" both name {muted}: one of them is expected");
        return change.Pin is { } pinned && change.Unpin == pinned
            ? Invalid($"\"pin\" and \"unpin\" both name {pinned}: one of them is expected")
            : new ChangeSettingsRequest(change);
    }

    static SettingsChange? With(SettingsChange change, string key, string? text)
    {
        if (key == "presence")
            return PresencePrivacies.Find(text) is { } presence ? change with { Presence = presence } : null;
        if (key == "receipts")
            return text is "on" or "off" ? change with { HidesReceipts = text == "off" } : null;
        if (!ConversationId.TryParse(text, out var id))
            return null;
        return key switch
        {
            "mute" => change with { Mute = id },
            "unmute" => change with { Unmute = id },
            "pin" => change with { Pin = id },
            _ => change with { Unpin = id },
        };
    }

    static SettingsChange? WithNotify(SettingsChange change, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return null;
        var levels = new Dictionary<ConversationId, NotifyLevel>();
        foreach (var member in value.EnumerateObject())
        {
            if (!ConversationId.TryParse(member.Name, out var id) || member.Value.ValueKind != JsonValueKind.String || NotifyLevels.Find(member.Value.GetString()) is not { } level || !levels.TryAdd(id, level))
                return null;
        }

        return levels.Count is > 0 and <= UserSettings.MaxNotifyAtOnce ? change with { Notify = levels } : null;
    }

    static string ExpectedOf(string key) => key switch
    {
        "presence" => "\"everyone\", \"nobody\" or \"contacts\"",
        "receipts" => "\"on\" or \"off\"",
        "notify" => $"an object with 1 to {UserSettings.MaxNotifyAtOnce} conversations, each once, with \"all\", \"mentions\", \"none\" or \"default\"",
        _ => "d:LOWER:HIGHER (two user ids) or g:GROUP",
    };

    static InvalidRequest Invalid(string reason) => new(ErrorCode.Malformed, reason);
}
