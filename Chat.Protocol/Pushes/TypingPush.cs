using System.Text.Json;

namespace Chat.Protocol;

/// <summary>118: somebody types in a conversation that is watched, or has stopped to.</summary>
/// <param name="Conversation">Where.</param>
/// <param name="UserId">Who.</param>
/// <param name="IsOn">Whether.</param>
/// <param name="Expires">Without another push it is over after this time.</param>
public sealed record TypingPush(ConversationId Conversation, int UserId, bool IsOn, TimeSpan Expires)
{
    /// <summary>Most bytes of one as JSON, with its comma.</summary>
    const int MaxBytes = 112;

    /// <summary>The frame.</summary>
    public byte[] ToBytes() => ModernFrames.Frame(MessageKind.Typing, default, Write);

    /// <summary>Written by <see cref="ToBytes"/>, and in the answer to 115.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static TypingPush Read(JsonElement json) => new(
        ConversationId.TryParse(json.OptionalText("conversation"), out var conversation) ? conversation : throw new FormatException("typing without a conversation"),
        json.RequiredId("id"), json.IsSet("on"), TimeSpan.FromMilliseconds(json.OptionalNumber("expires")));

    internal static int Fitting(int bytes) => Math.Max(0, bytes / MaxBytes);

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("conversation", Conversation.ToString());
        writer.WriteBoolean("on", IsOn);
        writer.WriteNumber("id", UserId);
        if (IsOn)
            writer.WriteNumber("expires", (long)Expires.TotalMilliseconds);
    }
}
