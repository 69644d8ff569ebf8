using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>124: what a group is; by its id, or by its whole name.</summary>
/// <param name="GroupId">Which; 0: the one that has the name.</param>
public sealed record GetGroupRequest(int GroupId) : UserRequest
{
    /// <summary>Its whole name, compared as names are; null: the id says which.</summary>
    public string? Name { get; init; }

    internal override int Number => MessageKind.GetGroup;

    internal static Request Read(ref RequestFields fields)
    {
        // Beside an id a name is that of who asks.
        if (!fields[RequestKey.GroupId].IsMissing || fields[RequestKey.Name].IsMissing)
            return TryInteger(ref fields, RequestKey.GroupId, 1, out var group) ? new GetGroupRequest((int)group) : NoInteger(RequestKey.GroupId);
        if (!OptionalString(ref fields, RequestKey.Name, out var name) || name is null)
            return NoString(ref fields, RequestKey.Name);
        return NameKey.Of(name).Length == 0 ? Invalid("\"name\" is empty: the name of a group is expected") : new GetGroupRequest(0) { Name = name };
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        if (Name is { } name)
            writer.WriteText("name", name);
        else
            writer.WriteNumber("groupid", GroupId);
    }
}
