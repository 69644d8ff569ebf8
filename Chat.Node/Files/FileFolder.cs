using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Files;

/// <summary>
/// The bytes of files, in a folder: one file each, by id, spread over 256 folders. Every node needs the same folder. A mark in it, which the database knows
/// too, tells a node that has another one.
/// </summary>
sealed class FileFolder(FileSettings settings, FileStore store) : IFileBytes
{
    const string MarkName = "chatactors-files";

    readonly string _root = Path.GetFullPath(settings.Folder);

    /// <summary>A folder tells no more than <see cref="ProblemAsync"/> does.</summary>
    public Task CheckAsync() => Task.CompletedTask;

    public async Task<string?> ProblemAsync(bool makes)
    {
        try
        {
            var known = await store.FactAsync("folder");
            if (known is null && !makes)
            {
                await TryAsync();
                return null;
            }

            var found = await ReadMarkAsync();
            if (found is "" || known is null && found is null)
            {
                // In the folder first: a mark that could not be written leaves nothing that a later try would take for another folder. An empty one
                // is what a full disk has left.
                await WriteMarkAsync(known ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
                found = await ReadMarkAsync() ?? throw new IOException($"{MarkName} was written, and is not there");
            }

            known ??= await store.FactAsync("folder", found!);
            return found == known
                ? null
                : $"Chat:Files:Folder {_root} is not the folder that the other nodes of this database use: all need the same one, with the file {MarkName} as it was made";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"Chat:Files:Folder {_root} cannot be used: {e.Message}";
        }
    }

    /// <summary>They are on the disk of the folder already: the file gets its name.</summary>
    public Task FinishAsync(string part, StoredFile file, CancellationToken cancelled)
    {
        var path = PathOf(file.Id);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(part, path, overwrite: true);
        return Task.CompletedTask;
    }

    public Task<Stream?> OpenAsync(StoredFile file, ByteRange range, CancellationToken cancelled)
    {
        try
        {
            var stream = new FileStream(PathOf(file.Id), new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan, Share = FileShare.ReadWrite | FileShare.Delete });
            if (stream.Length == file.Size)
            {
                stream.Position = range.From;
                return Task.FromResult<Stream?>(stream);
            }

            stream.Dispose();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // as a file of another size
        }

        return Task.FromResult<Stream?>(null);
    }

    public Task DeleteAsync(string id)
    {
        var path = PathOf(id);
        if (File.Exists(path))
            File.Delete(path);
        return Task.CompletedTask;
    }

    /// <summary>Whether a file can be written here, before anybody sends one.</summary>
    async Task TryAsync()
    {
        Directory.CreateDirectory(_root);
        await using var stream = new FileStream(
            Path.Combine(_root, $"{MarkName}.{Guid.NewGuid():N}"), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose });
    }

    async Task<string?> ReadMarkAsync()
    {
        var path = Path.Combine(_root, MarkName);
        return File.Exists(path) ? (await File.ReadAllTextAsync(path)).Trim() : null;
    }

    /// <summary>As a whole or not at all. Of two nodes that do so at once, one mark stays, and both read it afterwards.</summary>
    async Task WriteMarkAsync(string mark)
    {
        Directory.CreateDirectory(_root);
        var path = Path.Combine(_root, MarkName);
        var draft = $"{path}.{Guid.NewGuid():N}";
        try
        {
            await using (var stream = new FileStream(draft, FileMode.CreateNew, FileAccess.Write))
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(mark));
                stream.Flush(flushToDisk: true);
            }

            if (IsEmpty(path))
                File.Move(draft, path, overwrite: true);
            else if (!OperatingSystem.IsWindows() && Link(draft, path) == 0)
                return; // File.Move looks first and renames then: it would replace the mark that another node has made in between
            else
                File.Move(draft, path); // there are file systems without links
        }
        catch (IOException) when (File.Exists(path) && !IsEmpty(path))
        {
            // the other node's
        }
        finally
        {
            File.Delete(draft);
        }
    }

    static bool IsEmpty(string path) => File.Exists(path) && new FileInfo(path).Length == 0;

    /// <summary>0: the file has the second name too. Anything else: it has not, as when that name is taken.</summary>
    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string file, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    string PathOf(string id) => FileRule.IsId(id)
        ? Path.Combine(_root, id.Substring(FileRule.IdPrefix.Length, 2), id)
        : throw new ArgumentException("no id of a file", nameof(id));
}
