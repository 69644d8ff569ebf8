using System.Text.Json;

namespace Chat.Protocol;

/// <summary>102 to 107: a part of a conversation, ascending.</summary>
/// <param name="Messages">As they were pushed.</param>
/// <param name="HasMore">Whether there are others in the direction that was asked for.</param>
public sealed record HistoryReply(IReadOnlyList<ChatPush> Messages, bool HasMore)
{
    /// <summary>Written by <see cref="ModernFrames.History"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static HistoryReply Read(JsonElement json) => new([.. json.OptionalItems("messages").Select(FindMessage).OfType<ChatPush>()], json.IsSet("more"));

    /// <summary>The bytes that all pushes of one history may have, line ends too.</summary>
    public static int Room(RequestRef requestRef, int maxFrameBytes) => maxFrameBytes - 96 - requestRef.Token.Length;

    /// <summary>Only here: in other pushes these keys are whatever the sender has written.</summary>
    static ChatPush? FindMessage(JsonElement item) => ChatPush.Find(item) is { } push ? push with { State = MessageState.Find(item), Threaded = ThreadSummary.Find(item) } : null;
}
