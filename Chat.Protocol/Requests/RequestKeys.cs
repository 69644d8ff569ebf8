namespace Chat.Protocol;

/// <summary>The keys that requests use.</summary>
enum RequestKey
{
    Other = -1,
    MsgId,
    Id,
    ToId,
    GroupId,
    FriendId,
    Name,
    Password,
    Token,
    Msg,
    Time,
    GroupName,
    GroupDesc,
    Protocol,
    Client,
    After,
    Before,
    Limit,
    Since,
    Jwt,

    // From here on: ours alone, never part of a delivered object.
    Cmid,
    Ref,
    Conversation,
    Seq,
    Ts,
    Offline,
    Count,
}

static class RequestKeys
{
    static readonly string[] Names =
    [
        "msgid", "id", "toid", "groupid", "friendid", "name", "password", "token", "msg", "time", "groupname",
        "groupdesc", "protocol", "client", "after", "before", "limit", "since", "jwt", "cmid", "ref", "conversation", "seq",
        "ts", "offline",
    ];

    public static string NameOf(RequestKey key) => Names[(int)key];

    /// <summary>Whether a key is left out of the object that is delivered.</summary>
    public static bool IsStripped(RequestKey key) => key >= RequestKey.Cmid;

    /// <summary>Whether a message is made of it; any other key that is not stripped is passed on as its sender's own.</summary>
    public static bool IsOfMessage(RequestKey key) => IsStripped(key)
        || key is RequestKey.MsgId or RequestKey.Id or RequestKey.ToId or RequestKey.GroupId or RequestKey.Name or RequestKey.Msg or RequestKey.Time;

    public static RequestKey Find(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 when name.SequenceEqual("id"u8) => RequestKey.Id,
        2 when name.SequenceEqual("ts"u8) => RequestKey.Ts,
        3 when name.SequenceEqual("jwt"u8) => RequestKey.Jwt,
        3 when name.SequenceEqual("msg"u8) => RequestKey.Msg,
        3 when name.SequenceEqual("ref"u8) => RequestKey.Ref,
        3 when name.SequenceEqual("seq"u8) => RequestKey.Seq,
        4 when name.SequenceEqual("name"u8) => RequestKey.Name,
        4 when name.SequenceEqual("time"u8) => RequestKey.Time,
        4 when name.SequenceEqual("toid"u8) => RequestKey.ToId,
        4 when name.SequenceEqual("cmid"u8) => RequestKey.Cmid,
        5 when name.SequenceEqual("msgid"u8) => RequestKey.MsgId,
        5 when name.SequenceEqual("token"u8) => RequestKey.Token,
        5 when name.SequenceEqual("after"u8) => RequestKey.After,
        5 when name.SequenceEqual("limit"u8) => RequestKey.Limit,
        5 when name.SequenceEqual("since"u8) => RequestKey.Since,
        6 when name.SequenceEqual("client"u8) => RequestKey.Client,
        6 when name.SequenceEqual("before"u8) => RequestKey.Before,
        7 when name.SequenceEqual("groupid"u8) => RequestKey.GroupId,
        7 when name.SequenceEqual("offline"u8) => RequestKey.Offline,
        8 when name.SequenceEqual("friendid"u8) => RequestKey.FriendId,
        8 when name.SequenceEqual("password"u8) => RequestKey.Password,
        8 when name.SequenceEqual("protocol"u8) => RequestKey.Protocol,
        9 when name.SequenceEqual("groupname"u8) => RequestKey.GroupName,
        9 when name.SequenceEqual("groupdesc"u8) => RequestKey.GroupDesc,
        12 when name.SequenceEqual("conversation"u8) => RequestKey.Conversation,
        _ => RequestKey.Other,
    };
}
