using System.Text.Json;

namespace Chat.Protocol;

/// <summary>A message that was found.</summary>
/// <param name="Conversation">Where.</param>
/// <param name="Seq">Its number there.</param>
/// <param name="Sender">Who has sent it.</param>
/// <param name="Ts">When, in milliseconds since 1970, UTC.</param>
/// <param name="Text">What it says today; of a long one the beginning.</param>
public sealed record SearchHit(ConversationId Conversation, long Seq, int Sender, long Ts, string Text)
{
    /// <summary>Where the next page begins if this is the last one of its page.</summary>
    public string Place { get; init; } = "";
}

/// <summary>102 to 137: messages with the words that were looked for, the newest first.</summary>
/// <param name="Hits">They.</param>
/// <param name="Indexed">Messages that were sent up to here are found, in milliseconds since 1970, UTC; 0: older ones are still being looked through.</param>
/// <param name="After">Where the next page begins; null: there is none.</param>
public sealed record SearchReply(IReadOnlyList<SearchHit> Hits, long Indexed, string? After)
{
    /// <summary>The frame; what does not fit is left for the next one.</summary>
    public byte[] ToBytes(RequestRef requestRef, int maxFrameBytes)
    {
        var room = maxFrameBytes - 256 - requestRef.Token.Length;
        var tokens = ModernFrames.Fitting(Hits, ToToken, ref room);
        var isCut = tokens.Count < Hits.Count && tokens.Count > 0;
        return ModernFrames.Success(requestRef, writer =>
        {
            ModernFrames.WriteRawArray(writer, "hits", tokens);
            if ((isCut ? Hits[tokens.Count - 1].Place : After) is { } after)
            {
                writer.WriteBoolean("more", true);
                writer.WriteString("after", after);
            }

            writer.WriteNumber("indexed", Indexed);
        });
    }

    /// <summary>Written by <see cref="ToBytes"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static SearchReply Of(JsonElement json) => new(
        [.. json.OptionalItems("hits").Select(HitOf)], json.OptionalNumber("indexed"), json.IsSet("more") ? json.OptionalText("after") : null);

    static SearchHit HitOf(JsonElement json) => ConversationId.TryParse(json.OptionalText("conversation"), out var conversation)
        ? new SearchHit(conversation, json.OptionalNumber("seq"), json.RequiredId("id"), json.OptionalNumber("ts"), json.OptionalText("msg") ?? "")
        : throw new FormatException("a message without its conversation");

    static byte[] ToToken(SearchHit hit) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("conversation", hit.Conversation.ToString());
        writer.WriteNumber("seq", hit.Seq);
        writer.WriteNumber("id", hit.Sender);
        writer.WriteNumber("ts", hit.Ts);
        writer.WriteText("msg", hit.Text);
        writer.WriteEndObject();
    });
}
