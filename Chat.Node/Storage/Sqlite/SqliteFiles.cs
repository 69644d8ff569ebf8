using Chat.Node.Telemetry;
using Microsoft.Data.Sqlite;

namespace Chat.Node.Storage.Sqlite;

/// <summary>
/// The files that this process has open are those that the database's path names: else whatever is written goes where no later start
/// finds it. A node that has lost them acknowledges nothing until they are back. Safe to use from any thread.
/// </summary>
/// <param name="file">The database's path, without links in it.</param>
/// <param name="logger">Is told once that they are gone, and once that they are back.</param>
/// <param name="named">The path that a start would follow, with its links: they may be made to lead elsewhere.</param>
sealed class SqliteFiles(string file, ILogger logger, string? named = null)
{
    /// <summary>The log and its index belong to the database: a commit is in the log first.</summary>
    static readonly string[] Suffixes = ["", "-wal", "-shm"];

    readonly byte[][] _paths = [.. Suffixes.Select(suffix => FileIdentity.Encode(file + suffix))];
    readonly byte[]? _named = named is null || named == file ? null : FileIdentity.Encode(named);
    readonly FileIdentity[] _open = new FileIdentity[Suffixes.Length];
    readonly Lock _gate = new();
    readonly Lock _closing = new();
    bool _isKnown;
    volatile bool _isLost;
    volatile bool _isCut;

    // Of the writing thread.
    SqliteLengths _lengths;
    long _logBefore;

    /// <summary>A part of what was stored is gone: the log must not be written into the database, which is whole without it.</summary>
    public bool IsCut => _isCut;

    /// <summary>After a connection was opened: the first one says which files they are, later ones have to have the same.</summary>
    /// <exception cref="StorageException">It has others.</exception>
    public void Note()
    {
        if (!OperatingSystem.IsLinux())
            return;
        lock (_gate)
        {
            if (!_isKnown && FindOpen())
                return;
        }

        Check();
    }

    /// <summary>
    /// Called before anything else. Files that are known to be lost are not written, and not read either: a reader would find messages that
    /// were committed too late, and take them for stored.
    /// </summary>
    /// <exception cref="StorageException">The files are gone.</exception>
    public void CheckIfLost()
    {
        if (_isLost || _isCut)
            Check();
    }

    /// <summary>
    /// One connection after the other: the last one writes the log into the database, and of two that close at the same moment each takes the
    /// other one for the last. Nobody could do it later if the log was removed.
    /// </summary>
    public void Close(SqliteConnection connection)
    {
        lock (_closing)
            connection.Dispose();
    }

    /// <summary>By the writing thread, before a transaction.</summary>
    public void NoteLength()
    {
        if (_isKnown)
            _logBefore = FileIdentity.Of(_paths[1])?.Size ?? 0;
    }

    /// <summary>By the writing thread, after a commit and before anybody is told of it.</summary>
    /// <exception cref="StorageException">The files are gone, or were cut: what was committed may be in none that a start would find.</exception>
    public void CheckCommitted()
    {
        Check();
        if (!_isKnown || !IsCutNow())
            return;
        _isCut = true;
        Log.DatabaseFileCut(logger, file);
        throw Cut();
    }

    bool IsCutNow()
    {
        try
        {
            // Another process may begin the log anew between two looks at it: then its beginning is there at the second one, or it is empty.
            var header = LogHeader.Read(file + Suffixes[1]);
            if (FileIdentity.Of(_paths[0]) is not { Size: var database } || FileIdentity.Of(_paths[1]) is not { Size: var log })
                return false; // gone meanwhile: the next check tells
            if (header is null && log > 0)
                header = LogHeader.Read(file + Suffixes[1]);
            return _lengths.IsCut(_logBefore, log, header, database);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // out of file descriptors, say: the next commit tells
        }
    }

    /// <exception cref="StorageException">The files are gone, or were cut.</exception>
    public void Check()
    {
        if (!_isKnown)
            return;
        if (_isCut)
            throw Cut();
        if (FindLost() is { } lost)
        {
            Lose(lost);
            throw new StorageException($"{lost} is not the file any more that this process has open");
        }

        if (_isLost)
            Recover();
    }

    /// <summary>The path that leads to another file than the one that is open, or to none.</summary>
    string? FindLost()
    {
        for (var i = 0; i < _paths.Length; i++)
        {
            if (FileIdentity.Of(_paths[i]) != _open[i])
                return file + Suffixes[i];
        }

        return _named is not null && FileIdentity.Of(_named) != _open[0] ? named : null;
    }

    /// <summary>Shell commands that copy what this process has open into the working folder.</summary>
    public static string RescueOf(IReadOnlyList<(string Name, int Descriptor)> open, int processId) =>
        string.Join("; ", open.Select(each => $"cp /proc/{processId}/fd/{each.Descriptor} {each.Name}"));

    StorageException Cut() => new($"{file} or its log was cut while this process had it open");

    bool FindOpen()
    {
        for (var i = 0; i < _paths.Length; i++)
        {
            if (FileIdentity.Of(_paths[i]) is not { } found)
                return false; // not in WAL mode: a database in memory, or a file system that cannot
            _open[i] = found;
        }

        return _isKnown = true;
    }

    void Lose(string path)
    {
        lock (_gate)
        {
            if (_isLost)
                return;
            _isLost = true;
        }

        Log.DatabaseFileLost(logger, path, RescueOf(Descriptors(), Environment.ProcessId));
    }

    void Recover()
    {
        lock (_gate)
        {
            if (!_isLost)
                return;
            _isLost = false;
        }

        Log.DatabaseFileBack(logger, file);
    }

    /// <summary>Descriptors of the database and its log. A copy needs only these.</summary>
    List<(string Name, int Descriptor)> Descriptors()
    {
        var found = new Dictionary<string, int>();
        foreach (var path in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            if (FileIdentity.Of(path) is not { } identity || !int.TryParse(Path.GetFileName(path), out var descriptor))
                continue;
            var at = Array.IndexOf(_open, identity);
            if (at is 0 or 1)
                found[Path.GetFileName(file) + Suffixes[at]] = descriptor;
        }

        return [.. found.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => (each.Key, each.Value))];
    }
}
