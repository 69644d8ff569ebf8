namespace Chat.Client.Terminal;

/// <summary>Puts what somebody else has sent into a folder: nothing that is there is overwritten, and nothing is put elsewhere.</summary>
static class FileSaving
{
    const int MaxNumber = 999;

    static readonly char[] Forbidden = ['/', '\\', ':', '*', '?', '"', '<', '>', '|'];

    /// <summary>Saves a file under its name, or with a number behind it where there is one of this name already.</summary>
    /// <param name="folder">It is there.</param>
    /// <param name="name">As its sender calls it.</param>
    /// <param name="download">Writes the bytes.</param>
    /// <returns>Where it is now.</returns>
    /// <exception cref="CommandException">The folder does not take it.</exception>
    public static async Task<string> SaveAsync(string folder, string name, Func<Stream, Task> download)
    {
        var part = Path.Combine(folder, $".{Guid.NewGuid():N}.part");
        try
        {
            await using (var content = new FileStream(part, FileMode.CreateNew, FileAccess.Write))
                await download(content);
            return Place(part, folder, SafeName(name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"\"{folder}\" does not take the file: {e.Message}");
        }
        finally
        {
            Remove(part);
        }
    }

    /// <summary>A name for this folder alone: not hidden, without a path, not empty.</summary>
    public static string SafeName(string name)
    {
        var safe = new string([.. name.Select(c => char.IsControl(c) || Forbidden.Contains(c) ? '_' : c)]).TrimStart('.', ' ').TrimEnd('.', ' ');
        return safe.Length > 0 ? safe : "file";
    }

    static string Place(string part, string folder, string name)
    {
        for (var number = 0; number <= MaxNumber; number++)
        {
            var path = Path.Combine(folder, number == 0 ? name : $"{Path.GetFileNameWithoutExtension(name)} ({number}){Path.GetExtension(name)}");
            if (IsThere(path))
                continue;
            try
            {
                File.Move(part, path, overwrite: false);
                return path;
            }
            catch (IOException) when (IsThere(path))
            {
                // Somebody was quicker.
            }
        }

        throw new CommandException($"there are {MaxNumber} files called \"{name}\" in \"{folder}\" already");
    }

    /// <summary>A link that leads nowhere is there too.</summary>
    static bool IsThere(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;

    static void Remove(string part)
    {
        try
        {
            File.Delete(part);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is a hidden file: nothing of the user's.
        }
    }
}
