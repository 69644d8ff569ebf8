using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>What somebody is to be in a group: <see cref="GroupRole.Admin"/> or <see cref="GroupRole.Normal"/>.</summary>
public readonly record struct RoleChange(int UserId, string Role);

/// <summary>Until when somebody may not send, in milliseconds since 1970, UTC; what is over, as 0 is, ends it.</summary>
public readonly record struct MuteChange(int UserId, long Until)
{
    /// <summary>The end of the year 9999: for ever.</summary>
    public const long Forever = 253402300799999;
}

/// <summary>127: who is in a group, and as what. All of it is done, one after the other in the order of its members here, or nothing. Asking twice is harmless.</summary>
/// <param name="GroupId">Which group.</param>
public sealed record ChangeMembersRequest(int GroupId) : UserRequest
{
    /// <summary>The most users in each of the lists.</summary>
    public const int MaxIds = 100;

    /// <summary>Who may be let in again.</summary>
    public IReadOnlyList<int> Unban { get; init; } = [];

    /// <summary>Who becomes a member.</summary>
    public IReadOnlyList<int> Add { get; init; } = [];

    /// <summary>Who is a member no more.</summary>
    public IReadOnlyList<int> Remove { get; init; } = [];

    /// <summary>Who is a member no more, and is not let in again.</summary>
    public IReadOnlyList<int> Ban { get; init; } = [];

    /// <summary>Who gets another role.</summary>
    public RoleChange? Role { get; init; }

    /// <summary>Who may not send for a while, or may again.</summary>
    public MuteChange? Mute { get; init; }

    /// <summary>Who becomes the creator, in place of the one who asks.</summary>
    public int? Owner { get; init; }

    internal override int Number => MessageKind.ChangeMembers;

    /// <summary>Its own keys are read apart from <see cref="RequestFields"/>: messages may carry the same ones with another meaning.</summary>
    internal static Request Read(ref RequestFields fields)
    {
        if (!TryInteger(ref fields, RequestKey.GroupId, 1, out var group))
            return NoInteger(RequestKey.GroupId);
        using var document = JsonDocument.Parse(fields.Frame);
        var request = new ChangeMembersRequest((int)group);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name is not ("unban" or "add" or "remove" or "ban" or "role" or "mute" or "owner"))
                continue;
            if (!seen.Add(member.Name))
                return Invalid($"\"{member.Name}\" is there twice: once is expected");
            if (request.With(member.Name, member.Value) is not { } changed)
                return Invalid($"\"{member.Name}\" must be {ExpectedOf(member.Name)}");
            request = changed;
        }

        return seen.Count > 0 ? request : Invalid("nothing to change: at least one of \"add\", \"remove\", \"role\", \"owner\", \"mute\", \"ban\" and \"unban\" is expected");
    }

    ChangeMembersRequest? With(string key, JsonElement value) => key switch
    {
        "owner" => IdOf(value) is { } id ? this with { Owner = id } : null,
        "role" => PairOf(value, "role", static role => role.ValueKind == JsonValueKind.String && role.GetString() is GroupRole.Admin or GroupRole.Normal) is var (id, role)
            ? this with { Role = new RoleChange(id, role.GetString()!) } : null,
        "mute" => PairOf(value, "until", static until => until.ValueKind == JsonValueKind.Number && until.TryGetInt64(out var ts) && ts is >= 0 and <= MuteChange.Forever) is var (id, until)
            ? this with { Mute = new MuteChange(id, until.GetInt64()) } : null,
        _ => IdsOf(value) is { } ids ? WithList(key, ids) : null,
    };

    ChangeMembersRequest WithList(string key, IReadOnlyList<int> ids) => key switch
    {
        "add" => this with { Add = ids },
        "remove" => this with { Remove = ids },
        "ban" => this with { Ban = ids },
        _ => this with { Unban = ids },
    };

    static int? IdOf(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) && id > 0 ? id : null;

    /// <summary>Each once; null if it is no list of ids, or is empty or too long.</summary>
    internal static int[]? IdsOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() is 0 or > MaxIds)
            return null;
        var ids = value.EnumerateArray().Select(IdOf).ToList();
        return ids.Contains(null) ? null : [.. ids.Select(id => id!.Value).Distinct()];
    }

    /// <summary>An object of an id and another key, and nothing else: one day it may mean something.</summary>
    static (int UserId, JsonElement Value)? PairOf(JsonElement pair, string key, Func<JsonElement, bool> isGood) =>
        pair.ValueKind == JsonValueKind.Object && pair.EnumerateObject().Count() == 2
        && pair.TryGetProperty("id", out var id) && IdOf(id) is { } userId && pair.TryGetProperty(key, out var value) && isGood(value)
            ? (userId, value)
            : null;

    static string ExpectedOf(string key) => key switch
    {
        "owner" => "the id of a member",
        "role" => "an object with an \"id\" and a \"role\", \"admin\" or \"normal\", and nothing else",
        "mute" => $"an object with an \"id\" and an \"until\", in milliseconds since 1970, 0 to {MuteChange.Forever}, and nothing else",
        _ => $"a list of 1 to {MaxIds} ids of users",
    };

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteNumber("groupid", GroupId);
        foreach (var (key, ids) in ((string, IReadOnlyList<int>)[])[("unban", Unban), ("add", Add), ("remove", Remove), ("ban", Ban)])
        {
            if (ids.Count == 0)
                continue;
            writer.WriteStartArray(key);
            foreach (var id in ids)
                writer.WriteNumberValue(id);
            writer.WriteEndArray();
        }

        if (Role is { } role)
        {
            writer.WriteStartObject("role");
            writer.WriteNumber("id", role.UserId);
            writer.WriteString("role", role.Role);
            writer.WriteEndObject();
        }

        if (Mute is { } mute)
        {
            writer.WriteStartObject("mute");
            writer.WriteNumber("id", mute.UserId);
            writer.WriteNumber("until", mute.Until);
            writer.WriteEndObject();
        }

        if (Owner is { } owner)
            writer.WriteNumber("owner", owner);
    }
}
