using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Chat.Protocol;

/// <summary>
/// A chat as the legacy servers deliver it: one JSON object, compact, keys in alphabetical order, raw UTF-8, without
/// anything that this project adds. The bytes are what a legacy client receives, what the log and the offline queue
/// store, and the front of the modern push.
/// </summary>
/// <param name="Bytes">The object.</param>
/// <param name="TimeOffset">Where the 19 characters of <c>time</c> are to be stamped, or 0 when the sender gave one.</param>
public readonly record struct ChatBody(ReadOnlyMemory<byte> Bytes, int TimeOffset)
{
    internal const string TimeFormat = "yyyy-MM-dd HH:mm:ss";

    static StampedSecond? _lastTime;

    /// <summary>The bytes with the server's time in place; the original stays as it is.</summary>
    /// <param name="ts">Milliseconds since 1970, UTC.</param>
    public ReadOnlyMemory<byte> Stamp(long ts)
    {
        if (TimeOffset == 0)
            return Bytes;
        var copy = Bytes.ToArray();
        TimeOf(ts).CopyTo(copy.AsSpan(TimeOffset));
        return copy;
    }

    /// <summary>The same object with another text.</summary>
    public ChatBody WithText(string text)
    {
        var bytes = ChangedBody.WithText(Bytes.Span, text);
        return new ChatBody(bytes, TimeOffset == 0 ? 0 : TimeOffset + bytes.Length - Bytes.Length); // "time" is behind "msg"
    }

    /// <summary>Made once for all messages of a second.</summary>
    static ReadOnlySpan<byte> TimeOf(long ts)
    {
        var second = ts / 1000;
        if (_lastTime is not { } last || last.Second != second)
        {
            var text = new byte[TimeFormat.Length];
            DateTimeOffset.FromUnixTimeSeconds(second).TryFormat(text, out _, TimeFormat, CultureInfo.InvariantCulture);
            _lastTime = last = new StampedSecond(second, text);
        }

        return last.Text;
    }

    sealed record StampedSecond(long Second, byte[] Text);

    /// <summary>
    /// The push of the modern protocol: the body with our own keys behind its own, and a line end.
    /// </summary>
    /// <param name="body">A canonical body.</param>
    /// <param name="conversation">Where it belongs, if known.</param>
    /// <param name="cmid">The sender's message id, if it gave one.</param>
    /// <param name="seq">The number in the conversation; 0 without a history.</param>
    /// <param name="ts">Milliseconds since 1970, UTC; 0 when unknown.</param>
    /// <param name="offlineId">The row of the offline queue, for a queued message that has no number.</param>
    /// <param name="references">What the message refers to (<see cref="MessageReferences.ToBytes"/>), for clients of version 3.</param>
    public static byte[] ToPush(
        ReadOnlySpan<byte> body, ConversationId? conversation, string? cmid, long seq, long ts, long offlineId = 0, ReadOnlySpan<byte> references = default)
    {
        var cmidToken = cmid is null ? default : JsonText.Quote(cmid).AsSpan();
        Span<byte> tail = stackalloc byte[160 + cmidToken.Length];
        var at = 0;
        if (cmid is not null)
        {
            Put(tail, ref at, ",\"cmid\":"u8);
            Put(tail, ref at, cmidToken);
        }

        if (conversation is { } id)
        {
            Put(tail, ref at, ",\"conversation\":\""u8);
            at += PutConversation(tail[at..], id);
            Put(tail, ref at, "\""u8);
        }

        PutNumber(tail, ref at, ",\"offline\":"u8, offlineId);
        PutNumber(tail, ref at, ",\"seq\":"u8, seq);
        PutNumber(tail, ref at, ",\"ts\":"u8, ts);
        var keys = references.IsEmpty ? default : references[1..^1]; // the members alone
        var size = body.Length - 1 + at + (keys.IsEmpty ? 0 : keys.Length + 1) + 2;
        var push = GC.AllocateUninitializedArray<byte>(size);
        var end = 0;
        Put(push, ref end, body[..^1]);
        Put(push, ref end, tail[..at]);
        if (!keys.IsEmpty)
        {
            Put(push, ref end, ","u8);
            Put(push, ref end, keys);
        }

        Put(push, ref end, "}\n"u8);
        return push;
    }

    internal static int PutConversation(Span<byte> target, ConversationId id)
    {
        var at = 0;
        if (id.IsGroup)
        {
            Put(target, ref at, "g:"u8);
        }
        else
        {
            Put(target, ref at, "d:"u8);
            Utf8Formatter.TryFormat(id.A, target[at..], out var digits);
            at += digits;
            Put(target, ref at, ":"u8);
        }

        Utf8Formatter.TryFormat(id.B, target[at..], out var written);
        return at + written;
    }

    internal static void PutNumber(Span<byte> target, ref int at, ReadOnlySpan<byte> key, long value)
    {
        if (value == 0)
            return;
        Put(target, ref at, key);
        Utf8Formatter.TryFormat(value, target[at..], out var written);
        at += written;
    }

    internal static void Put(Span<byte> target, ref int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(target[at..]);
        at += bytes.Length;
    }

    /// <inheritdoc />
    public override string ToString() => Encoding.UTF8.GetString(Bytes.Span);
}
