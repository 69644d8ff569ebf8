using System.Text;
using System.Text.Json;

namespace Chat.Protocol;

/// <summary>A conversation as a client shows it in a list (134).</summary>
/// <param name="Conversation">Which.</param>
/// <param name="Head">Its last number.</param>
public sealed record ConversationSummary(ConversationId Conversation, long Head)
{
    /// <summary>Of its newest change; 0: no message of it was changed.</summary>
    public long Rev { get; init; }

    /// <summary>Messages below this number are not shown to the user; 0: all are.</summary>
    public long Floor { get; init; }

    /// <summary>A device of the user has everything up to here.</summary>
    public long Received { get; init; }

    /// <summary>The user has read up to here.</summary>
    public long Read { get; init; }

    /// <summary>How many messages of others the user has not read.</summary>
    public long Unread { get; init; }

    /// <summary>How many of them mention the user, or everybody.</summary>
    public long Mentions { get; init; }

    /// <summary>The user has marked it as unread.</summary>
    public bool IsMarked { get; init; }

    /// <summary>The last message, an object as in a history; empty if it was cleared, or too large for this frame.</summary>
    public ReadOnlyMemory<byte> Last { get; init; }

    /// <summary>How far the other one of two users is, as this one may see it.</summary>
    public ReaderEntry? Peer { get; init; }

    /// <summary>It is listed first.</summary>
    public bool IsPinned { get; init; }

    /// <summary>It must not disturb.</summary>
    public bool IsMuted { get; init; }

    /// <summary>It is in the other list.</summary>
    public bool IsArchived { get; init; }

    /// <summary>What the user has begun to write; null: nothing.</summary>
    public string? Draft { get; init; }

    internal byte[] ToToken() => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("conversation", Conversation.ToString());
        writer.WriteNumber("head", Head);
        if (Rev > 0)
            writer.WriteNumber("rev", Rev);
        if (Floor > 0)
            writer.WriteNumber("floor", Floor);
        writer.WriteNumber("received", Received);
        writer.WriteNumber("read", Read);
        writer.WriteNumber("unread", Unread);
        if (Mentions > 0)
            writer.WriteNumber("mentions", Mentions);
        WriteFlag(writer, "marked", IsMarked);
        if (!Last.IsEmpty)
        {
            writer.WritePropertyName("last");
            writer.WriteRawValue(Last.Span, skipInputValidation: true);
        }

        if (Peer is { } peer)
        {
            writer.WriteStartObject("peer");
            writer.WriteNumber("received", peer.Received);
            writer.WriteNumber("read", peer.Read);
            writer.WriteEndObject();
        }

        WriteFlag(writer, "pinned", IsPinned);
        WriteFlag(writer, "muted", IsMuted);
        WriteFlag(writer, "archived", IsArchived);
        if (Draft is { } draft)
            writer.WriteText("draft", draft);
        writer.WriteEndObject();
    });

    /// <param name="json">An entry of 134.</param>
    /// <param name="userId">Whose list it is.</param>
    internal static ConversationSummary Of(JsonElement json, int userId)
    {
        if (!ConversationId.TryParse(json.OptionalText("conversation"), out var conversation))
            throw new FormatException("a conversation without its id");
        return new ConversationSummary(conversation, json.OptionalNumber("head"))
        {
            Rev = json.OptionalNumber("rev"),
            Floor = json.OptionalNumber("floor"),
            Received = json.OptionalNumber("received"),
            Read = json.OptionalNumber("read"),
            Unread = json.OptionalNumber("unread"),
            Mentions = json.OptionalNumber("mentions"),
            IsMarked = json.IsSet("marked"),
            Last = json.TryGetProperty("last", out var last) ? Encoding.UTF8.GetBytes(last.GetRawText()) : default(ReadOnlyMemory<byte>),
            Peer = json.TryGetProperty("peer", out var peer) ? new ReaderEntry(conversation.Other(userId), peer.OptionalNumber("received"), peer.OptionalNumber("read")) : null,
            IsPinned = json.IsSet("pinned"),
            IsMuted = json.IsSet("muted"),
            IsArchived = json.IsSet("archived"),
            Draft = json.OptionalText("draft"),
        };
    }

    static void WriteFlag(Utf8JsonWriter writer, string key, bool isSet)
    {
        if (isSet)
            writer.WriteBoolean(key, true);
    }
}
