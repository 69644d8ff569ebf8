using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>122: who users are. One of three ways to name them is set.</summary>
public sealed record GetUsersRequest : UserRequest
{
    /// <summary>Most ids in one request.</summary>
    public const int MaxIds = 100;

    /// <summary>They, each once.</summary>
    public IReadOnlyList<int>? Ids { get; init; }

    /// <summary>The one whose whole name this is, compared as names are.</summary>
    public string? Name { get; init; }

    /// <summary>Those whose names begin so.</summary>
    public string? Prefix { get; init; }

    internal override int Number => MessageKind.GetUsers;

    /// <summary>Its own keys are read apart from <see cref="RequestFields"/>: messages may carry the same ones with another meaning.</summary>
    internal static Request Read(ref RequestFields fields)
    {
        if (!OptionalString(ref fields, RequestKey.Name, out var name))
            return NoString(ref fields, RequestKey.Name);
        var request = new GetUsersRequest { Name = name };
        using var document = JsonDocument.Parse(fields.Frame);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name == "ids" && request.Ids is not null || member.Name == "prefix" && request.Prefix is not null)
                return Invalid($"\"{member.Name}\" is there twice: once is expected");
            if (member.Name == "ids" && (request = request with { Ids = ReadIds(member.Value) }).Ids is null)
                return Invalid($"\"ids\" must be a list of 1 to {MaxIds} ids of users");
            if (member.Name == "prefix" && (request = request with { Prefix = ReadPrefix(member.Value) }).Prefix is null)
                return Invalid($"\"prefix\" must be a string of 1 to {NameRule.MaxCharacters} characters, not only blanks");
        }

        if ((request.Ids is null ? 0 : 1) + (name is null ? 0 : 1) + (request.Prefix is null ? 0 : 1) != 1)
            return Invalid("one of \"ids\", \"name\" and \"prefix\" is expected");
        return name is not null && NameKey.Of(name).Length == 0 ? Invalid("\"name\" is empty: the name of a user is expected") : request;
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        if (Ids is { } ids)
        {
            writer.WriteStartArray("ids");
            foreach (var id in ids)
                writer.WriteNumberValue(id);
            writer.WriteEndArray();
        }

        if (Name is { } name)
            writer.WriteText("name", name);
        if (Prefix is { } prefix)
            writer.WriteText("prefix", prefix);
    }

    static int[]? ReadIds(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > MaxIds)
            return null;
        var ids = new HashSet<int>();
        foreach (var element in list.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out var id) || id <= 0)
                return null;
            ids.Add(id);
        }

        return [.. ids];
    }

    static string? ReadPrefix(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= NameRule.MaxCharacters * 4 } prefix
        && NameKey.Of(prefix) is { Length: > 0 } key && key.EnumerateRunes().Count() <= NameRule.MaxCharacters
            ? prefix
            : null;
}
