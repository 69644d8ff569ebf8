using System.Text.Json;

namespace Chat.Protocol;

/// <summary>How a user is shown.</summary>
/// <param name="UserId">Who.</param>
/// <param name="State">How.</param>
/// <param name="Seen">Who is offline was there until then, in milliseconds since 1970 UTC; 0: not known, or not told.</param>
public readonly record struct PresenceEntry(int UserId, PresenceState State, long Seen = 0)
{
    /// <summary>Most bytes of one as JSON, with its comma.</summary>
    internal const int MaxBytes = 72;

    /// <summary>Written by <see cref="Write"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static PresenceEntry Read(JsonElement json) => new(
        json.RequiredId("id"), PresenceStates.Find(json.OptionalText("state")) ?? throw new FormatException("\"state\" has an unexpected value"), json.OptionalNumber("seen"));

    /// <summary>How many of them surely fit into a frame.</summary>
    public static int Fitting(int maxFrameBytes) => Math.Max(1, (maxFrameBytes - 128) / MaxBytes);

    internal static void Write(Utf8JsonWriter writer, string key, IEnumerable<PresenceEntry> entries)
    {
        writer.WriteStartArray(key);
        foreach (var entry in entries)
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", entry.UserId);
            writer.WriteString("state", entry.State.ToText());
            if (entry.Seen > 0)
                writer.WriteNumber("seen", entry.Seen);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}

/// <summary>116: how users are now who are watched. Who is not in it is as before.</summary>
public sealed record PresencePush(IReadOnlyList<PresenceEntry> Users)
{
    /// <summary>The frame.</summary>
    public byte[] ToBytes() => ModernFrames.Frame(MessageKind.Presence, default, writer => PresenceEntry.Write(writer, "users", Users));

    /// <summary>Written by <see cref="ToBytes"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static PresencePush Read(JsonElement json) => new([.. json.OptionalItems("users").Select(PresenceEntry.Read)]);
}
