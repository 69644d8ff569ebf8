using System.Buffers;
using System.Text;
using Chat.Protocol;

namespace Chat.Node.Serialization;

/// <summary>Writes the fields of a message: variable-length integers, length-prefixed bytes and UTF-8.</summary>
sealed class WireWriter
{
    readonly ArrayBufferWriter<byte> _buffer = new(256);

    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

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

    public void Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    public void OptionalText(string? value)
    {
        Bool(value is not null);
        if (value is not null)
            Text(value);
    }

    public void Id(ConversationId id)
    {
        Long(id.A);
        Long(id.B);
    }
}

/// <summary>Reads what <see cref="WireWriter"/> wrote.</summary>
sealed class WireReader(byte[] bytes)
{
    int _at;

    public bool Bool() => Long() != 0;

    public int Int() => checked((int)Long());

    public long Long()
    {
        ulong bits = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[_at++];
            bits |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return (long)(bits >> 1) ^ -(long)(bits & 1);
        }
    }

    public byte[] Bytes()
    {
        var length = Int();
        var value = bytes.AsSpan(_at, length).ToArray();
        _at += length;
        return value;
    }

    public byte[]? OptionalBytes() => Bool() ? Bytes() : null;

    public string Text() => Encoding.UTF8.GetString(Bytes());

    public string? OptionalText() => Bool() ? Text() : null;

    public ConversationId Id() => ConversationId.FromStored(Int(), Int());
}
