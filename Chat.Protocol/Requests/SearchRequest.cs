using System.Text;
using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>137: messages with some words, the newest first.</summary>
/// <param name="Text">The words; each must be in a message.</param>
/// <param name="Limit">How many messages.</param>
public sealed record SearchRequest(string Text, int Limit) : UserRequest
{
    /// <summary>The longest text to look for, in bytes of UTF-8.</summary>
    public const int MaxTextBytes = 256;

    const int MaxLimit = 50;

    /// <summary>Only in this one; null: in all conversations of the user.</summary>
    public ConversationId? Conversation { get; init; }

    /// <summary>Only what this user has sent; null: what anybody has.</summary>
    public int? From { get; init; }

    /// <summary>Only what was sent at or after this time, in milliseconds since 1970, UTC.</summary>
    public long? Since { get; init; }

    /// <summary>Only what was sent before this time.</summary>
    public long? Until { get; init; }

    /// <summary>Where the page before has ended, as its reply says; null: from the start.</summary>
    public string? After { get; init; }

    internal override int Number => MessageKind.Search;

    /// <summary>Some keys are read apart from <see cref="RequestFields"/>: messages may carry the same ones with another meaning.</summary>
    internal static Request Read(ref RequestFields fields)
    {
        ConversationId? conversation = null;
        if (!fields[RequestKey.Conversation].IsMissing)
        {
            if (!TryConversation(ref fields, out var id))
                return NoConversation();
            conversation = id;
        }

        if (!OptionalString(ref fields, RequestKey.After, out var after))
            return NoString(ref fields, RequestKey.After);
        if (!OptionalInteger(ref fields, RequestKey.Since, 0, long.MaxValue, out var since))
            return NoTime("since");
        if (!OptionalInteger(ref fields, RequestKey.Limit, 1, int.MaxValue, out var limit))
            return NoInteger(RequestKey.Limit);
        var request = new SearchRequest("", (int)Math.Min(limit ?? MaxLimit, MaxLimit)) { Conversation = conversation, Since = since, After = after };
        using var document = JsonDocument.Parse(fields.Frame);
        if (document.RootElement.FindRepeated("text", "from", "until") is { } repeated)
            return Invalid($"\"{repeated}\" is there twice: once is expected");
        foreach (var member in document.RootElement.EnumerateObject())
        {
            var value = member.Value;
            switch (member.Name)
            {
                case "text":
                    if (value.ValueKind != JsonValueKind.String || value.GetString()! is not { Length: > 0 } text || Encoding.UTF8.GetByteCount(text) > MaxTextBytes)
                        return Invalid($"\"text\" must be a string of 1 to {MaxTextBytes} bytes: what to look for");
                    request = request with { Text = text };
                    break;
                case "from":
                    if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var from) || from < 1)
                        return Invalid("\"from\" must be the id of a user");
                    request = request with { From = from };
                    break;
                case "until":
                    if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var until) || until < 0)
                        return NoTime("until");
                    request = request with { Until = until };
                    break;
            }
        }

        return request.Text.Length > 0 ? request : Invalid($"\"text\" is missing: a string of 1 to {MaxTextBytes} bytes is expected, what to look for");
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteText("text", Text);
        if (Conversation is { } conversation)
            writer.WriteString("conversation", conversation.ToString());
        if (From is { } from)
            writer.WriteNumber("from", from);
        if (Since is { } since)
            writer.WriteNumber("since", since);
        if (Until is { } until)
            writer.WriteNumber("until", until);
        if (After is { } after)
            writer.WriteString("after", after);
        writer.WriteNumber("limit", Limit);
    }

    static InvalidRequest NoTime(string key) => Invalid($"\"{key}\" must be a time: milliseconds since 1970, UTC");
}
