using System.Text.Json;
using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Client.Terminal;

/// <summary>What programs are told of receipts, presence, typing and the list. Pure.</summary>
static class WatchLines
{
    /// <summary>Null: it is an event of another kind.</summary>
    public static (string Name, Action<Utf8JsonWriter> Write)? Find(ChatEvent chatEvent) => chatEvent switch
    {
        ReceiptReceived receipt => ("receipt", json =>
        {
            json.WriteString("conversation", receipt.Conversation.ToString());
            json.WriteNumber("id", receipt.UserId);
            json.WriteNumber("received", receipt.Received);
            json.WriteNumber("read", receipt.Read);
        }
        ),
        PresenceChanged presence => ("presence", json =>
        {
            json.WriteStartArray("users");
            foreach (var user in presence.Users)
                WriteUser(json, user);
            json.WriteEndArray();
        }
        ),
        TypingChanged typing => ("typing", json =>
        {
            json.WriteString("conversation", typing.Conversation.ToString());
            json.WriteNumber("id", typing.UserId);
            json.WriteBoolean("on", typing.IsOn);
            if (typing.IsOn)
                json.WriteNumber("expires", (long)typing.Expires.TotalMilliseconds);
        }
        ),
        ConversationChanged changed => ("conversation", json =>
        {
            json.WriteString("conversation", changed.Conversation.ToString());
            json.WriteBoolean("archived", changed.IsArchived);
            json.WriteBoolean("marked", changed.IsMarked);
            json.WriteNumber("floor", changed.Floor);
            json.WriteString("draft", changed.Draft);
        }
        ),
        GroupReadersChanged group => ("readers", json =>
        {
            json.WriteString("conversation", group.Conversation.ToString());
            json.WriteStartObject("readers");
            foreach (var (userId, read) in group.Readers.OrderBy(reader => reader.Key))
                json.WriteNumber(userId.ToString(System.Globalization.CultureInfo.InvariantCulture), read);
            json.WriteEndObject();
        }
        ),
        ConversationRead read => ("read", json =>
        {
            json.WriteString("conversation", read.Conversation.ToString());
            json.WriteNumber("read", read.Read);
        }
        ),
        GroupChanged { Change: var change } => ("group", json =>
        {
            json.WriteNumber("groupid", change.GroupId);
            json.WriteString("change", change.Change);
            json.WriteNumber("by", change.By);
            if (change.UserId > 0)
                json.WriteNumber("id", change.UserId);
            if (change.Role is { } role)
                json.WriteString("role", role);
        }
        ),
        ContactChanged { Contact: var contact } => ("contact", json =>
        {
            json.WriteNumber("id", contact.Id);
            json.WriteString("state", contact.State.ToString().ToLowerInvariant());
            json.WriteBoolean("blocked", contact.IsBlocked);
        }
        ),
        _ => null,
    };

    /// <summary>Messages that were found.</summary>
    public static void Write(Utf8JsonWriter json, SearchReply reply)
    {
        json.WriteStartArray("hits");
        foreach (var hit in reply.Hits)
        {
            json.WriteStartObject();
            json.WriteString("conversation", hit.Conversation.ToString());
            json.WriteNumber("seq", hit.Seq);
            json.WriteNumber("id", hit.Sender);
            json.WriteNumber("ts", hit.Ts);
            json.WriteString("text", hit.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("more", reply.After is not null);
    }

    /// <summary>The page of a list.</summary>
    public static void Write(Utf8JsonWriter json, ConversationPage page, Action<Utf8JsonWriter, ChatMessage> writeMessage)
    {
        json.WriteStartArray("conversations");
        foreach (var (summary, last) in page.Conversations)
        {
            json.WriteStartObject();
            json.WriteString("conversation", summary.Conversation.ToString());
            json.WriteNumber("head", summary.Head);
            json.WriteNumber("unread", summary.Unread);
            json.WriteBoolean("marked", summary.IsMarked);
            json.WriteBoolean("pinned", summary.IsPinned);
            json.WriteBoolean("muted", summary.IsMuted);
            json.WriteString("draft", summary.Draft ?? "");
            if (summary.Peer is { } peer)
                WritePeer(json, new(peer.Received, peer.Read));
            if (last is not null)
            {
                json.WriteStartObject("last");
                writeMessage(json, last);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("unread", page.Unread);
        json.WriteBoolean("more", page.HasMore);
    }

    /// <summary>How far the other one of two users is.</summary>
    public static void WritePeer(Utf8JsonWriter json, PeerMarks peer)
    {
        json.WriteStartObject("peer");
        json.WriteNumber("received", peer.Received);
        json.WriteNumber("read", peer.Read);
        json.WriteEndObject();
    }

    static void WriteUser(Utf8JsonWriter json, PresenceEntry user)
    {
        json.WriteStartObject();
        json.WriteNumber("id", user.UserId);
        json.WriteString("state", user.State.ToText());
        if (user.Seen > 0)
            json.WriteNumber("seen", user.Seen);
        json.WriteEndObject();
    }
}
