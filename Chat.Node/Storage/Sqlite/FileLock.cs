using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Chat.Node.Storage.Sqlite;

/// <summary>
/// A lock between processes that ends with its process, however that ends: flock(2) on a file of its own. .NET's own file locks
/// cannot wait, and its named mutexes live in <c>/tmp</c>, which two containers do not share.
/// </summary>
sealed class FileLock : IDisposable
{
    const int Exclusive = 2;
    const int WithoutWaiting = 4;
    const int Unlock = 8;
    const int ReadOnly = 0;
    const int CloseOnExec = 0x80000; // a child process must not go on holding it
    const int Interrupted = 4;

    readonly SafeFileHandle _file;

    FileLock(SafeFileHandle file) => _file = file;

    /// <summary>Makes the file if it is not there. Everybody who may read it may lock it.</summary>
    /// <exception cref="IOException">It cannot be made or opened.</exception>
    public static FileLock Open(string path)
    {
        if (!File.Exists(path))
            Make(path);
        // Not by FileStream: that takes a lock when it opens a file, and fails while somebody else has one.
        var file = NativeOpen(path, ReadOnly | CloseOnExec);
        if (file.IsInvalid)
            throw new IOException($"cannot open {path}", new Win32Exception(Marshal.GetLastPInvokeError()));
        return new FileLock(file);
    }

    /// <summary>False when somebody else has it.</summary>
    public bool TryTake() => NativeLock(_file, Exclusive | WithoutWaiting) == 0;

    /// <summary>Waits for it, without end. False when this file cannot be locked at all.</summary>
    public bool Take()
    {
        while (NativeLock(_file, Exclusive) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
                return false;
        }

        return true;
    }

    public void Release() => _ = NativeLock(_file, Unlock);

    public void Dispose() => _file.Dispose();

    static void Make(string path)
    {
        try
        {
            File.Open(path, FileMode.OpenOrCreate).Dispose();
        }
        catch (IOException) when (File.Exists(path))
        {
            // another process has made it meanwhile, and has it locked
        }
    }

    // Without the mode that a new file would need: a function with a variable number of arguments cannot be called cleanly.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern SafeFileHandle NativeOpen([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int NativeLock(SafeFileHandle file, int operation);
}
