using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>9: join a group.</summary>
public sealed record JoinGroupRequest(int GroupId) : UserRequest
{
    internal override int Number => MessageKind.JoinGroup;

    internal static Request Read(ref RequestFields fields) =>
        TryInteger(ref fields, RequestKey.GroupId, 1, out var group)
            ? new JoinGroupRequest((int)group)
            : NoInteger(RequestKey.GroupId);

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteNumber("groupid", GroupId);
    }
}
