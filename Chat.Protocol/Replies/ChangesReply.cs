using System.Text.Json;

namespace Chat.Protocol;

/// <summary>102 to 133: messages that were changed, ascending by rev, each as it is now.</summary>
/// <param name="Changes">They.</param>
/// <param name="Rev">To be asked for the next time: everything up to here is told.</param>
/// <param name="HasMore">Whether there are others behind it.</param>
public sealed record ChangesReply(IReadOnlyList<MessageState> Changes, long Rev, bool HasMore)
{
    /// <summary>The frame; what does not fit is left for the next one. The first always fits, so who goes on asking comes to the end.</summary>
    public byte[] ToBytes(RequestRef requestRef, int maxFrameBytes)
    {
        var room = maxFrameBytes - 128 - requestRef.Token.Length;
        var whole = room - 1; // a comma
        var tokens = ModernFrames.Fitting(Changes, state => state.ToToken(whole), ref room);
        var isCut = tokens.Count < Changes.Count;
        return ModernFrames.Success(requestRef, writer =>
        {
            ModernFrames.WriteRawArray(writer, "changes", tokens);
            writer.WriteNumber("rev", isCut && tokens.Count > 0 ? Changes[tokens.Count - 1].Rev : Rev);
            if (isCut || HasMore)
                writer.WriteBoolean("more", true);
        });
    }

    /// <summary>Written by <see cref="ToBytes"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static ChangesReply Read(JsonElement json) => new(
        [.. json.OptionalItems("changes").Select(item => MessageState.Find(item) ?? throw new FormatException("a change without its rev"))],
        json.OptionalNumber("rev"), json.IsSet("more"));
}
