using System.Text.Json;

namespace Chat.Protocol;

/// <summary>102 to 131: the message is as was asked for, since this rev.</summary>
/// <param name="Rev">Of the conversation.</param>
/// <param name="Timestamp">When that was, in milliseconds since 1970 UTC.</param>
public sealed record ChangeReply(long Rev, long Timestamp)
{
    /// <summary>The frame.</summary>
    public byte[] ToBytes(RequestRef requestRef) => ModernFrames.Success(requestRef, writer =>
    {
        writer.WriteNumber("rev", Rev);
        writer.WriteNumber("ts", Timestamp);
    });

    /// <summary>Written by <see cref="ToBytes"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static ChangeReply Read(JsonElement json) => new(json.OptionalNumber("rev"), json.OptionalNumber("ts"));
}
