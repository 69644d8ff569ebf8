using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>108: what changed since a token.</summary>
public sealed record SyncRequest(string? Since) : UserRequest
{
    const int MaxSinceBytes = 64 * 1024;

    internal override int Number => MessageKind.Sync;

    internal static Request Read(ref RequestFields fields) =>
        OptionalString(ref fields, RequestKey.Since, out var since, MaxSinceBytes)
            ? new SyncRequest(since)
            : NoString(ref fields, RequestKey.Since, MaxSinceBytes);

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        if (Since is not null)
            writer.WriteText("since", Since);
    }
}
