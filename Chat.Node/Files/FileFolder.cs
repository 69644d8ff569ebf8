using System.Security.Cryptography;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Files;

/// <summary>
/// The bytes of files, in a folder: one file each, by id, spread over 256 folders. Every node needs the same folder. A mark in it, which the database knows
/// too, tells a node that has another one.
/// </summary>
sealed class FileFolder(FileSettings settings, FileStore store)
{
    const string MarkName = "chatactors-files";
    const string Parts = "parts";

    readonly string _root = Path.GetFullPath(settings.Folder);

    /// <summary>What is wrong with the folder; null: nothing.</summary>
    /// <param name="makes">Whether files are to be written: then it is made, and marked, if the cluster has none yet.</param>
    /// <exception cref="StorageException">The database does not answer.</exception>
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

    /// <summary>A file of its own for bytes that are still coming.</summary>
    /// <exception cref="IOException">There is no room, or no right.</exception>
    public FileStream NewPart(string id)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, Parts));
        var path = Path.Combine(folder.FullName, $"{id}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}");
        return new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, Options = FileOptions.Asynchronous, BufferSize = 0 });
    }

    /// <summary>All bytes are there and on the disk: the file gets its name.</summary>
    public void Finish(string part, string id)
    {
        var path = PathOf(id);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(part, path, overwrite: true);
    }

    /// <summary>Null: it is not there.</summary>
    public FileStream? TryOpen(string id)
    {
        try
        {
            return new FileStream(PathOf(id), new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan, Share = FileShare.ReadWrite | FileShare.Delete });
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Also if it is not there.</summary>
    public void Delete(string id)
    {
        var path = PathOf(id);
        if (File.Exists(path))
            File.Delete(path);
    }

    /// <summary>Deletes parts that nobody writes any more.</summary>
    public void DeleteParts(DateTimeOffset before)
    {
        var folder = new DirectoryInfo(Path.Combine(_root, Parts));
        if (!folder.Exists)
            return;
        foreach (var part in folder.EnumerateFiles().Where(part => part.LastWriteTimeUtc < before.UtcDateTime))
            part.Delete();
    }

    string PathOf(string id) => FileRule.IsId(id)
        ? Path.Combine(_root, id.Substring(FileRule.IdPrefix.Length, 2), id)
        : throw new ArgumentException("no id of a file", nameof(id));
}
