using System.Buffers;
using System.Text.Json;

namespace Chat.Protocol;

/// <summary>
/// Frames to a connection that said hello: one JSON object and a line end each. Pushes are made by
/// <see cref="ChatBody.ToPush"/>.
/// </summary>
public static class ModernFrames
{
    /// <summary>The lowest version of the protocol that is spoken.</summary>
    public const int ProtocolVersion = 2;

    /// <summary>The highest version: <c>hello</c> is answered with this one at most.</summary>
    public const int NewestProtocolVersion = 3;

    /// <summary>101.</summary>
    /// <param name="requestRef">Of the hello.</param>
    /// <param name="node">Its name, for people.</param>
    /// <param name="heartbeatSeconds">0: nobody is taken for gone.</param>
    /// <param name="maxFrameBytes">The largest object.</param>
    /// <param name="protocol">The version that is spoken on this connection.</param>
    /// <param name="features">What the server can do of it, from version 3 on.</param>
    public static byte[] HelloAck(
        RequestRef requestRef, string node, int heartbeatSeconds, int maxFrameBytes, int protocol = ProtocolVersion, IReadOnlyList<string>? features = null) =>
        Frame(MessageKind.HelloAck, requestRef, writer =>
        {
            writer.WriteNumber("protocol", protocol);
            if (features is not null)
            {
                writer.WriteStartArray("features");
                foreach (var feature in features)
                    writer.WriteStringValue(feature);
                writer.WriteEndArray();
            }

            writer.WriteString("node", node);
            writer.WriteNumber("heartbeat", heartbeatSeconds);
            writer.WriteNumber("maxframe", maxFrameBytes);
        });

    /// <summary>5, success.</summary>
    public static byte[] RegisterAck(RequestRef requestRef, int userId) =>
        Frame(MessageKind.RegisterAck, requestRef, writer =>
        {
            writer.WriteNumber("errno", 0);
            writer.WriteNumber("id", userId);
        });

    /// <summary>
    /// 2, success. What does not fit into <paramref name="maxFrameBytes"/> is left out and <c>"truncated":true</c> is set, in a
    /// group too whose members are cut. A large group hides no other (<see cref="LoginShares"/>).
    /// </summary>
    public static byte[] LoginAck(
        RequestRef requestRef, int userId, string name, string token,
        IReadOnlyList<FriendEntry> friends, IReadOnlyList<GroupEntry> groups, int maxFrameBytes)
    {
        var room = maxFrameBytes - 256 - requestRef.Token.Length - (name.Length * 6) - token.Length;
        var friendTokens = friends.Select(FriendToken).ToList();
        var memberTokens = groups.Select(group => group.Members.Select(MemberToken).ToList()).ToList();
        var shares = LoginShares.Of(
            [.. friendTokens.Select(Bytes)], [.. groups.Select(group => Bytes(GroupToken(group, [], isTruncated: true)))],
            [.. memberTokens.Select(tokens => (IReadOnlyList<int>)[.. tokens.Select(Bytes)])], room, skips: false);
        var isTruncated = shares.Friends.Count < friends.Count || shares.Groups.Count < groups.Count;
        var groupTokens = new List<byte[]>(shares.Groups.Count);
        for (var i = 0; i < shares.Groups.Count; i++)
        {
            var group = groups[i];
            var isCut = group.IsTruncated || shares.Members[i] < group.Members.Count;
            isTruncated |= isCut;
            groupTokens.Add(GroupToken(group, memberTokens[i][..shares.Members[i]], isCut));
        }

        return Frame(MessageKind.LoginAck, requestRef, writer =>
        {
            writer.WriteNumber("errno", 0);
            writer.WriteNumber("id", userId);
            writer.WriteString("name", name);
            writer.WriteString("token", token);
            WriteRawArray(writer, "friends", friendTokens[..shares.Friends.Count]);
            WriteRawArray(writer, "groups", groupTokens);
            if (isTruncated)
                writer.WriteBoolean("truncated", true);
        });

        static int Bytes(byte[] token) => token.Length + 1;
    }

