using System.Data.Common;
using Chat.Node.Storage;

namespace Chat.Tests.Storage;

/// <summary>Counts what a database is asked for.</summary>
sealed class CountingDatabase(IChatDatabase inner) : IChatDatabase
{
    int _reads;

    public int Reads => Volatile.Read(ref _reads);

    public SqlDialect Dialect => inner.Dialect;

    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read)
    {
        Interlocked.Increment(ref _reads);
        return inner.ReadAsync(read);
    }

    public Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> write) => inner.WriteAsync(write);

    public Task<T> WriteOnceAsync<T>(Func<DbConnection, DbTransaction?, Task<T>> write) => inner.WriteOnceAsync(write);

    public Task MigrateAsync() => inner.MigrateAsync();
}
