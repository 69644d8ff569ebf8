using System.Data.Common;

namespace Chat.Node.Storage;

/// <summary>
/// Where the repositories run their statements. Nothing blocks the caller; everything fails with
/// <see cref="StorageException"/> when the database does not answer in time or too much is waiting for it.
/// </summary>
interface IChatDatabase
{
    /// <summary>The statements that this kind of database writes in its own way.</summary>
    SqlDialect Dialect { get; }

    /// <summary>No message with a larger canonical body, in bytes, can be stored or queued.</summary>
    int LargestBody => int.MaxValue;

    /// <summary>Runs queries on a connection that may be shared with no other query at that time; perhaps twice.</summary>
    Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read);

    /// <summary>
    /// Runs statements in a transaction; the task completes after the commit. An exception takes these statements
    /// back, and nobody else's. They may be run again from the start when they certainly had no effect.
    /// </summary>
    /// <exception cref="DuplicateKeyException">A key was taken.</exception>
    Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> write);

    /// <summary>
    /// Runs a batch that looks after its transaction by itself: one statement that is one in one round trip, where that is
    /// possible. It is not run again unless it certainly had no effect.
    /// </summary>
    /// <exception cref="DuplicateKeyException">A key was taken.</exception>
    /// <exception cref="RowRefusedException">A value does not fit.</exception>
    Task<T> WriteOnceAsync<T>(Func<DbConnection, DbTransaction?, Task<T>> write);

    /// <summary>Waits until the database can be reached, for a while, and brings the schema up to date.</summary>
    Task MigrateAsync();
}

/// <summary>The database is down, busy or slow. The outcome of a write may be unknown.</summary>
sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Only somebody's lock was in the way: nothing was written, and other rows may do better.</summary>
    public bool IsLock { get; init; }
}

/// <summary>A part of a batch of the log was written, then the database failed.</summary>
sealed class PartlyWrittenException(AppendOutcome[] outcomes, Exception inner) : Exception(inner.Message, inner)
{
    public AppendOutcome[] Outcomes => outcomes;
}

/// <summary>A row with this key is there already. Nothing was written.</summary>
sealed class DuplicateKeyException(Exception inner) : Exception(inner.Message, inner);

/// <summary>The database will never take this row: a value does not fit. Nothing was written.</summary>
sealed class RowRefusedException(Exception inner) : Exception(inner.Message, inner);
