using System.Globalization;
using System.Text;
using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>
/// Reads a 131. Its own keys are read apart from <see cref="RequestFields"/>, because messages may carry the same keys with another meaning.
/// </summary>
static class ChangeMessageReader
{
    const string Expected = "one of \"edit\", \"recall\", \"react\", \"unreact\" and \"pin\" is expected";

    public static Request Read(ref RequestFields fields)
    {
        if (!TryConversation(ref fields, out var conversation))
            return NoConversation();
        if (!TryInteger(ref fields, RequestKey.Seq, 1, out var seq, long.MaxValue))
            return NoInteger(RequestKey.Seq);
        using var document = JsonDocument.Parse(fields.Frame);
        ChangeMessageRequest? change = null;
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name is not ("edit" or "recall" or "react" or "unreact" or "pin"))
                continue;
            if (change is not null)
                return Invalid($"more than one change: {Expected}");
            if (Find(member.Name, member.Value) is not { } found)
                return Invalid($"\"{member.Name}\" must be {ExpectedOf(member.Name)}");
            change = new ChangeMessageRequest(conversation, seq, found.Kind, found.Text)
            {
                Mentions = found.Kind == ChangeKind.Edit ? MessageReferences.FindMentions(member.Value) : null,
            };
        }

        return change is null ? Invalid($"nothing to change: {Expected}") : change;
    }

    static (ChangeKind Kind, string Text)? Find(string key, JsonElement value) => (key, value.ValueKind) switch
    {
        ("edit", JsonValueKind.Object) => TextOf(value) is { } text ? (ChangeKind.Edit, text) : null,
        ("recall", JsonValueKind.True) => (ChangeKind.Recall, ""),
        ("react", JsonValueKind.String) => HasLength(value.GetString()!) && EmojiRule.IsEmoji(value.GetString()!) ? (ChangeKind.React, value.GetString()!) : null,
        ("unreact", JsonValueKind.String) => IsReaction(value.GetString()!) ? (ChangeKind.Unreact, value.GetString()!) : null,
        ("pin", JsonValueKind.True) => (ChangeKind.Pin, ""),
        ("pin", JsonValueKind.False) => (ChangeKind.Unpin, ""),
        _ => null,
    };

    /// <summary>Another key beside the text is refused, not passed over: one day it may mean something.</summary>
    static string? TextOf(JsonElement edit)
    {
        string? text = null;
        if (edit.FindRepeated("mentions") is not null)
            return null;
        foreach (var member in edit.EnumerateObject())
        {
            if (member.Name == "mentions" && MessageReferences.FindMentions(edit) is not null)
                continue;
            if (member.Name != "msg" || text is not null || member.Value.ValueKind != JsonValueKind.String)
                return null;
            text = member.Value.GetString();
        }

        return text;
    }

    /// <summary>Also what servers of before have taken: it can be taken back.</summary>
    static bool IsReaction(string text)
    {
        if (!HasLength(text))
            return false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned)
                return false;
        }

        return true;
    }

    static bool HasLength(string text) => text.Length > 0 && Encoding.UTF8.GetByteCount(text) <= ChangeMessageRequest.MaxReactionBytes;

    static string ExpectedOf(string key) => key switch
    {
        "edit" => $"an object with the new \"msg\", perhaps with \"mentions\" (\"all\" or at most {MessageReferences.MaxMentions} ids of users), and nothing else",
        "recall" => "true",
        "pin" => "true or false",
        _ => $"an emoji of 1 to {ChangeMessageRequest.MaxReactionBytes} bytes",
    };
}
