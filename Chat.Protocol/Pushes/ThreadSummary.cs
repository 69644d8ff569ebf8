using System.Text;
using System.Text.Json;

namespace Chat.Protocol;

/// <summary>What is known of a thread where its first message is shown in a history. A client counts on by itself: every message of the thread is pushed.</summary>
/// <param name="Replies">How many messages are in it, recalled ones too, but for the first.</param>
/// <param name="LastReply">The number of the last of them: a message of the thread above it is one more.</param>
public sealed record ThreadSummary(int Replies, long LastReply)
{
    /// <summary>The push of a message in a history, with this behind it.</summary>
    public byte[] AddTo(byte[] push) =>
        [.. push.AsSpan(0, push.Length - 2), .. Encoding.UTF8.GetBytes($",\"replies\":{Replies},\"last_reply\":{LastReply}}}\n")];

    /// <summary>Of a message in a history; null if no thread has begun with it.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static ThreadSummary? Find(JsonElement json) =>
        json.OptionalNumber("replies") is > 0 and var replies ? new ThreadSummary((int)replies, json.OptionalNumber("last_reply")) : null;
}
