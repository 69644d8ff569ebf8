using System.Text.Json;
using Chat.Protocol;

namespace ChatActors.Client.Wire;

/// <summary>What the server sends, from JSON. A reader throws <see cref="FormatException"/> for what no server of ours sends.</summary>
static class ServerFrames
{
    public static HelloAck ReadHello(JsonElement frame) => new(
        frame.Text("node") ?? "", TimeSpan.FromSeconds(frame.Number("heartbeat")), (int)Math.Min(frame.Number("maxframe"), int.MaxValue));

    /// <summary>The failure in a reply, or null when it says success.</summary>
    public static ChatException? ReadFailure(JsonElement frame)
    {
        var code = (ErrorCode)frame.Number("errno");
        return code == ErrorCode.None
            ? null
            : new ChatException(code, frame.Text("errmsg") ?? $"the server answered errno {(int)code}", frame.Flag("retry"));
    }

    public static LoginResult ReadLogin(JsonElement frame) => new(
        frame.Id("id"), frame.Text("name") ?? "", frame.Text("token") ?? "",
        [.. frame.Items("friends").Select(ReadFriend)], [.. frame.Items("groups").Select(ReadGroup)], frame.Flag("truncated"));

    /// <summary>
    /// A message; null when it does not even tell whom it is for. Lenient, because servers that are not ours feed the
    /// queue too, and one odd row must not end a connection again and again.
    /// </summary>
    public static ChatMessage? ReadPush(JsonElement frame)
    {
        var sender = (int)frame.Number("id");
        if (!ConversationId.TryParse(frame.Text("conversation"), out var conversation))
        {
            // Queued rows of other servers do not name it.
            var isGroup = frame.Number("msgid") == MessageKind.GroupChat;
            var target = (int)frame.Number(isGroup ? "groupid" : "toid");
            if (target < 1 || sender < 1)
                return null;
            conversation = isGroup ? ConversationId.Group(target) : ConversationId.Direct(sender, target);
        }

        return new(conversation, frame.Number("seq"), sender, frame.Text("name") ?? "", frame.Text("msg") ?? "")
        {
            Cmid = frame.Text("cmid"),
            Timestamp = frame.Number("ts"),
            Time = frame.Text("time") ?? "",
            OfflineId = frame.Number("offline"),
        };
    }

    /// <summary>What a refused mark says about its conversation, if this is one whose number was too high.</summary>
    public static (ConversationId Conversation, long Head)? ReadRefusedMark(JsonElement frame) =>
        frame.TryGetProperty("head", out _) && ConversationId.TryParse(frame.Text("conversation"), out var conversation)
            ? (conversation, frame.Number("head"))
            : null;

    public static HistoryPage ReadHistory(JsonElement frame) =>
        new([.. frame.Items("messages").Select(ReadPush).OfType<ChatMessage>()], frame.Flag("more"));

    public static SyncReply ReadSync(JsonElement frame) =>
        new(frame.Text("token"), [.. frame.Items("conversations").Select(ReadConversation)], frame.Flag("more"));

    /// <summary>In 102 and in 112.</summary>
    public static UserSettings ReadSettings(JsonElement frame) => new(
        PresencePrivacies.Find(frame.Text("presence")) ?? throw new FormatException("\"presence\" has an unexpected value"),
        [.. frame.Items("muted").Select(ReadId)], [.. frame.Items("pinned").Select(ReadId)])
    {
        IsTruncated = frame.Flag("truncated"),
    };

    public static ContactPage<MemberEntry> ReadMembers(JsonElement frame) =>
        new([.. frame.Items("members").Select(ReadMember)], frame.Flag("more"));

    public static ContactPage<GroupSummary> ReadGroups(JsonElement frame) =>
        new([.. frame.Items("groups").Select(ReadSummary)], frame.Flag("more"));

    public static ContactPage<FriendEntry> ReadFriends(JsonElement frame) =>
        new([.. frame.Items("friends").Select(ReadFriend)], frame.Flag("more"));

    static ConversationId ReadId(JsonElement item) =>
        item.ValueKind == JsonValueKind.String && ConversationId.TryParse(item.GetString(), out var id)
            ? id
            : throw new FormatException("a list of conversations with something else in it");

    static ConversationEntry ReadConversation(JsonElement entry) =>
        ConversationId.TryParse(entry.Text("conversation"), out var conversation)
            ? new(conversation, entry.Number("head"), entry.Number("received"), entry.Number("read"))
            : throw new FormatException("a conversation without its id");

    static FriendEntry ReadFriend(JsonElement entry) => new(entry.Id("id"), entry.Text("name") ?? "", IsOnline(entry));

    static GroupEntry ReadGroup(JsonElement entry) => new(
        entry.Id("id"), entry.Text("groupname") ?? "", entry.Text("groupdesc") ?? "", [.. entry.Items("users").Select(ReadMember)])
    {
        IsTruncated = entry.Flag("truncated"),
    };

    static GroupSummary ReadSummary(JsonElement entry) => new(
        entry.Id("id"), entry.Text("groupname") ?? "", entry.Text("groupdesc") ?? "", entry.Text("role") ?? "", (int)entry.Number("members"));

    static MemberEntry ReadMember(JsonElement entry) =>
        new(entry.Id("id"), entry.Text("name") ?? "", entry.Text("role") ?? "", IsOnline(entry));

    static bool IsOnline(JsonElement entry) => entry.Text("state") == "online";
}

/// <summary>101.</summary>
sealed record HelloAck(string Node, TimeSpan Heartbeat, int MaxFrameBytes);

/// <summary>102 to a sync.</summary>
sealed record SyncReply(string? Token, IReadOnlyList<ConversationEntry> Conversations, bool HasMore);
