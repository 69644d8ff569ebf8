using MySqlConnector;

namespace Chat.Node.Storage.MySql;

/// <summary>The meaning of the server's error numbers for us.</summary>
static class MySqlErrors
{
    /// <summary>The statement, not the server, is at fault, and others may do better.</summary>
    public static bool IsOfStatement(MySqlException e) => e.ErrorCode is MySqlErrorCode.DuplicateKeyEntry || IsMisfit(e);

    /// <summary>Somebody holds a lock for longer than we wait.</summary>
    public static bool IsLocked(MySqlException e) => e.ErrorCode == MySqlErrorCode.LockWaitTimeout;

    /// <summary>The server, or the way to it, has gone away.</summary>
    public static bool IsConnectionLost(MySqlException e) =>
        e.ErrorCode is MySqlErrorCode.UnableToConnectToHost or MySqlErrorCode.None or MySqlErrorCode.ServerShutdown
            or MySqlErrorCode.NormalShutdown or (MySqlErrorCode)1927 // MariaDB: connection was killed
            or (MySqlErrorCode)4031 // MySQL: disconnected by the server because of inactivity
        || e.InnerException is IOException or System.Net.Sockets.SocketException;

    /// <summary>The server has become a replica: after a change of roles the same name may lead to another one.</summary>
    public static bool IsReadOnly(MySqlException e) => e.ErrorCode is MySqlErrorCode.OptionPreventsStatement or (MySqlErrorCode)1836; // read-only mode

    /// <summary>A Galera server that has lost its cluster, or is not in it yet: it has not begun with the statement.</summary>
    public static bool IsWithoutCluster(MySqlException e) =>
        e.ErrorCode == MySqlErrorCode.UnknownCommand && e.Message.Contains("WSREP", StringComparison.OrdinalIgnoreCase);

    /// <summary>No connection was made.</summary>
    public static bool IsUnreachable(MySqlException e) => e.ErrorCode == MySqlErrorCode.UnableToConnectToHost;

    /// <summary>Other connections of the same pool are as dead, or as spoilt, or lead to the wrong server too.</summary>
    public static bool IsOfConnection(MySqlException e) => IsConnectionLost(e) || IsReadOnly(e) || IsUncommitted(e) || IsWithoutCluster(e);

    /// <summary>A statement was longer under way than the server allows: <c>max_statement_time</c> of MariaDB, <c>max_execution_time</c> of MySQL.</summary>
    public static bool IsOutOfTime(MySqlException e) => e.ErrorCode is (MySqlErrorCode)1969 or (MySqlErrorCode)3024;

    /// <summary>The session is not as it was made: a statement would not have been a transaction by itself (<see cref="MySqlGuard"/>).</summary>
    public static bool IsUncommitted(MySqlException e) => e.ErrorCode == MySqlErrorCode.DataOutOfRange;

    /// <summary>Whether trying again at once can help, and cannot do anything twice.</summary>
    public static bool CanRepeat(MySqlException e, bool mayHaveHadEffect)
    {
        if (IsUnreachable(e))
            return false; // nobody is there
        return IsUncommitted(e) || ((IsLocked(e) || IsConnectionLost(e) || IsWithoutCluster(e)) && !mayHaveHadEffect);
    }

    public static Exception Translate(MySqlException e) => e.ErrorCode switch
    {
        MySqlErrorCode.DuplicateKeyEntry => new DuplicateKeyException(e),
        _ when IsMisfit(e) => new RowRefusedException(e),
        _ when IsUncommitted(e) => new StorageException("MySQL: somebody has left a transaction open in a session, or turned autocommit off", e),
        _ => new StorageException($"MySQL: {e.Message}", e) { IsLock = IsLocked(e) },
    };

    /// <summary>A value does not fit its column, a statement the server's largest packet, or a row a rule that somebody has added.</summary>
    static bool IsMisfit(MySqlException e) => e.ErrorCode is MySqlErrorCode.DataTooLong or MySqlErrorCode.WarningDataOutOfRange
        or MySqlErrorCode.ColumnCannotBeNull or MySqlErrorCode.PacketTooLarge or MySqlErrorCode.TruncatedWrongValueForField
        or MySqlErrorCode.NoReferencedRow or MySqlErrorCode.NoReferencedRow2 or (MySqlErrorCode)1644 // a trigger's SIGNAL
        or (MySqlErrorCode)3819 or (MySqlErrorCode)4025; // CHECK, of MySQL and of MariaDB
}
