using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>125: the members of a group whose ids are above <c>After</c>, ascending.</summary>
public sealed record ListMembersRequest(int GroupId, int After, int Limit) : UserRequest
{
    /// <summary>Only those with this role (<see cref="GroupRole"/>); null: all. Version 3.</summary>
    public string? Role { get; init; }

    internal override int Number => MessageKind.ListMembers;

    internal static Request Read(ref RequestFields fields)
    {
        if (!TryInteger(ref fields, RequestKey.GroupId, 1, out var group))
            return NoInteger(RequestKey.GroupId);
        var role = RoleOf(fields.Frame);
        return ListRange.Read(ref fields, (after, limit) => new ListMembersRequest((int)group, after, limit) { Role = role });
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteNumber("groupid", GroupId);
        ListRange.Write(writer, After, Limit);
        if (Role is { } role)
            writer.WriteString("role", role);
    }

    /// <summary>What is no word, or there twice, is passed on as its JSON: whether it means anything depends on the version that the client speaks.</summary>
    static string? RoleOf(byte[] frame)
    {
        using var document = JsonDocument.Parse(frame);
        var roles = document.RootElement.EnumerateObject().Where(member => member.NameEquals("role")).Select(member => member.Value.ToString()).ToList();
        return roles.Count == 0 ? null : string.Join(" and ", roles);
    }
}

/// <summary>144: the user's groups whose ids are above <c>After</c>, ascending.</summary>
public sealed record ListGroupsRequest(int After, int Limit) : UserRequest
{
    internal override int Number => MessageKind.ListGroups;

    internal static Request Read(ref RequestFields fields) => ListRange.Read(ref fields, static (after, limit) => new ListGroupsRequest(after, limit));

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        ListRange.Write(writer, After, Limit);
    }
}

/// <summary>145: the user's friends whose ids are above <c>After</c>, ascending.</summary>
public sealed record ListFriendsRequest(int After, int Limit) : UserRequest
{
    internal override int Number => MessageKind.ListFriends;

    internal static Request Read(ref RequestFields fields) => ListRange.Read(ref fields, static (after, limit) => new ListFriendsRequest(after, limit));

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        ListRange.Write(writer, After, Limit);
    }
}

/// <summary>What the requests have in common that list something page by page.</summary>
static class ListRange
{
    const int DefaultLimit = 100;
    const int MaxLimit = 500;

    public static Request Read(ref RequestFields fields, Func<int, int, Request> build)
    {
        if (!OptionalInteger(ref fields, RequestKey.After, 0, int.MaxValue, out var after))
            return NoInteger(RequestKey.After);
        return OptionalInteger(ref fields, RequestKey.Limit, 1, int.MaxValue, out var limit)
            ? build((int)(after ?? 0), (int)Math.Min(limit ?? DefaultLimit, MaxLimit))
            : NoInteger(RequestKey.Limit);
    }

    public static void Write(Utf8JsonWriter writer, int after, int limit)
    {
        writer.WriteNumber("after", after);
        writer.WriteNumber("limit", limit);
    }
}
