using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>119: whom the user knows, as far as that changed after a rev.</summary>
/// <param name="Since">The rev of an earlier answer; 0: everybody.</param>
/// <param name="Limit">How many.</param>
/// <param name="OnlyBlocked">Only those who may not write to the user.</param>
public sealed record ListContactsRequest(long Since, int Limit, bool OnlyBlocked = false) : UserRequest
{
    const int MaxLimit = 500;

    internal override int Number => MessageKind.ListContacts;

    internal static Request Read(ref RequestFields fields)
    {
        if (!OptionalInteger(ref fields, RequestKey.Since, 0, long.MaxValue, out var since))
            return NoInteger(RequestKey.Since);
        if (!OptionalInteger(ref fields, RequestKey.Limit, 1, int.MaxValue, out var limit))
            return NoInteger(RequestKey.Limit);
        var request = new ListContactsRequest(since ?? 0, (int)Math.Min(limit ?? MaxLimit, MaxLimit));
        using var document = JsonDocument.Parse(fields.Frame);
        if (document.RootElement.FindRepeated("blocked") is { } repeated)
            return Invalid($"\"{repeated}\" is there twice: once is expected");
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name != "blocked")
                continue;
            if (member.Value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                return Invalid("\"blocked\" must be true or false");
            request = request with { OnlyBlocked = member.Value.ValueKind == JsonValueKind.True };
        }

        return request;
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteNumber("since", Since);
        writer.WriteNumber("limit", Limit);
        if (OnlyBlocked)
            writer.WriteBoolean("blocked", true);
    }
}
