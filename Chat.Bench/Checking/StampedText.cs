using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Numerics;

namespace Chat.Bench.Checking;

/// <summary>
/// The text of a message: a stamp of fixed width, a checksum over everything behind the checksum, and a filling that is another one for
/// every message. Letters and digits only, so that no server has a reason to write it differently and a receiver finds it
/// without a JSON parser. Pure.
/// <code>~b1 CHECKSUM(8) RUN(8) FLOW(6) NUMBER(8) INTENDED(16) filling…   (hexadecimal, without the spaces)</code>
/// </summary>
static class StampedText
{
    public const int MinBytes = 64;
    public const int MaxBytes = 16 * 1024;

    const int ChecksumAt = 3;
    const int CheckedFrom = ChecksumAt + 8;
    const int RunAt = CheckedFrom;
    const int FlowAt = RunAt + 8;
    const int NumberAt = FlowAt + 6;
    const int IntendedAt = NumberAt + 8;
    const int FillingAt = IntendedAt + 16;
    const int FillingMask = 0xFFFF;
    static readonly byte[] Filling = CreateFilling();

    static ReadOnlySpan<byte> Magic => "~b1"u8;

    /// <summary>Fills <paramref name="text"/>, whose length is the size of the message.</summary>
    public static void Write(Span<byte> text, in Stamp stamp)
    {
        Magic.CopyTo(text);
        WriteHex(text.Slice(RunAt, 8), stamp.Run);
        WriteHex(text.Slice(FlowAt, 6), (ulong)stamp.Flow);
        WriteHex(text.Slice(NumberAt, 8), (ulong)stamp.Number);
        WriteHex(text.Slice(IntendedAt, 16), (ulong)stamp.Intended);
        var from = (int)((stamp.Number * 31 + stamp.Flow * 977) & FillingMask);
        Filling.AsSpan(from, text.Length - FillingAt).CopyTo(text[FillingAt..]);
        WriteHex(text.Slice(ChecksumAt, 8), Checksum(text[CheckedFrom..]));
    }

    /// <summary>Looks for the text of a message in a frame, up to the closing quotation mark.</summary>
    public static StampStatus TryRead(ReadOnlySpan<byte> frame, out Stamp stamp)
    {
        stamp = default;
        var at = frame.IndexOf(Magic);
        if (at < 0)
            return StampStatus.Absent;
        var text = frame[at..];
        var length = text.IndexOf((byte)'"');
        if (length < FillingAt)
            return StampStatus.Corrupt;
        text = text[..length];
        if (ReadHex(text.Slice(ChecksumAt, 8)) != Checksum(text[CheckedFrom..]))
            return StampStatus.Corrupt;
        stamp = new(
            (uint)ReadHex(text.Slice(RunAt, 8)), (int)ReadHex(text.Slice(FlowAt, 6)), (long)ReadHex(text.Slice(NumberAt, 8)),
            (long)ReadHex(text.Slice(IntendedAt, 16)));
        return StampStatus.Valid;
    }

    public static void WriteHex(Span<byte> destination, ulong value) =>
        Utf8Formatter.TryFormat(value, destination, out _, new StandardFormat('x', (byte)destination.Length));

    /// <summary>0 if it is none: the checksum tells.</summary>
    public static ulong ReadHex(ReadOnlySpan<byte> source) =>
        Utf8Parser.TryParse(source, out ulong value, out var length, 'x') && length == source.Length ? value : 0;

    static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var checksum = 0xFFFFFFFF;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            checksum = BitOperations.Crc32C(checksum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes)
            checksum = BitOperations.Crc32C(checksum, value);
        return ~checksum;
    }

    static byte[] CreateFilling()
    {
        var random = new Random(20260102);
        var letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"u8.ToArray();
        return random.GetItems(letters, FillingMask + 1 + MaxBytes);
    }
}
