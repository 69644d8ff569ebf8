using System.Data.Common;
using Chat.Node.Storage;

namespace Chat.Tests.Storage;

/// <summary>A database that fails, or does not answer yet, when it is told to.</summary>
sealed class UnreliableDatabase(IChatDatabase inner) : IChatDatabase
{
    TaskCompletionSource _open = Opened();
    int _writes;

    /// <summary>How many transactions were asked for.</summary>
    public int Writes => Volatile.Read(ref _writes);

    /// <summary>What every write ends with, if anything.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Writes wait from now on.</summary>
    public void Hold() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => _open.TrySetResult();

    public SqlDialect Dialect => inner.Dialect;

    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read) => inner.ReadAsync(read);

    public Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> write) => PassAsync(() => inner.WriteAsync(write));

    async Task<T> PassAsync<T>(Func<Task<T>> write)
    {
        Interlocked.Increment(ref _writes);
        await _open.Task;
        return Failure is { } failure ? throw failure : await write();
    }

    public Task<T> WriteOnceAsync<T>(Func<DbConnection, DbTransaction?, Task<T>> write) => PassAsync(() => inner.WriteOnceAsync(write));

    public Task MigrateAsync() => inner.MigrateAsync();

    static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }
}
