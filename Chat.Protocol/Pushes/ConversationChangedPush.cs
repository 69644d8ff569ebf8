using System.Text.Json;

namespace Chat.Protocol;

/// <summary>136: another session of the user has changed a conversation for the user; all that can be changed so, as it is now.</summary>
/// <param name="Conversation">Which.</param>
public sealed record ConversationChangedPush(ConversationId Conversation)
{
    /// <summary>It is out of the way.</summary>
    public bool IsArchived { get; init; }

    /// <summary>It looks unread until the user reads in it.</summary>
    public bool IsMarked { get; init; }

    /// <summary>Messages below this number are not shown to the user; 0: all are.</summary>
    public long Floor { get; init; }

    /// <summary>What the user has begun to write; null: nothing.</summary>
    public string? Draft { get; init; }

    /// <summary>The frame.</summary>
    public byte[] ToBytes() => ModernFrames.Frame(MessageKind.ConversationChanged, default, writer =>
    {
        writer.WriteString("conversation", Conversation.ToString());
        writer.WriteBoolean("archived", IsArchived);
        writer.WriteBoolean("marked", IsMarked);
        if (Floor > 0)
            writer.WriteNumber("floor", Floor);
        if (Draft is { } draft)
            writer.WriteText("draft", draft);
    });

    /// <summary>Written by <see cref="ToBytes"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static ConversationChangedPush Of(JsonElement json) => ConversationId.TryParse(json.OptionalText("conversation"), out var conversation)
        ? new ConversationChangedPush(conversation)
        {
            IsArchived = json.IsSet("archived"),
            IsMarked = json.IsSet("marked"),
            Floor = json.OptionalNumber("floor"),
            Draft = json.OptionalText("draft"),
        }
        : throw new FormatException("a change of a conversation without its id");
}
