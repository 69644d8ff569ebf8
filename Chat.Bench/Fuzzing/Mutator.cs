using System.Buffers.Binary;
using System.Text;

namespace Chat.Bench.Fuzzing;

/// <summary>Makes inputs of others: bits, bytes, numbers, words, parts of two. The same seed makes the same ones.</summary>
sealed class Mutator(Random random, int maxBytes, IReadOnlyList<byte[]> words)
{
    const int MaxChanges = 6;

    static readonly byte[][] Common =
    [
        [0], [0xFF], [0x80], [0x7F], "\n"u8.ToArray(), "\r\n"u8.ToArray(), "\""u8.ToArray(), "\\"u8.ToArray(), "{"u8.ToArray(), "}"u8.ToArray(), "["u8.ToArray(), "]"u8.ToArray(),
        ","u8.ToArray(), ":"u8.ToArray(), " "u8.ToArray(), "."u8.ToArray(), "-"u8.ToArray(), "="u8.ToArray(), "null"u8.ToArray(), "true"u8.ToArray(), "\"\""u8.ToArray(), "{}"u8.ToArray(),
        "0"u8.ToArray(), "-1"u8.ToArray(), "2147483647"u8.ToArray(), "2147483648"u8.ToArray(), "-2147483648"u8.ToArray(), "9223372036854775807"u8.ToArray(),
        "9223372036854775808"u8.ToArray(), "1e400"u8.ToArray(), "0.5"u8.ToArray(), "1E2"u8.ToArray(), "\\ud800"u8.ToArray(), "\\u0000"u8.ToArray(), "\\udc00\\ud800"u8.ToArray(),
        "\uFEFF"u8.ToArray(), "\u200B"u8.ToArray(), "\u0301"u8.ToArray(), "\u0323\u0301"u8.ToArray(), "\U0001F600"u8.ToArray(), "\u0130"u8.ToArray(), "\uFFFD"u8.ToArray(), [0xC3, 0x28], [0xED, 0xA0, 0x80],
    ];

    /// <summary>Another input, of one of these and perhaps a second.</summary>
    public byte[] Change(IReadOnlyList<byte[]> pool)
    {
        var bytes = new List<byte>(pool[random.Next(pool.Count)]);
        for (var changes = 1 + random.Next(MaxChanges); changes > 0; changes--)
            ChangeOnce(bytes, pool);
        if (bytes.Count > maxBytes)
            bytes.RemoveRange(maxBytes, bytes.Count - maxBytes);
        return [.. bytes];
    }

    void ChangeOnce(List<byte> bytes, IReadOnlyList<byte[]> pool)
    {
        var at = random.Next(bytes.Count + 1);
        switch (random.Next(11))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2 when at < bytes.Count:
                bytes.RemoveRange(at, random.Next(1, Math.Min(16, bytes.Count - at) + 1));
                break;
            case 3 when at < bytes.Count:
                Repeat(bytes, at);
                break;
            case 4:
                bytes.InsertRange(at, Common[random.Next(Common.Length)]);
                break;
            case 5 or 6 when words.Count > 0:
                bytes.InsertRange(at, words[random.Next(words.Count)]);
                break;
            case 7:
                ChangeNumber(bytes);
                break;
            case 8:
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(EndOf(pool[random.Next(pool.Count)]));
                break;
            case 9 when at < bytes.Count:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            default:
                Overwrite(bytes, at);
                break;
        }
    }

    /// <summary>A part many times: what costs more than its bytes shows.</summary>
    void Repeat(List<byte> bytes, int at)
    {
        var part = bytes.GetRange(at, random.Next(1, Math.Min(32, bytes.Count - at) + 1));
        var times = random.Next(8) == 0 ? random.Next(1, maxBytes / part.Count + 1) : random.Next(1, 4);
        var room = Math.Max(0, maxBytes - bytes.Count);
        bytes.InsertRange(at, Enumerable.Repeat(part, times).SelectMany(each => each).Take(room).ToList());
    }

    /// <summary>A run of digits becomes another one.</summary>
    void ChangeNumber(List<byte> bytes)
    {
        var from = bytes.FindIndex(random.Next(bytes.Count + 1), value => char.IsAsciiDigit((char)value));
        if (from < 0)
            return;
        var to = from;
        while (to < bytes.Count && char.IsAsciiDigit((char)bytes[to]))
            to++;
        bytes.RemoveRange(from, to - from);
        bytes.InsertRange(from, Encoding.ASCII.GetBytes(random.Next(3) switch
        {
            0 => random.Next(200).ToString(),
            1 => (long.MaxValue >> random.Next(63)).ToString(),
            _ => (1L << random.Next(63)).ToString(),
        }));
    }

    /// <summary>A binary number.</summary>
    void Overwrite(List<byte> bytes, int at)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, random.Next(4) switch { 0 => int.MaxValue >> random.Next(31), 1 => -1 << random.Next(31), 2 => random.Next(300), _ => random.Next() });
        var count = 1 << random.Next(3);
        for (var i = 0; i < count && at + i < bytes.Count; i++)
            bytes[at + i] = number[4 - count + i];
    }

    byte[] EndOf(byte[] other) => other[random.Next(other.Length + 1)..];
}
