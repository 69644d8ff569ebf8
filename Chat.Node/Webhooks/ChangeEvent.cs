using System.Text.Json;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Webhooks;

/// <summary>What became of a message, as an event. Pure.</summary>
/// <param name="Conversation">Where.</param>
/// <param name="Message">As it is.</param>
/// <param name="UpTo">The endpoint has everything up to this rev when it has taken the event: the one before, while others of the same rev follow.</param>
readonly record struct ChangeEvent(ConversationId Conversation, ChangedMessage Message, long UpTo)
{
    /// <summary>Milliseconds since 1970, UTC.</summary>
    public long Ts => Message.Changed;

    public string Type => WebhookChanges.TypeOf(Message.Kind);

    public long Rev => Message.Rev;

    /// <summary>What is to be told of changes, in their order. Of a message that was recalled nothing else is told.</summary>
    public static IEnumerable<ChangeEvent> Of(ConversationId id, IReadOnlyList<ChangedMessage> changes)
    {
        ChangedMessage[] told = [.. changes.Where(change => change.RecalledBy == 0 || change.Kind == ChangedKind.Recalled)];
        return told.Select((change, at) => new ChangeEvent(id, change, at + 1 < told.Length && told[at + 1].Rev == change.Rev ? change.Rev - 1 : change.Rev));
    }

    /// <summary>One event, or an array of them.</summary>
    public static WebhookBody ToBody(IReadOnlyList<ChangeEvent> events)
    {
        var (first, last) = (events[0], events[^1]);
        var rev = events.Count == 1 ? $"{first.Rev}" : $"{first.Rev}-{last.Rev}";
        return new WebhookBody(
            $"c:{first.Conversation}:{rev}{(events.Count == 1 ? first.Type["message".Length..].Replace('.', ':') : "")}",
            WebhookBody.Write(json =>
            {
                if (events.Count == 1)
                {
                    first.WriteTo(json);
                    return;
                }

                json.WriteStartArray();
                foreach (var each in events)
                    each.WriteTo(json);
                json.WriteEndArray();
            }),
            last.UpTo);
    }

    void WriteTo(Utf8JsonWriter json)
    {
        WebhookBody.WriteHead(json, Type, Message.Changed);
        json.WriteStartObject();
        json.WriteString("conversation", Conversation.ToString());
        json.WriteNumber("seq", Message.Seq);
        json.WriteNumber("rev", Rev);
        json.WriteNumber("ts", Message.Ts);
        json.WriteNumber("from", Message.Sender);
        WebhookBody.WriteReceiver(json, Conversation, Message.Sender);
        json.WriteString("cmid", SqlDialect.TextOf(Message.Cmid));
        switch (Type)
        {
            case WebhookTypes.MessageEdited:
                json.WriteString("msg", ChangedBody.TextOf(Message.Body));
                json.WriteNumber("edited", Message.Edited);
                break;
            case WebhookTypes.MessageRecalled:
                json.WriteNumber("by", Message.RecalledBy);
                json.WriteNumber("recalled", Message.Recalled);
                break;
            default:
                json.WriteStartObject("reactions");
                foreach (var (emoji, count) in Message.Reactions)
                    json.WriteNumber(emoji, count);
                json.WriteEndObject();
                break;
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
