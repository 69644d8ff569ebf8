using System.Runtime.InteropServices;
using System.Text;

namespace Chat.Node.Storage.Sqlite;

/// <summary>Which file it is, whatever its names are: device and inode. Linux alone says it in one way on all machines (statx).</summary>
/// <param name="Device">Major and minor number.</param>
/// <param name="Inode">Its number there.</param>
/// <param name="Links">How many names it has; no part of what it is.</param>
/// <param name="Size">Bytes; no part of what it is.</param>
readonly record struct FileIdentity(ulong Device, ulong Inode, uint Links, long Size)
{
    const int CurrentFolder = -100;
    const int Length = 256;

    public bool Equals(FileIdentity other) => Device == other.Device && Inode == other.Inode;

    public override int GetHashCode() => HashCode.Combine(Device, Inode);

    /// <summary>The bytes of a path, as <see cref="Of(byte[])"/> takes it.</summary>
    public static byte[] Encode(string path) => [.. Encoding.UTF8.GetBytes(path), 0];

    /// <summary>Null when there is no such file, or nobody can say.</summary>
    public static FileIdentity? Of(string path) => Of(Encode(path));

    /// <inheritdoc cref="Of(string)" />
    public static FileIdentity? Of(byte[] path)
    {
        Span<byte> answer = stackalloc byte[Length];
        if (NativeStat(CurrentFolder, ref MemoryMarshal.GetArrayDataReference(path), 0, 0x304, ref MemoryMarshal.GetReference(answer)) != 0)
            return null;
        // The layout is the kernel's, the same on every machine: links at 16, inode at 32, size at 40, device at 136.
        return new FileIdentity(
            MemoryMarshal.Read<ulong>(answer[136..]), MemoryMarshal.Read<ulong>(answer[32..]), MemoryMarshal.Read<uint>(answer[16..]),
            MemoryMarshal.Read<long>(answer[40..]));
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int NativeStat(int folder, ref byte path, int flags, uint mask, ref byte answer);
}
