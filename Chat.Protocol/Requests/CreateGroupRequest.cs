using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>8: create a group.</summary>
public sealed record CreateGroupRequest(string Name, string Description) : UserRequest
{
    internal override int Number => MessageKind.CreateGroup;

    internal static Request Read(ref RequestFields fields)
    {
        if (!OptionalString(ref fields, RequestKey.GroupName, out var name) || name is null)
            return NoString(ref fields, RequestKey.GroupName);
        return OptionalString(ref fields, RequestKey.GroupDesc, out var description)
            ? new CreateGroupRequest(name, description ?? "")
            : NoString(ref fields, RequestKey.GroupDesc);
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteText("groupname", Name);
        writer.WriteText("groupdesc", Description);
    }
}
