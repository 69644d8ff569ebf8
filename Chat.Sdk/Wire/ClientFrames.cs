using System.Buffers;
using System.Text.Json;
using Chat.Protocol;

namespace ChatActors.Client.Wire;

/// <summary>
/// Requests as bytes: one JSON object and a line end each. <c>ref</c> comes early, so that the server can repeat it
/// even when the rest is too large for it.
/// </summary>
static class ClientFrames
{
    static readonly JsonWriterOptions WriterOptions = new() { SkipValidation = true };

    public static byte[] Hello(string client) => Frame(MessageKind.Hello, 0, writer =>
    {
        writer.WriteNumber("protocol", ModernFrames.ProtocolVersion);
        WriteText(writer, "client", client);
    });

    public static byte[] LogIn(long requestRef, Credentials credentials) => Frame(MessageKind.Login, requestRef, writer =>
    {
        if (credentials.Token is { } token)
        {
            WriteText(writer, "token", token);
            return;
        }

        if (credentials.UserId is { } id)
            writer.WriteNumber("id", id);
        else
            WriteText(writer, "name", credentials.Name ?? "");
        WriteText(writer, "password", credentials.Password ?? "");
    });

    public static byte[] LogOut(long requestRef) => Frame(MessageKind.Logout, requestRef, _ => { });

    public static byte[] Register(long requestRef, string name, string password) => Frame(MessageKind.Register, requestRef, writer =>
    {
        WriteText(writer, "name", name);
        WriteText(writer, "password", password);
    });

    /// <summary>6 or 10.</summary>
    public static byte[] Post(long requestRef, bool isGroup, int targetId, string text, string cmid) =>
        Frame(isGroup ? MessageKind.GroupChat : MessageKind.DirectChat, requestRef, writer =>
        {
            WriteText(writer, "cmid", cmid);
            writer.WriteNumber(isGroup ? "groupid" : "toid", targetId);
            WriteText(writer, "msg", text);
        });

    public static byte[] AddFriend(long requestRef, int userId) =>
        Frame(MessageKind.AddFriend, requestRef, writer => writer.WriteNumber("friendid", userId));

    public static byte[] CreateGroup(long requestRef, string name, string description) =>
        Frame(MessageKind.CreateGroup, requestRef, writer =>
        {
            WriteText(writer, "groupname", name);
            WriteText(writer, "groupdesc", description);
        });

    public static byte[] JoinGroup(long requestRef, int groupId) =>
        Frame(MessageKind.JoinGroup, requestRef, writer => writer.WriteNumber("groupid", groupId));

    public static byte[] Received(ConversationId conversation, long seq) => Frame(MessageKind.Received, 0, writer =>
    {
        writer.WriteString("conversation", conversation.ToString());
        writer.WriteNumber("seq", seq);
    });

    /// <summary>103 for a queued message without a number.</summary>
    public static byte[] ReceivedOffline(long offlineId) =>
        Frame(MessageKind.Received, 0, writer => writer.WriteNumber("offline", offlineId));

    public static byte[] Read(long requestRef, ConversationId conversation, long seq) => Frame(MessageKind.Read, requestRef, writer =>
    {
        writer.WriteString("conversation", conversation.ToString());
        writer.WriteNumber("seq", seq);
    });

    public static byte[] Ping(long requestRef) => Frame(MessageKind.Ping, requestRef, _ => { });

    public static byte[] FetchHistory(long requestRef, ConversationId conversation, long? after, long? before, int limit) =>
        Frame(MessageKind.FetchHistory, requestRef, writer =>
        {
            writer.WriteString("conversation", conversation.ToString());
            if (after is { } lower)
                writer.WriteNumber("after", lower);
            if (before is { } upper)
                writer.WriteNumber("before", upper);
            writer.WriteNumber("limit", limit);
        });

    public static byte[] Sync(long requestRef, string? since) => Frame(MessageKind.Sync, requestRef, writer =>
    {
        if (since is not null)
            WriteText(writer, "since", since);
    });

    public static byte[] GetSettings(long requestRef) => Frame(MessageKind.GetSettings, requestRef, _ => { });

    public static byte[] ChangeSettings(long requestRef, SettingsChange change) => Frame(MessageKind.ChangeSettings, requestRef, writer =>
    {
        if (change.Presence is { } presence)
            writer.WriteString("presence", presence.ToText());
        foreach (var (key, conversation) in ((string, ConversationId?)[])[
            ("mute", change.Mute), ("unmute", change.Unmute), ("pin", change.Pin), ("unpin", change.Unpin)])
        {
            if (conversation is { } id)
                writer.WriteString(key, id.ToString());
        }
    });

    public static byte[] ListMembers(long requestRef, int groupId, int after, int limit) => Frame(MessageKind.ListMembers, requestRef, writer =>
    {
        writer.WriteNumber("groupid", groupId);
        WritePage(writer, after, limit);
    });

    public static byte[] ListGroups(long requestRef, int after, int limit) =>
        Frame(MessageKind.ListGroups, requestRef, writer => WritePage(writer, after, limit));

    public static byte[] ListFriends(long requestRef, int after, int limit) =>
        Frame(MessageKind.ListFriends, requestRef, writer => WritePage(writer, after, limit));

    static void WritePage(Utf8JsonWriter writer, int after, int limit)
    {
        writer.WriteNumber("after", after);
        writer.WriteNumber("limit", limit);
    }

    static void WriteText(Utf8JsonWriter writer, string key, string text)
    {
        writer.WritePropertyName(key);
        writer.WriteRawValue(JsonText.Quote(text), skipInputValidation: true);
    }

    static byte[] Frame(int kind, long requestRef, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteNumber("msgid", kind);
            if (requestRef != 0)
                writer.WriteNumber("ref", requestRef);
            write(writer);
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}
