using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Chat.Bench.Load;

/// <summary>
/// epoll of Linux, used directly: the runtime's own socket thread would cost more than the messages themselves. Waits
/// in nanoseconds where the kernel can, else in milliseconds.
/// </summary>
sealed partial class EpollPoller : IPoller
{
    const int MaxEvents = 512;
    const uint In = 1;
    const uint Out = 4;
    const int Add_ = 1;
    const int Remove_ = 2;
    const int Change_ = 3;
    const int CloseOnExec = 0x80000;
    const int NoSuchCall = 38;

    // The kernel packs the structure on x86 only.
    static readonly int EventBytes = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 12 : 16;

    readonly int _epoll;
    readonly byte[] _events = new byte[MaxEvents * 16];
    bool _hasNanoseconds = true;

    public EpollPoller()
    {
        _epoll = Create(CloseOnExec);
        if (_epoll < 0)
            throw new InvalidOperationException($"epoll_create1 failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    public void Add(Socket socket, int index) => Control(Add_, socket, index, In);

    public void WatchWriting(Socket socket, int index, bool isWatched) => Control(Change_, socket, index, isWatched ? In | Out : In);

    public void Remove(Socket socket, int index) => Control(Remove_, socket, index, 0);

    public unsafe int Wait(Span<PollEvent> events, long ticks)
    {
        var most = Math.Min(events.Length, MaxEvents);
        int count;
        fixed (byte* buffer = _events)
            count = Wait(buffer, most, Math.Max(0, ticks));
        for (var i = 0; i < count; i++)
        {
            var item = _events.AsSpan(i * EventBytes);
            var flags = BinaryPrimitives.ReadUInt32LittleEndian(item);
            var index = BinaryPrimitives.ReadInt32LittleEndian(item[(EventBytes - 8)..]);
            // An error or a hang-up is found by reading.
            events[i] = new(index, (flags & ~Out) != 0, (flags & Out) != 0);
        }

        return Math.Max(0, count);
    }

    public void Dispose() => _ = Close(_epoll);

    unsafe int Wait(byte* buffer, int most, long ticks)
    {
        if (_hasNanoseconds)
        {
            var nanoseconds = (long)(ticks * (1e9 / Stopwatch.Frequency));
            var time = stackalloc long[2];
            (time[0], time[1]) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
            try
            {
                var count = WaitNanoseconds(_epoll, buffer, most, time, 0);
                if (count >= 0 || Marshal.GetLastPInvokeError() != NoSuchCall)
                    return count;
            }
            catch (EntryPointNotFoundException)
            {
                // an older C library
            }

            _hasNanoseconds = false;
        }

        return WaitMilliseconds(_epoll, buffer, most, (int)(ticks * 1000 / Stopwatch.Frequency));
    }

    unsafe void Control(int operation, Socket socket, int index, uint flags)
    {
        var item = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(new Span<byte>(item, 4), flags);
        BinaryPrimitives.WriteInt64LittleEndian(new Span<byte>(item + EventBytes - 8, 8), index);
        if (Control(_epoll, operation, (int)socket.SafeHandle.DangerousGetHandle(), item) < 0)
            throw new InvalidOperationException($"epoll_ctl failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Control(int epoll, int operation, int descriptor, byte* item);

    [LibraryImport("libc", EntryPoint = "epoll_pwait2", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int WaitNanoseconds(int epoll, byte* events, int most, long* time, nint signals);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int WaitMilliseconds(int epoll, byte* events, int most, int milliseconds);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
