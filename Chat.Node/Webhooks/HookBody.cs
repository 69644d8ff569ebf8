using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Webhooks;

/// <summary>What the hook is asked: the message as it would be delivered, or the text that it would get. Pure.</summary>
static class HookBody
{
    public const string Type = "message.before";
    public const string EditType = "message.edit";

    /// <summary>Of the digest of a text, in bytes.</summary>
    const int DigestBytes = 8;

    /// <summary>The header <c>webhook-id</c>: the same whenever the same message is asked about.</summary>
    public static string IdOf(BeforeMessage message) => $"b:{message.Conversation}:{message.Sender}:{Uri.EscapeDataString(message.Cmid)}";

    /// <summary>The same for an edit. A cmid has no colon here, so this is never the id of a message.</summary>
    public static string IdOf(BeforeEdit edit) =>
        $"b:{edit.Conversation}:{edit.Sender}:{edit.Seq}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(edit.Text)).AsSpan(0, DigestBytes))}";

    /// <param name="message">What is to be sent.</param>
    /// <param name="now">Milliseconds since 1970, UTC.</param>
    public static ReadOnlyMemory<byte> Of(BeforeMessage message, long now) => WebhookBody.Write(json =>
    {
        WriteBeginning(json, Type, now, message.Conversation, message.Sender);
        json.WriteString("cmid", message.Cmid);
        message.References.WriteMembers(json);
        WriteObject(json, message.Body.Bytes);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    /// <param name="edit">What a message is to become.</param>
    /// <param name="now">Milliseconds since 1970, UTC.</param>
    public static ReadOnlyMemory<byte> Of(BeforeEdit edit, long now) => WebhookBody.Write(json =>
    {
        WriteBeginning(json, EditType, now, edit.Conversation, edit.Sender);
        json.WriteNumber("seq", edit.Seq);
        json.WriteString("msg", edit.Text);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    static void WriteBeginning(Utf8JsonWriter json, string type, long now, ConversationId id, int sender)
    {
        WebhookBody.WriteHead(json, type, now);
        json.WriteStartObject();
        json.WriteString("conversation", id.ToString());
        json.WriteNumber("from", sender);
        if (id.IsGroup)
            json.WriteNumber("group", id.B);
        else
            json.WriteNumber("to", id.Other(sender));
    }

    /// <summary>The text, and under <c>extra</c> the keys that the sender has added.</summary>
    static void WriteObject(Utf8JsonWriter json, ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var hasExtra = false;
        foreach (var member in document.RootElement.EnumerateObject())
        {
            switch (member.Name)
            {
                case "msg":
                    json.WriteString("msg", member.Value.GetString());
                    break;
                case "id" or "name" or "msgid" or "time" or "toid" or "groupid":
                    break;
                default:
                    hasExtra = true;
                    break;
            }
        }

        if (!hasExtra)
            return;
        json.WriteStartObject("extra");
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name is not ("msg" or "id" or "name" or "msgid" or "time" or "toid" or "groupid"))
                member.WriteTo(json);
        }

        json.WriteEndObject();
    }
}
