using System.Text.Json;

namespace Chat.Protocol;

/// <summary>102 to 115: how everybody who is watched is now.</summary>
/// <param name="Presence">Users, in the order of the request. Of those who did not fit into the frame 116 tells at once.</param>
/// <param name="Typing">Who types in the conversations.</param>
public sealed record WatchReply(IReadOnlyList<PresenceEntry> Presence, IReadOnlyList<TypingPush> Typing)
{
    /// <summary>The frame.</summary>
    public byte[] ToBytes(RequestRef requestRef, int maxFrameBytes) => ModernFrames.Success(requestRef, writer =>
    {
        PresenceEntry.Write(writer, "presence", Presence);
        writer.WriteStartArray("typing");
        foreach (var typing in Typing.Take(TypingPush.Fitting(maxFrameBytes - 256 - requestRef.Token.Length - (Presence.Count * PresenceEntry.MaxBytes))))
        {
            writer.WriteStartObject();
            typing.Write(writer);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    /// <summary>How many users surely fit into the frame.</summary>
    public static int FittingUsers(RequestRef requestRef, int maxFrameBytes) => PresenceEntry.Fitting(maxFrameBytes - 128 - requestRef.Token.Length);

    /// <summary>Written by <see cref="ToBytes"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static WatchReply Read(JsonElement json) =>
        new([.. json.OptionalItems("presence").Select(PresenceEntry.Read)], [.. json.OptionalItems("typing").Select(TypingPush.Read)]);
}
