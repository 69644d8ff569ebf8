using System.Text.Json;

namespace Chat.Protocol;

/// <summary>102 to 108: which conversations have changed.</summary>
/// <param name="Token">To be given the next time.</param>
/// <param name="Conversations">How far each is.</param>
/// <param name="HasMore">Whether to ask again, with the new token.</param>
public sealed record SyncReply(string? Token, IReadOnlyList<ConversationEntry> Conversations, bool HasMore)
{
    /// <summary>Written by <see cref="ModernFrames.Sync"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static SyncReply Read(JsonElement json) => new(json.OptionalText("token"), [.. json.OptionalItems("conversations").Select(ReadEntry)], json.IsSet("more"));

    static ConversationEntry ReadEntry(JsonElement entry) =>
        ConversationId.TryParse(entry.OptionalText("conversation"), out var conversation)
            ? new(conversation, entry.OptionalNumber("head"), entry.OptionalNumber("received"), entry.OptionalNumber("read"), entry.OptionalNumber("rev"))
            {
                Unread = entry.TryGetProperty("unread", out _) ? entry.OptionalNumber("unread") : null,
                Floor = entry.OptionalNumber("floor"),
            }
            : throw new FormatException("a conversation without its id");
}
