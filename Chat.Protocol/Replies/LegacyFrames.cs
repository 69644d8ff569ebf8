using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Chat.Protocol;

/// <summary>
/// Frames to a connection that never said hello: the legacy shapes, keys in alphabetical order, no terminator, at
/// most <see cref="MaxBytes"/> bytes (the receive buffer of the legacy client, which holds exactly one object).
/// </summary>
public static class LegacyFrames
{
    /// <summary>The largest frame that a legacy client survives.</summary>
    public const int MaxBytes = 1024;

    /// <summary>
    /// The largest object that a legacy server can store: it writes an INSERT of 1024 bytes around it when its user has just gone, and ends
    /// when that does not fit.
    /// </summary>
    public const int MaxStoredBytes = 960;

    static readonly HashSet<string> KnownKeys = ["id", "msg", "msgid", "name", "time", "toid", "groupid"];

    /// <summary>5, success.</summary>
    public static byte[] RegisterAck(int userId) => Encoding.UTF8.GetBytes($$"""{"errno":0,"id":{{userId}},"msgid":5}""");

    /// <summary>5, the name is taken or the account could not be made.</summary>
    public static byte[] RegisterFailure(ErrorCode error) => Encoding.UTF8.GetBytes($$"""{"errno":{{(int)error}},"msgid":5}""");

