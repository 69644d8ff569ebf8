using System.Text;
using System.Text.Json;

namespace Chat.Protocol;

/// <summary>Values of the scanned fields, and what to say when one is missing or wrong.</summary>
static class FieldReading
{
    const int MaxTextField = 1024;

    public static bool TryConversation(ref RequestFields fields, out ConversationId conversation)
    {
        conversation = default;
        return OptionalString(ref fields, RequestKey.Conversation, out var text) && ConversationId.TryParse(text, out conversation);
    }

    public static bool TryInteger(ref RequestFields fields, RequestKey key, long min, out long value, long max = int.MaxValue)
    {
        var fits = OptionalInteger(ref fields, key, min, max, out var optional) && optional is not null;
        value = optional ?? 0;
        return fits;
    }

    public static bool OptionalInteger(ref RequestFields fields, RequestKey key, long min, long max, out long? value)
    {
        value = null;
        var token = fields[key];
        if (token.IsMissing)
            return true;
        if (token.Type != JsonTokenType.Number || !long.TryParse(fields.Bytes(key).Span, null, out var number) || number < min || number > max)
            return false;
        value = number;
        return true;
    }

    public static bool OptionalString(ref RequestFields fields, RequestKey key, out string? value, int maxBytes = MaxTextField)
    {
        value = null;
        var token = fields[key];
        if (token.IsMissing)
            return true;
        if (token.Type != JsonTokenType.String)
            return false;
        var bytes = fields.Bytes(key).Span;
        if (RequestReader.Utf8Length(bytes) > maxBytes)
            return false;
        if (!bytes.Contains((byte)'\\'))
        {
            value = Encoding.UTF8.GetString(bytes[1..^1]);
            return true;
        }

        var reader = new Utf8JsonReader(bytes);
        reader.Read();
        value = reader.GetString();
        return true;
    }

    public static InvalidRequest Invalid(string reason) => RequestFields.Invalid(reason);

    public static InvalidRequest NoInteger(RequestKey key) => Invalid($"\"{RequestKeys.NameOf(key)}\" is missing or not an integer in range");

    /// <summary>Which of the three it is.</summary>
    public static InvalidRequest NoString(ref RequestFields fields, RequestKey key, int maxBytes = MaxTextField) => fields[key] switch
    {
        { IsMissing: true } => Invalid($"\"{RequestKeys.NameOf(key)}\" is missing: a string is expected"),
        { Type: not JsonTokenType.String } => Invalid($"\"{RequestKeys.NameOf(key)}\" is not a string: one of at most {maxBytes} bytes is expected"),
        _ => Invalid($"\"{RequestKeys.NameOf(key)}\" has {RequestReader.Utf8Length(fields.Bytes(key).Span)} bytes: at most {maxBytes} are expected"),
    };

    public static InvalidRequest NoConversation() => Invalid("\"conversation\" must be d:LOWER:HIGHER (two user ids) or g:GROUP");
}
