using System.Text.Json;

namespace Chat.Protocol;

/// <summary>Somebody has reacted, or has taken a reaction back.</summary>
/// <param name="UserId">Who.</param>
/// <param name="Emoji">With what.</param>
/// <param name="IsTakenBack">Whether it is there no longer.</param>
public sealed record ReactionNews(int UserId, string Emoji, bool IsTakenBack);

/// <summary>132: a message was changed. What is null did not change.</summary>
/// <param name="Conversation">Where it is.</param>
/// <param name="Seq">Its number there.</param>
/// <param name="Rev">The conversation's rev from now on.</param>
/// <param name="Prev">The rev that was told before: who has another one asks with 133.</param>
/// <param name="By">Who has changed it, of several the last.</param>
public sealed record MessageChangedPush(ConversationId Conversation, long Seq, long Rev, long Prev, int By)
{
    /// <summary>Names that are told beside the numbers of reactions; the rest is 133's.</summary>
    public const int MaxNames = 10;

    /// <summary>What it says now.</summary>
    public string? Text { get; init; }

    /// <summary>When that was written, in milliseconds since 1970 UTC.</summary>
    public long Edited { get; init; }

    /// <summary>Whom the edited message mentions now.</summary>
    public MessageReferences Mentions { get; init; } = MessageReferences.None;

    /// <summary>Who took it back.</summary>
    public Recalled? Recalled { get; init; }

    /// <summary>Whether it is pinned now.</summary>
    public bool? IsPinned { get; init; }

    /// <summary>All reactions that it has now, and of how many users each is.</summary>
    public IReadOnlyDictionary<string, int>? Reactions { get; init; }

    /// <summary>The newest of what became of them, the last one last.</summary>
    public IReadOnlyList<ReactionNews> Who { get; init; } = [];

    /// <summary>Whether nothing but reactions has changed.</summary>
    public bool HasOnlyReactions => Text is null && Recalled is null && IsPinned is null;

    /// <summary>This and a later change of the same message in one.</summary>
    public MessageChangedPush Then(MessageChangedPush later) => later with
    {
        Prev = Prev,
        Text = later.Recalled is null ? later.Text ?? Text : null,
        Edited = Math.Max(later.Edited, Edited),
        Mentions = later.Text is null ? Mentions : later.Mentions,
        Recalled = later.Recalled ?? Recalled,
        IsPinned = later.IsPinned ?? IsPinned,
        Reactions = later.Recalled is null ? later.Reactions ?? Reactions : null, // a recalled message has none
        Who = later.Recalled is null ? [.. Who.Concat(later.Who).TakeLast(MaxNames)] : [],
    };

    /// <summary>The frame; without names where they do not fit.</summary>
    public byte[] ToBytes(int maxFrameBytes)
    {
        var frame = ToBytes();
        return frame.Length <= maxFrameBytes ? frame : (this with { Who = [] }).ToBytes();
    }

    /// <summary>The frame.</summary>
    public byte[] ToBytes() => ModernFrames.Frame(MessageKind.MessageChanged, default, writer =>
    {
        writer.WriteString("conversation", Conversation.ToString());
        writer.WriteNumber("seq", Seq);
        writer.WriteNumber("rev", Rev);
        writer.WriteNumber("prev", Prev);
        writer.WriteNumber("by", By);
        if (Text is { } text)
        {
            writer.WriteStartObject("edit");
            writer.WriteText("msg", text);
            writer.WriteNumber("ts", Edited);
            if (Mentions.HasMentions)
                Mentions.WriteMentions(writer);
            writer.WriteEndObject();
        }

        if (Recalled is { } recalled)
            MessageState.WriteRecalled(writer, recalled);
        if (IsPinned is { } isPinned)
            writer.WriteBoolean("pinned", isPinned);
        if (Reactions is { } reactions)
            MessageState.WriteReactions(writer, reactions);
        if (Who.Count > 0)
            WriteWho(writer);
    });

    /// <summary>Written by <see cref="ToBytes(int)"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static MessageChangedPush Read(JsonElement json)
    {
        if (!ConversationId.TryParse(json.OptionalText("conversation"), out var conversation))
            throw new FormatException("a change without its conversation");
        var edit = json.TryGetProperty("edit", out var found) ? found : default;
        return new(conversation, json.OptionalNumber("seq"), json.OptionalNumber("rev"), json.OptionalNumber("prev"), json.RequiredId("by"))
        {
            Text = edit.ValueKind == JsonValueKind.Object ? edit.OptionalText("msg") : null,
            Edited = edit.ValueKind == JsonValueKind.Object ? edit.OptionalNumber("ts") : 0,
            Mentions = edit.ValueKind == JsonValueKind.Object ? MessageReferences.FindMentions(edit) ?? MessageReferences.None : MessageReferences.None,
            Recalled = MessageState.ReadRecalled(json),
            IsPinned = json.TryGetProperty("pinned", out var pinned) ? pinned.ValueKind == JsonValueKind.True : null,
            Reactions = MessageState.ReadReactions(json),
            Who = [.. json.OptionalItems("who").Select(ReadNews)],
        };
    }

    static ReactionNews ReadNews(JsonElement item) => new(
        item.RequiredId("id"), item.OptionalText("react") ?? item.OptionalText("unreact") ?? throw new FormatException("a reaction without its emoji"),
        item.TryGetProperty("unreact", out _));

    void WriteWho(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("who");
        foreach (var news in Who)
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", news.UserId);
            writer.WriteText(news.IsTakenBack ? "unreact" : "react", news.Emoji);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
