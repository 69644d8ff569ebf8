using System.Text;
using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>143: somebody is to look at a message. Doing it again is harmless.</summary>
/// <param name="Conversation">Where the message is.</param>
/// <param name="Seq">Its number.</param>
/// <param name="Reason">Why.</param>
public sealed record ReportRequest(ConversationId Conversation, long Seq, string Reason) : UserRequest
{
    /// <summary>The longest reason, in code points.</summary>
    public const int MaxReasonCharacters = 500;

    internal override int Number => MessageKind.Report;

    /// <summary>Its own key is read apart from <see cref="RequestFields"/>: messages may carry the same one with another meaning.</summary>
    internal static Request Read(ref RequestFields fields)
    {
        if (!TryConversation(ref fields, out var conversation))
            return NoConversation();
        if (!TryInteger(ref fields, RequestKey.Seq, 1, out var seq, long.MaxValue))
            return NoInteger(RequestKey.Seq);
        using var document = JsonDocument.Parse(fields.Frame);
        string? reason = null;
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name != "reason")
                continue;
            if (reason is not null)
                return Invalid("\"reason\" is there twice: once is expected");
            if (member.Value.ValueKind != JsonValueKind.String)
                return Invalid("\"reason\" is not a string: one is expected");
            reason = member.Value.GetString()!;
            if (Problem(reason) is { } problem)
                return Invalid(problem);
        }

        return reason is null ? Invalid("\"reason\" is missing: a string is expected, why somebody is to look at the message") : new ReportRequest(conversation, seq, reason);
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("conversation", Conversation.ToString());
        writer.WriteNumber("seq", Seq);
        writer.WriteText("reason", Reason);
    }

    static string? Problem(string reason)
    {
        var count = 0;
        foreach (var rune in reason.EnumerateRunes())
        {
            count++;
            if (Rune.IsControl(rune) && rune.Value != '\n')
                return $"\"reason\" has U+{rune.Value:X4} at position {count}: a control character, none but line feeds is expected";
        }

        return count is < 1 or > MaxReasonCharacters ? $"\"reason\" has {count} characters: 1 to {MaxReasonCharacters} are expected" : null;
    }
}