    /// <summary>2, refused.</summary>
    public static byte[] LoginFailure(ErrorCode error, string message) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("errmsg", message);
        writer.WriteNumber("errno", (int)error);
        writer.WriteNumber("msgid", MessageKind.LoginAck);
        writer.WriteEndObject();
    });

    /// <summary>
    /// 2, success. Empty lists are left out. If not everything fits, the offline messages go first
    /// (<paramref name="hasOffline"/> comes back false: send them as pushes), then members of the largest groups, then groups and
    /// friends. What is too long by itself is left out and hides nothing behind it.
    /// </summary>
    /// <param name="userId">The user.</param>
    /// <param name="name">The user's name.</param>
    /// <param name="friends">The friends.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="offline">Queued bodies, all of them or none.</param>
    /// <param name="hasOffline">Whether the queued bodies are in the frame.</param>
    public static byte[] LoginAck(
        int userId, string name, IReadOnlyList<FriendEntry> friends, IReadOnlyList<GroupEntry> groups,
        IReadOnlyList<ReadOnlyMemory<byte>> offline, out bool hasOffline)
    {
        var friendTokens = friends.Select(friend => Quote(ModernFrames.FriendToken(friend))).ToList();
        var groupTokens = groups.Select(group => Quote(GroupToken(group, group.Members.Count))).ToList();
        var offlineTokens = offline.Select(body => Quote(body.Span)).ToList();
        var size = LoginAckBytes(userId, name, [], [], []).Length;
        var lists = ListBytes(friendTokens, "friends") + ListBytes(groupTokens, "groups");
        hasOffline = offlineTokens.Count > 0 && size + lists + ListBytes(offlineTokens, "offlinemsg") <= MaxBytes;
        if (!hasOffline)
            offlineTokens.Clear();
        if (size + lists > MaxBytes)
        {
            var shares = Shares(friendTokens, groups, MaxBytes - size);
            friendTokens = [.. shares.Friends.Select(i => friendTokens[i])];
            groupTokens = [.. shares.Groups.Select((group, i) => Quote(GroupToken(groups[group], shares.Members[i])))];
        }

        return LoginAckBytes(userId, name, friendTokens, groupTokens, offlineTokens);
    }

    /// <summary>
    /// Words of the server, which the legacy protocol has no shape for: a message of the user to itself, so that they are nobody else's words.
    /// </summary>
    /// <param name="user">Who is to read it.</param>
    /// <param name="text">What it says.</param>
    /// <param name="ts">Milliseconds since 1970, UTC.</param>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Note(ChatSender user, string text, long ts) => Split(JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", user.Id);
        writer.WriteString("msg", text);
        writer.WriteNumber("msgid", MessageKind.DirectChat);
        writer.WriteString("name", user.Name);
        writer.WriteString("time", DateTimeOffset.FromUnixTimeMilliseconds(ts).ToString(ChatBody.TimeFormat, CultureInfo.InvariantCulture));
        writer.WriteNumber("toid", user.Id);
        writer.WriteEndObject();
    }));

    /// <summary>
    /// The frames in which a body goes to a legacy client: itself if it fits; else without unknown keys; else cut at
    /// code points of the text into several complete objects, in order.
    /// </summary>
    /// <param name="body">A canonical body, or any chat object.</param>
    /// <param name="maxBytes">Of each frame.</param>
    /// <returns>At least one frame.</returns>
    /// <exception cref="JsonException">Not JSON.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> body, int maxBytes = MaxBytes)
    {
        if (body.Length <= maxBytes)
            return [body];
        using var document = JsonDocument.Parse(body);
        var members = document.RootElement.EnumerateObject()
            .Where(member => KnownKeys.Contains(member.Name))
            .OrderBy(member => member.Name, StringComparer.Ordinal)
            .ToList();
        var text = members.FirstOrDefault(member => member.Name == "msg").Value is { ValueKind: JsonValueKind.String } value
            ? value.GetString()!
            : "";
        var room = maxBytes - WithText(members, "").Length;
        var frames = new List<ReadOnlyMemory<byte>>();
        var start = 0;
        var used = 0;
        for (var i = 0; i < text.Length;)
        {
            var length = char.IsSurrogatePair(text, i) ? 2 : 1;
            var bytes = JsonText.Quote(text.Substring(i, length)).Length - 2;
            if (used + bytes > room && i > start)
            {
                frames.Add(WithText(members, text[start..i]));
                (start, used) = (i, 0);
            }

            used += bytes;
            i += length;
        }

        frames.Add(WithText(members, text[start..]));
        return frames;
    }

    static byte[] WithText(List<JsonProperty> members, string text) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        foreach (var member in members)
        {
            if (member.Name == "msg")
                writer.WriteString("msg", text);
            else
                member.WriteTo(writer);
        }

        writer.WriteEndObject();
    });

    static byte[] LoginAckBytes(int userId, string name, List<byte[]> friends, List<byte[]> groups, List<byte[]> offline) =>
        JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("errno", 0);
            WriteList(writer, "friends", friends);
            WriteList(writer, "groups", groups);
            writer.WriteNumber("id", userId);
            writer.WriteNumber("msgid", MessageKind.LoginAck);
            writer.WriteString("name", name);
            WriteList(writer, "offlinemsg", offline);
            writer.WriteEndObject();
        });

    static LoginShares Shares(List<byte[]> friends, IReadOnlyList<GroupEntry> groups, int room)
    {
        const int keys = 2 * 12; // of both lists, with their brackets
        const int users = 14; // of the list inside a group, quoted
        return LoginShares.Of(
            [.. friends.Select(token => token.Length + 1)],
            [.. groups.Select(group => Quote(GroupToken(group, 0)).Length + 1 + users)],
            [.. groups.Select(group => (IReadOnlyList<int>)[.. group.Members.Select(member => MemberBytes(member))])], room - keys, skips: true);
    }

    /// <summary>What a member adds to its group, which is a string in the ack, in which the member is a string again.</summary>
    static int MemberBytes(MemberEntry member) => Quote(Quote(ModernFrames.MemberToken(member))).Length - 2 + 1;

    static byte[] GroupToken(GroupEntry group, int members) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("groupdesc", group.Description);
        writer.WriteString("groupname", group.Name);
        writer.WriteNumber("id", group.Id);
        WriteList(writer, "users", [.. group.Members.Take(members).Select(member => Quote(ModernFrames.MemberToken(member)))]);
        writer.WriteEndObject();
    });

    static void WriteList(Utf8JsonWriter writer, string key, List<byte[]> tokens)
    {
        if (tokens.Count == 0)
            return;
        writer.WriteStartArray(key);
        foreach (var token in tokens)
            writer.WriteRawValue(token, skipInputValidation: true);
        writer.WriteEndArray();
    }

    static int ListBytes(List<byte[]> tokens, string key) =>
        tokens.Count == 0 ? 0 : key.Length + 6 + tokens.Sum(token => token.Length + 1);

    static byte[] Quote(ReadOnlySpan<byte> json) => JsonText.Quote(Encoding.UTF8.GetString(json));
}
