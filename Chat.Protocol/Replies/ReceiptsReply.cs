using System.Text.Json;

namespace Chat.Protocol;

/// <summary>How far a user has received and read a conversation.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Received">Up to here a device has it; never below <paramref name="Read"/>.</param>
/// <param name="Read">Up to here the user has read it.</param>
public sealed record ReaderEntry(int UserId, long Received, long Read);

/// <summary>102 to 114: how many have a message, and who. Its sender is none of them.</summary>
/// <param name="Members">Who takes part.</param>
/// <param name="Received">How many of them have the message on a device.</param>
/// <param name="Read">How many have read it.</param>
/// <param name="Who">Those who have it, ascending by id.</param>
/// <param name="HasMore">Whether there are others behind the last one.</param>
public sealed record ReceiptsReply(int Members, int Received, int Read, IReadOnlyList<ReaderEntry> Who, bool HasMore)
{
    /// <summary>The frame; what does not fit is left for the next one.</summary>
    public byte[] ToBytes(RequestRef requestRef, int maxFrameBytes)
    {
        var room = maxFrameBytes - 128 - requestRef.Token.Length;
        var tokens = ModernFrames.Fitting(Who, ToToken, ref room);
        return ModernFrames.Success(requestRef, writer =>
        {
            writer.WriteNumber("members", Members);
            writer.WriteNumber("received", Received);
            writer.WriteNumber("read", Read);
            ModernFrames.WriteRawArray(writer, "who", tokens);
            if (HasMore || tokens.Count < Who.Count)
                writer.WriteBoolean("more", true);
        });
    }

    /// <summary>Written by <see cref="ToBytes"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static ReceiptsReply Of(JsonElement json) => new(
        (int)json.OptionalNumber("members"), (int)json.OptionalNumber("received"), (int)json.OptionalNumber("read"),
        [.. json.OptionalItems("who").Select(entry => new ReaderEntry(entry.RequiredId("id"), entry.OptionalNumber("received"), entry.OptionalNumber("read")))],
        json.IsSet("more"));

    static byte[] ToToken(ReaderEntry entry) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", entry.UserId);
        writer.WriteNumber("received", entry.Received);
        writer.WriteNumber("read", entry.Read);
        writer.WriteEndObject();
    });
}
