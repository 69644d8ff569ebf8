using System.Data.Common;

namespace Chat.Node.Storage;

/// <summary>
/// Where the repositories run their statements. Reads and writes never block the caller; both fail with
/// <see cref="StorageException"/> when the database does not answer in time or too much is waiting for it.
/// </summary>
interface IChatDatabase
{
    /// <summary>Runs queries on a connection that may be shared with no other query at that time.</summary>
    Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read);

    /// <summary>
    /// Runs statements in a transaction; the task completes after the commit. An exception takes these statements
    /// back, and nobody else's.
    /// </summary>
    Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> write);

    /// <summary>Brings the schema up to date.</summary>
    Task MigrateAsync();
}

/// <summary>The database is down, busy or slow. The outcome of a write may be unknown.</summary>
sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner);
