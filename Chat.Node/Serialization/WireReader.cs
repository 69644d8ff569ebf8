using System.Runtime.Serialization;
using System.Text;
using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Serialization;

/// <summary>
/// Reads what <see cref="WireWriter"/> wrote. Of bytes that are something else each method throws a <see cref="SerializationException"/>, and nothing else:
/// of any other exception Akka.Remote ends the connection between the two nodes.
/// </summary>
sealed class WireReader(ReadOnlyMemory<byte> bytes)
{
    const int BitsOfLong = 64;

    int _at;

    public bool IsAtEnd => _at == bytes.Length;

    /// <inheritdoc cref="WireWriter.Shared" />
    public SharedMessages? Shared { get; init; }

    public bool Bool() => Long() != 0;

    public int Int()
    {
        var value = Long();
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Broken("a number is larger than its field");
    }

    public long Long()
    {
        ulong bits = 0;
        var span = bytes.Span;
        for (var shift = 0; shift < BitsOfLong; shift += 7)
        {
            if (_at >= span.Length)
                throw Broken("it ends too early");
            var next = span[_at++];
            bits |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return (long)(bits >> 1) ^ -(long)(bits & 1);
        }

        throw Broken("a number has no end");
    }

    /// <summary>How many entries follow: no more than there are bytes for, so that nobody makes room for what is not there.</summary>
    /// <param name="leastBytes">The fewest that an entry has.</param>
    public int Count(int leastBytes = 1)
    {
        var count = Int();
        return count >= 0 && count <= (bytes.Length - _at) / leastBytes ? count : throw Broken("a list is longer than the message");
    }

    public byte[] Bytes() => Slice().ToArray();

    /// <summary>The same without a copy.</summary>
    public ReadOnlyMemory<byte> Slice()
    {
        var length = Count();
        var value = bytes.Slice(_at, length);
        _at += length;
        return value;
    }

    public byte[]? OptionalBytes() => Bool() ? Bytes() : null;

    public string Text() => Encoding.UTF8.GetString(Slice().Span);

    public string? OptionalText() => Bool() ? Text() : null;

    public ConversationId Id()
    {
        var (a, b) = (Int(), Int());
        return a >= 0 && b > 0 ? ConversationId.FromStored(a, b) : throw Broken("a conversation has no such number");
    }

    /// <summary>What <see cref="WireWriter.Rest(ReadOnlyMemory{byte})"/> has written, or nothing.</summary>
    public ReadOnlyMemory<byte> Rest() => IsAtEnd ? default : Bytes();

    /// <summary>The traceparent behind everything else; null where there is none.</summary>
    public string? Trace() => IsAtEnd ? null : Text();

    /// <summary>Always the last part of what it is in, but for a <see cref="Trace"/>.</summary>
    public AcceptedMessage Message()
    {
        if (Shared is not { } shared)
            return new(Id(), Long(), Int(), Text(), Long(), Bytes(), Long()) { References = Rest() };
        var place = Int();
        return place >= 0 && place < shared.Count ? shared[place] : throw Broken("a message is meant that was not sent");
    }

    public static SerializationException Broken(string problem) => new($"these are no bytes of this kind of message: {problem}");
}
