using System.Text.Json;

namespace Chat.Protocol;

/// <summary>6 and 10 from the server: a message, as it is pushed or fetched.</summary>
/// <param name="Conversation">Where it belongs.</param>
/// <param name="Seq">Its number there; 0 without a history.</param>
/// <param name="SenderId">Who sent it.</param>
/// <param name="SenderName">The sender's name at that time.</param>
/// <param name="Text">What it says.</param>
public sealed record ChatPush(ConversationId Conversation, long Seq, int SenderId, string SenderName, string Text)
{
    /// <summary>The id that the sender gave it.</summary>
    public string? Cmid { get; init; }

    /// <summary>When the server accepted it, in milliseconds since 1970 UTC; 0 when unknown.</summary>
    public long Timestamp { get; init; }

    /// <summary>The sender's own idea of the time, else the server's.</summary>
    public string Time { get; init; } = "";

    /// <summary>The row of the offline queue that a queued message without a number came from.</summary>
    public long OfflineId { get; init; }

    /// <summary>What the message refers to; only clients of version 3 are told.</summary>
    public MessageReferences References { get; init; } = MessageReferences.None;

    /// <summary>What has become of the message, where a history tells it; null: nothing, or nobody knows.</summary>
    public MessageState? State { get; init; }

    /// <summary>
    /// Null when it does not even tell whom it is for. Lenient, because servers that are not ours feed the queue too, and one odd row must
    /// not end a connection again and again. Written by <see cref="ChatBody.ToPush"/>.
    /// </summary>
    /// <exception cref="FormatException">A key has a value of a wrong type.</exception>
    public static ChatPush? Find(JsonElement json)
    {
        var sender = (int)json.OptionalNumber("id");
        if (!ConversationId.TryParse(json.OptionalText("conversation"), out var conversation))
        {
            // Queued rows of other servers do not name it.
            var isGroup = json.OptionalNumber("msgid") == MessageKind.GroupChat;
            var target = (int)json.OptionalNumber(isGroup ? "groupid" : "toid");
            if (target < 1 || sender < 1)
                return null;
            conversation = isGroup ? ConversationId.Group(target) : ConversationId.Direct(sender, target);
        }

        return new(conversation, json.OptionalNumber("seq"), sender, json.OptionalText("name") ?? "", json.OptionalText("msg") ?? "")
        {
            Cmid = json.OptionalText("cmid"),
            Timestamp = json.OptionalNumber("ts"),
            Time = json.OptionalText("time") ?? "",
            OfflineId = json.OptionalNumber("offline"),
            References = MessageReferences.TryRead(json, out var references) is null ? references : MessageReferences.None,
        };
    }
}
