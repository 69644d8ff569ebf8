using System.Security.Cryptography;
using Chat.Node.Settings;

namespace Chat.Node.Files;

/// <summary>Files that are still coming: each in a file of its own on this machine.</summary>
sealed class FileParts(FileSettings settings)
{
    readonly string _folder = Path.Combine(Path.GetFullPath(settings.Folder), "parts");

    /// <exception cref="IOException">There is no room, or no right.</exception>
    public FileStream New(string id)
    {
        var folder = Directory.CreateDirectory(_folder);
        var path = Path.Combine(folder.FullName, $"{id}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}");
        return new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, Options = FileOptions.Asynchronous, BufferSize = 0 });
    }

    /// <summary>Deletes those that nobody writes any more.</summary>
    public void DeleteOld(DateTimeOffset before)
    {
        var folder = new DirectoryInfo(_folder);
        if (!folder.Exists)
            return;
        foreach (var part in folder.EnumerateFiles().Where(part => part.LastWriteTimeUtc < before.UtcDateTime))
            part.Delete();
    }
}
