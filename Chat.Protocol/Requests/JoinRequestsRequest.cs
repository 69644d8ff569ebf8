using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>129: who waits to be let into a group, those whose ids are above <c>After</c>, ascending; or what becomes of some of them, all of it or nothing.</summary>
public sealed record JoinRequestsRequest(int GroupId, int After, int Limit) : UserRequest
{
    /// <summary>Who becomes a member.</summary>
    public IReadOnlyList<int> Accept { get; init; } = [];

    /// <summary>Who does not.</summary>
    public IReadOnlyList<int> Decline { get; init; } = [];

    /// <summary>Whether it asks for the list.</summary>
    public bool IsList => Accept.Count == 0 && Decline.Count == 0;

    internal override int Number => MessageKind.JoinRequests;

    /// <summary>Its own keys are read apart from <see cref="RequestFields"/>: messages may carry the same ones with another meaning.</summary>
    internal static Request Read(ref RequestFields fields)
    {
        if (!TryInteger(ref fields, RequestKey.GroupId, 1, out var group))
            return NoInteger(RequestKey.GroupId);
        using var document = JsonDocument.Parse(fields.Frame);
        var lists = new Dictionary<string, int[]>(StringComparer.Ordinal);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name is not ("accept" or "decline"))
                continue;
            if (ChangeMembersRequest.IdsOf(member.Value) is not { } ids)
                return Invalid($"\"{member.Name}\" must be a list of 1 to {ChangeMembersRequest.MaxIds} ids of users");
            if (!lists.TryAdd(member.Name, ids))
                return Invalid($"\"{member.Name}\" is there twice: once is expected");
        }

        var (accept, decline) = (lists.GetValueOrDefault("accept", []), lists.GetValueOrDefault("decline", []));
        return accept.Intersect(decline).FirstOrDefault() is > 0 and var both
            ? Invalid($"user {both} is in \"accept\" and in \"decline\": one of them is expected")
            : ListRange.Read(ref fields, (after, limit) => new JoinRequestsRequest((int)group, after, limit) { Accept = accept, Decline = decline });
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteNumber("groupid", GroupId);
        if (IsList)
            ListRange.Write(writer, After, Limit);
        foreach (var (key, ids) in ((string, IReadOnlyList<int>)[])[("accept", Accept), ("decline", Decline)])
        {
            if (ids.Count == 0)
                continue;
            writer.WriteStartArray(key);
            foreach (var id in ids)
                writer.WriteNumberValue(id);
            writer.WriteEndArray();
        }
    }
}
