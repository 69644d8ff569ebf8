using System.Text.Json;

namespace Chat.Protocol;

/// <summary>
/// What a message refers to beside its text: another message, a thread, users, files. They are no part of the body (<see cref="ChatBody"/>): clients of version 3 of the
/// protocol get them as keys of the pushed object, all others get the text alone. A further kind is one more property here, with its key.
/// </summary>
public sealed record MessageReferences
{
    /// <summary>Users that one message may mention.</summary>
    public const int MaxMentions = 50;

    /// <summary>Files that one message may have.</summary>
    public const int MaxAttachments = 10;

    /// <summary>The keys that a client may say.</summary>
    internal static readonly string[] Keys = ["reply", "thread", "mentions", "attachments"];

    /// <summary>A message that refers to nothing.</summary>
    public static MessageReferences None { get; } = new();

    /// <summary>The number of the message that it answers; 0: none.</summary>
    public long Reply { get; init; }

    /// <summary>The number of the message that its thread has begun with; 0: it is in none.</summary>
    public long Thread { get; init; }

    /// <summary>Whom it mentions, ascending, each once.</summary>
    public IReadOnlyList<int> Mentions { get; init; } = [];

    /// <summary>Whether it mentions everybody.</summary>
    public bool MentionsAll { get; init; }

    /// <summary>The files that it has, each once.</summary>
    public IReadOnlyList<MessageAttachment> Attachments { get; init; } = [];

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => Reply == 0 && Thread == 0 && !HasMentions && Attachments.Count == 0;

    /// <summary>Whether it mentions anybody.</summary>
    public bool HasMentions => MentionsAll || Mentions.Count > 0;

    /// <summary>What is left when the message is taken back: where it stood, and nothing that tells what it said.</summary>
    public MessageReferences Recalled => new() { Reply = Reply, Thread = Thread };

    /// <summary>Whether the message mentions a user.</summary>
    public bool IsTo(int userId) => MentionsAll || Mentions.Contains(userId);

    /// <summary>As an object, the way it is stored and goes between nodes; empty if it refers to nothing.</summary>
    public byte[] ToBytes() => IsEmpty
        ? []
        : JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            WriteMembers(writer);
            writer.WriteEndObject();
        });

    /// <summary>The keys that a client sends, and is pushed.</summary>
    public void WriteMembers(Utf8JsonWriter writer)
    {
        if (Reply > 0)
            writer.WriteNumber("reply", Reply);
        if (Thread > 0)
            writer.WriteNumber("thread", Thread);
        if (HasMentions)
            WriteMentions(writer);
        if (Attachments.Count == 0)
            return;
        writer.WriteStartArray("attachments");
        foreach (var file in Attachments)
            file.Write(writer);
        writer.WriteEndArray();
    }

    /// <summary>What <see cref="ToBytes"/> has written. Lenient: what cannot be read is nothing, because others may have written into the table.</summary>
    public static MessageReferences Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty)
            return None;
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return TryRead(document.RootElement, out var references) is null ? references : None;
        }
        catch (JsonException)
        {
            return None;
        }
    }

    /// <summary>Of an object of a client or a server.</summary>
    /// <param name="json">The object; other keys are passed over.</param>
    /// <param name="references">What it refers to.</param>
    /// <returns>What is wrong and what was expected; null: nothing.</returns>
    public static string? TryRead(JsonElement json, out MessageReferences references)
    {
        references = None;
        long reply = 0, thread = 0;
        if (json.TryGetProperty("reply", out var found) && !TryNumber(found, out reply))
            return "\"reply\" must be the number of a message: an integer of at least 1";
        if (json.TryGetProperty("thread", out found) && !TryNumber(found, out thread))
            return "\"thread\" must be the number of the message that the thread begins with: an integer of at least 1";
        if (!TryMentions(json, out var mentions, out var all))
            return $"\"mentions\" must be \"all\" or a list of at most {MaxMentions} ids of users";
        if (!MessageAttachment.TryReadAll(json, MaxAttachments, out var attachments))
            return $"\"attachments\" must be a list of at most {MaxAttachments} objects, each with the \"id\" of a file";
        references = new MessageReferences { Reply = reply, Thread = thread, Mentions = mentions, MentionsAll = all, Attachments = attachments };
        return null;
    }

    /// <summary>Only the mentions, as an edit has them; null if the object does not say, or nothing that can be read.</summary>
    internal static MessageReferences? FindMentions(JsonElement json) =>
        json.TryGetProperty("mentions", out _) && TryMentions(json, out var mentions, out var all) ? new MessageReferences { Mentions = mentions, MentionsAll = all } : null;

    /// <summary>The same message mentions others.</summary>
    public MessageReferences WithMentionsOf(MessageReferences other) => this with { Mentions = other.Mentions, MentionsAll = other.MentionsAll };

    /// <summary>Whether a key of a message is one of those that say what it refers to.</summary>
    internal static bool IsKey(in Utf8JsonReader reader) => reader.ValueTextEquals("reply"u8) || reader.ValueTextEquals("thread"u8) || reader.ValueTextEquals("mentions"u8)
        || reader.ValueTextEquals("replies"u8) || reader.ValueTextEquals("last_reply"u8) || reader.ValueTextEquals("attachments"u8);

    /// <summary>Also those of <see cref="ThreadSummary"/>, which only a server says.</summary>
    internal static bool IsKey(string name) => name is "reply" or "thread" or "mentions" or "replies" or "last_reply" or "attachments";

    /// <summary>Whether a body may have such a key: a look that costs next to nothing, before anything is parsed.</summary>
    internal static bool MayHaveKey(ReadOnlySpan<byte> body) =>
        body.IndexOf("\"repl"u8) >= 0 || body.IndexOf("\"thread\""u8) >= 0 || body.IndexOf("\"mentions\""u8) >= 0 || body.IndexOf("\"last_reply\""u8) >= 0
        || body.IndexOf("\"attachments\""u8) >= 0
        || body.IndexOf("\\u"u8) >= 0;

    static bool TryNumber(JsonElement value, out long number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out number) && number > 0;
    }

    static bool TryMentions(JsonElement json, out IReadOnlyList<int> mentions, out bool all)
    {
        (mentions, all) = ([], false);
        if (!json.TryGetProperty("mentions", out var value))
            return true;
        if (value.ValueKind == JsonValueKind.String)
            return all = value.ValueEquals("all");
        if (value.ValueKind != JsonValueKind.Array)
            return false;
        var ids = new SortedSet<int>();
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out var id) || id < 1)
                return false;
            ids.Add(id);
            if (ids.Count > MaxMentions)
                return false;
        }

        mentions = [.. ids];
        return true;
    }

    /// <summary>Also an empty list.</summary>
    internal void WriteMentions(Utf8JsonWriter writer)
    {
        if (MentionsAll)
        {
            writer.WriteString("mentions", "all");
            return;
        }

        writer.WriteStartArray("mentions");
        foreach (var id in Mentions)
            writer.WriteNumberValue(id);
        writer.WriteEndArray();
    }
}
