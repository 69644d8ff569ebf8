using System.Text;
using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>135: what a user does about a conversation for itself alone. What is null stays; at least one is not.</summary>
/// <param name="Conversation">Which.</param>
public sealed record ChangeConversationRequest(ConversationId Conversation) : UserRequest
{
    /// <summary>The longest draft, in bytes of UTF-8.</summary>
    public const int MaxDraftBytes = 4096;

    /// <summary>Out of the way, or back.</summary>
    public bool? Archive { get; init; }

    /// <summary>To look unread until the user reads in it again.</summary>
    public bool MarkUnread { get; init; }

    /// <summary>Messages up to here are not shown to the user any more; never goes back.</summary>
    public long? ClearTo { get; init; }

    /// <summary>What the user has begun to write; empty: nothing any more.</summary>
    public string? Draft { get; init; }

    internal override int Number => MessageKind.ChangeConversation;

    /// <summary>Its own keys are read apart from <see cref="RequestFields"/>: messages may carry the same ones with another meaning.</summary>
    internal static Request Read(ref RequestFields fields)
    {
        if (!TryConversation(ref fields, out var conversation))
            return NoConversation();
        using var document = JsonDocument.Parse(fields.Frame);
        var request = new ChangeConversationRequest(conversation);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name is not ("archive" or "unread" or "clear_to" or "draft"))
                continue;
            if (!seen.Add(member.Name))
                return Invalid($"\"{member.Name}\" is there twice: once is expected");
            if (request.With(member.Name, member.Value) is not { } changed)
                return Invalid($"\"{member.Name}\" must be {ExpectedOf(member.Name)}");
            request = changed;
        }

        return seen.Count > 0 ? request : Invalid("nothing to change: at least one of \"archive\", \"unread\", \"clear_to\" and \"draft\" is expected");
    }

    ChangeConversationRequest? With(string key, JsonElement value) => (key, value.ValueKind) switch
    {
        ("archive", JsonValueKind.True or JsonValueKind.False) => this with { Archive = value.ValueKind == JsonValueKind.True },
        ("unread", JsonValueKind.True) => this with { MarkUnread = true },
        ("clear_to", JsonValueKind.Number) => value.TryGetInt64(out var seq) && seq > 0 ? this with { ClearTo = seq } : null,
        ("draft", JsonValueKind.String) => value.GetString()! is var draft && Encoding.UTF8.GetByteCount(draft) <= MaxDraftBytes ? this with { Draft = draft } : null,
        _ => null,
    };

    static string ExpectedOf(string key) => key switch
    {
        "archive" => "true or false",
        "unread" => "true: reading takes it back",
        "clear_to" => "the number of a message",
        _ => $"a string of at most {MaxDraftBytes} bytes, an empty one to remove it",
    };

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("conversation", Conversation.ToString());
        if (Archive is { } archive)
            writer.WriteBoolean("archive", archive);
        if (MarkUnread)
            writer.WriteBoolean("unread", true);
        if (ClearTo is { } clearTo)
            writer.WriteNumber("clear_to", clearTo);
        if (Draft is { } draft)
            writer.WriteText("draft", draft);
    }
}
