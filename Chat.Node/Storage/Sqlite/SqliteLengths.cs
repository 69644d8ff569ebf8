namespace Chat.Node.Storage.Sqlite;

/// <summary>
/// Pure: whether one of the database's files was cut by somebody else. SQLite writes on behind the cut, as if nothing were missing, and no
/// later start finds what is there. It shortens the log itself only to begin it anew, with another salt, and the database only by VACUUM.
/// </summary>
struct SqliteLengths
{
    ulong _salt;
    long _log;
    long _database;

    /// <summary>After each commit of this process.</summary>
    /// <param name="logBefore">The log's bytes before it.</param>
    /// <param name="log">Its bytes now.</param>
    /// <param name="header">How it begins; null if not as a log does.</param>
    /// <param name="database">The database's bytes now.</param>
    public bool IsCut(long logBefore, long log, LogHeader? header, long database)
    {
        if (database < _database)
            return true;
        _database = database;
        if (log == 0)
            return false; // another process began it anew, and nothing was written: the next commit tells
        if (header is not { Salt: var salt } || (salt == _salt && logBefore < _log))
            return true;
        (_salt, _log) = (salt, log);
        return false;
    }
}
