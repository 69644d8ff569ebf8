using System.Buffers.Binary;

namespace Chat.Node.Storage.Sqlite;

/// <summary>The first bytes of SQLite's write-ahead log (sqlite.org/fileformat2.html, section 4.1).</summary>
/// <param name="Salt">Another one each time that the log is begun anew.</param>
readonly record struct LogHeader(ulong Salt)
{
    const int Length = 32;
    const int SaltAt = 16;
    const uint Magic = 0x377f0682; // the last bit says how its checksums are written

    /// <summary>Null if the file begins otherwise, or is shorter.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static LogHeader? Read(string path)
    {
        // SQLite takes no locks on the log itself, so closing it again gives none away.
        using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        Span<byte> header = stackalloc byte[Length];
        return RandomAccess.Read(file, header, 0) == Length && (BinaryPrimitives.ReadUInt32BigEndian(header) & ~1u) == Magic
            ? new LogHeader(BinaryPrimitives.ReadUInt64BigEndian(header[SaltAt..]))
            : null;
    }
}