    /// <summary>A failure; <paramref name="kind"/> is the number of the reply (2, 5 or 102).</summary>
    public static byte[] Failure(int kind, RequestRef requestRef, ErrorCode error, string message) =>
        Frame(kind, requestRef, writer =>
        {
            writer.WriteNumber("errno", (int)error);
            writer.WriteString("errmsg", message);
            writer.WriteBoolean("retry", error.IsRetryable());
        });

    /// <summary>
    /// 102 to a request that names a conversation and is refused; <paramref name="head"/> is the last number of the conversation, where a mark above it is the
    /// reason.
    /// </summary>
    public static byte[] Failure(RequestRef requestRef, ErrorCode error, string message, ConversationId conversation, long? head = null) =>
        Frame(MessageKind.Reply, requestRef, writer =>
        {
            writer.WriteNumber("errno", (int)error);
            writer.WriteString("errmsg", message);
            writer.WriteBoolean("retry", error.IsRetryable());
            writer.WriteString("conversation", conversation.ToString());
            if (head is { } last)
                writer.WriteNumber("head", last);
        });

    /// <summary>102 without anything but success, or with what <paramref name="write"/> adds.</summary>
    public static byte[] Success(RequestRef requestRef, Action<Utf8JsonWriter>? write = null) =>
        Frame(MessageKind.Reply, requestRef, writer =>
        {
            writer.WriteNumber("errno", 0);
            write?.Invoke(writer);
        });

    /// <summary>102, the acknowledgement of a message; <paramref name="seq"/> is 0 without a history.</summary>
    public static byte[] Accepted(RequestRef requestRef, ConversationId conversation, long seq, long ts)
    {
        Span<byte> frame = stackalloc byte[192 + RequestRef.MaxBytes];
        var at = 0;
        ChatBody.Put(frame, ref at, "{\"msgid\":102"u8);
        if (!requestRef.IsNone)
        {
            ChatBody.Put(frame, ref at, ",\"ref\":"u8);
            ChatBody.Put(frame, ref at, requestRef.Token.Span);
        }

        ChatBody.Put(frame, ref at, ",\"errno\":0"u8);
        if (seq > 0)
        {
            ChatBody.Put(frame, ref at, ",\"conversation\":\""u8);
            at += ChatBody.PutConversation(frame[at..], conversation);
            ChatBody.Put(frame, ref at, "\""u8);
        }

        ChatBody.PutNumber(frame, ref at, ",\"seq\":"u8, seq);
        ChatBody.PutNumber(frame, ref at, ",\"ts\":"u8, ts);
        ChatBody.Put(frame, ref at, "}\n"u8);
        return frame[..at].ToArray();
    }

    /// <summary>105.</summary>
    public static byte[] Pong(RequestRef requestRef) => Frame(MessageKind.Pong, requestRef, _ => { });

    /// <summary>106: why the connection ends, and after how many milliseconds to reconnect.</summary>
    public static byte[] GoAway(string reason, int afterMilliseconds) =>
        Frame(MessageKind.GoAway, default, writer =>
        {
            writer.WriteString("reason", reason);
            writer.WriteNumber("after", afterMilliseconds);
        });

    /// <summary>106 without a way back: the login is over, and why (<c>expired</c>, <c>revoked</c>).</summary>
    public static byte[] LoginIsOver(string reason) =>
        Frame(MessageKind.GoAway, default, writer =>
        {
            writer.WriteString("reason", reason);
            writer.WriteBoolean("reconnect", false);
        });

    /// <summary>142: the session's token expires in so many seconds.</summary>
    public static byte[] TokenExpiring(int seconds) => Frame(MessageKind.TokenExpiring, default, writer => writer.WriteNumber("in", seconds));

