using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>128: be no member of a group any more. Asking twice is harmless.</summary>
public sealed record LeaveGroupRequest(int GroupId) : UserRequest
{
    internal override int Number => MessageKind.LeaveGroup;

    internal static Request Read(ref RequestFields fields) =>
        TryInteger(ref fields, RequestKey.GroupId, 1, out var group) ? new LeaveGroupRequest((int)group) : NoInteger(RequestKey.GroupId);

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteNumber("groupid", GroupId);
    }
}
