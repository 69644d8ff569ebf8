using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>7: add a friend.</summary>
public sealed record AddFriendRequest(int FriendId) : UserRequest
{
    internal override int Number => MessageKind.AddFriend;

    internal static Request Read(ref RequestFields fields) =>
        TryInteger(ref fields, RequestKey.FriendId, 1, out var friend)
            ? new AddFriendRequest((int)friend)
            : NoInteger(RequestKey.FriendId);

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteNumber("friendid", FriendId);
    }
}
