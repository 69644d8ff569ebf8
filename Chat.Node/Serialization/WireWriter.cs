using System.Buffers;
using System.Text;
using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Serialization;

/// <summary>Writes the fields of a message: variable-length integers, length-prefixed bytes and UTF-8.</summary>
sealed class WireWriter
{
    /// <summary>What grew larger than this for one message is not kept for the next.</summary>
    const int MaxKept = 64 * 1024;

    [ThreadStatic]
    static WireWriter? _ofThisThread;

    ArrayBufferWriter<byte> _buffer = new(256);

    /// <summary>Chat messages are written there, and only their place here; null: they are written here.</summary>
    public SharedMessages? Shared { get; set; }

    public int Length => _buffer.WrittenCount;

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    /// <summary>An empty one, until this thread asks for it again.</summary>
    public static WireWriter OfThisThread()
    {
        var writer = _ofThisThread ??= new WireWriter();
        writer.Clear();
        return writer;
    }

    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    public void Clear()
    {
        Shared = null;
        if (_buffer.Capacity > MaxKept)
            _buffer = new ArrayBufferWriter<byte>(256);
        else
            _buffer.ResetWrittenCount();
    }

    public void Bool(bool value) => Long(value ? 1 : 0);

    public void Long(long value)
    {
        // Zigzag: small negative numbers stay small.
        var bits = (ulong)((value << 1) ^ (value >> 63));
        var span = _buffer.GetSpan(10);
        var length = 0;
        while (bits >= 0x80)
        {
            span[length++] = (byte)(bits | 0x80);
            bits >>= 7;
        }

        span[length++] = (byte)bits;
        _buffer.Advance(length);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Long(value.Length);
        _buffer.Write(value);
    }

    public void OptionalBytes(byte[]? value)
    {
        Bool(value is not null);
        if (value is not null)
            Bytes(value);
    }

    public void Text(string value)
    {
        Long(Encoding.UTF8.GetByteCount(value));
        Encoding.UTF8.GetBytes(value, _buffer);
    }

    public void OptionalText(string? value)
    {
        Bool(value is not null);
        if (value is not null)
            Text(value);
    }

    /// <summary>At the end of a message, where there is something: readers that do not know of it pass over it.</summary>
    public void Rest(ReadOnlyMemory<byte> value)
    {
        if (!value.IsEmpty)
            Bytes(value.Span);
    }

    /// <summary>The same with a traceparent behind it, where there is one.</summary>
    public void Rest(ReadOnlyMemory<byte> value, string? trace)
    {
        if (trace is null)
        {
            Rest(value);
            return;
        }

        Bytes(value.Span); // also if there is nothing: it stands in front
        Text(trace);
    }

    public void Id(ConversationId id)
    {
        Long(id.A);
        Long(id.B);
    }

    /// <param name="message">Always the last part of what it is in.</param>
    /// <param name="trace">Behind it, where there is one: readers that do not know of it pass over it.</param>
    public void Message(AcceptedMessage message, string? trace = null)
    {
        if (Shared is { } shared)
        {
            var place = shared.PlaceOf(message);
            if (place < 0)
            {
                place = shared.Count;
                shared.Add(message);
            }

            Long(place);
            if (trace is not null)
                Text(trace);
            return;
        }

        Id(message.Conversation);
        Long(message.Seq);
        Long(message.Sender);
        Text(message.Cmid);
        Long(message.Ts);
        Bytes(message.Body.Span);
        Long(message.OriginSession);
        Rest(message.References, trace);
    }
}
