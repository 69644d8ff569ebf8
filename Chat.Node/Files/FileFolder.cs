using System.Security.Cryptography;
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
            var mark = Path.Combine(_root, MarkName);
            if (known is null && !makes)
                return null;
            if (known is null)
            {
                Directory.CreateDirectory(_root);
                var own = File.Exists(mark) ? (await File.ReadAllTextAsync(mark)).Trim() : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
                known = await store.FactAsync("folder", own);
                if (known == own && !File.Exists(mark))
                    await File.WriteAllTextAsync(mark, own);
            }

            return File.Exists(mark) && (await File.ReadAllTextAsync(mark)).Trim() == known
                ? null
                : $"Chat:Files:Folder {_root} is not the folder that the other nodes of this database use: all need the same one";
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

    string PathOf(string id) => FileRule.IsId(id)
        ? Path.Combine(_root, id.Substring(FileRule.IdPrefix.Length, 2), id)
        : throw new ArgumentException("no id of a file", nameof(id));
}
