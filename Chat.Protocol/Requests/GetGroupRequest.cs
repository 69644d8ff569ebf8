using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>124: what a group is.</summary>
public sealed record GetGroupRequest(int GroupId) : UserRequest
{
    internal override int Number => MessageKind.GetGroup;

    internal static Request Read(ref RequestFields fields) =>
        TryInteger(ref fields, RequestKey.GroupId, 1, out var group) ? new GetGroupRequest((int)group) : NoInteger(RequestKey.GroupId);

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteNumber("groupid", GroupId);
    }
}