    /// <summary>
    /// 102 to a history request. Takes pushes from the front (from the back with <paramref name="keepNewest"/>) as long
    /// as they fit; <c>"more":true</c> says that there are others. One that is not larger than <see cref="HistoryReply.Room"/> always fits.
    /// </summary>
    public static byte[] History(
        RequestRef requestRef, IReadOnlyList<byte[]> pushes, bool keepNewest, bool hasMore, int maxFrameBytes, long floor = 0)
    {
        var room = HistoryReply.Room(requestRef, maxFrameBytes);
        var count = 0;
        while (count < pushes.Count && (room -= pushes[keepNewest ? pushes.Count - 1 - count : count].Length) >= 0)
            count++;
        var first = keepNewest ? pushes.Count - count : 0;
        return Frame(MessageKind.Reply, requestRef, writer =>
        {
            writer.WriteNumber("errno", 0);
            writer.WriteStartArray("messages");
            for (var i = first; i < first + count; i++)
                writer.WriteRawValue(pushes[i].AsSpan(0, pushes[i].Length - 1), skipInputValidation: true);
            writer.WriteEndArray();
            if (hasMore || count < pushes.Count)
                writer.WriteBoolean("more", true);
            if (floor > 0)
                writer.WriteNumber("floor", floor);
        });
    }

    /// <summary>102 to a sync request; <paramref name="hasMore"/> asks the client to sync again with the new token.</summary>
    public static byte[] Sync(RequestRef requestRef, string token, IReadOnlyList<ConversationEntry> conversations, bool hasMore) =>
        Frame(MessageKind.Reply, requestRef, writer =>
        {
            writer.WriteNumber("errno", 0);
            writer.WriteString("token", token);
            writer.WriteStartArray("conversations");
            foreach (var entry in conversations)
            {
                writer.WriteStartObject();
                writer.WriteString("conversation", entry.Conversation.ToString());
                writer.WriteNumber("head", entry.Head);
                writer.WriteNumber("received", entry.Received);
                writer.WriteNumber("read", entry.Read);
                if (entry.Rev > 0)
                    writer.WriteNumber("rev", entry.Rev);
                if (entry.Unread is { } unread)
                    writer.WriteNumber("unread", unread);
                if (entry.Floor > 0)
                    writer.WriteNumber("floor", entry.Floor);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            if (hasMore)
                writer.WriteBoolean("more", true);
        });

    internal static byte[] FriendToken(FriendEntry friend) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", friend.Id);
        writer.WriteString("name", ListText.Name(friend.Name));
        writer.WriteString("state", StateOf(friend.IsOnline));
        writer.WriteEndObject();
    });

    internal static byte[] MemberToken(MemberEntry member) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", member.Id);
        writer.WriteString("name", ListText.Name(member.Name));
        writer.WriteString("role", ListText.Role(member.Role));
        writer.WriteString("state", StateOf(member.IsOnline));
        writer.WriteEndObject();
    });

    static byte[] GroupToken(GroupEntry group, List<byte[]> members, bool isTruncated) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", group.Id);
        writer.WriteString("groupname", ListText.Name(group.Name));
        writer.WriteString("groupdesc", ListText.Description(group.Description));
        WriteRawArray(writer, "users", members);
        if (isTruncated)
            writer.WriteBoolean("truncated", true);
        writer.WriteEndObject();
    });

    static string StateOf(bool isOnline) => isOnline ? "online" : "offline";

    internal static List<byte[]> Fitting<T>(IReadOnlyList<T> entries, Func<T, byte[]> toToken, ref int room)
    {
        var tokens = new List<byte[]>(entries.Count);
        foreach (var entry in entries)
        {
            var token = toToken(entry);
            if (token.Length + 1 > room)
                break;
            room -= token.Length + 1;
            tokens.Add(token);
        }

        return tokens;
    }

    internal static void WriteRawArray(Utf8JsonWriter writer, string key, List<byte[]> tokens)
    {
        writer.WriteStartArray(key);
        foreach (var token in tokens)
            writer.WriteRawValue(token, skipInputValidation: true);
        writer.WriteEndArray();
    }

    internal static byte[] Frame(int kind, RequestRef requestRef, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteNumber("msgid", kind);
            if (!requestRef.IsNone)
            {
                writer.WritePropertyName("ref");
                writer.WriteRawValue(requestRef.Token.Span, skipInputValidation: true);
            }

            write(writer);
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}
