using System.Data.Common;
using Chat.Node.Storage;

namespace Chat.Tests.Actors;

/// <summary>What goes wrong with a statement.</summary>
enum StatementFault
{
    None,

    /// <summary>Nothing is done, and the caller hears so.</summary>
    Refused,

    /// <summary>Everything is done and committed, but the caller hears that it failed.</summary>
    AnswerLost,
}

/// <summary>A database that fails or waits when a test says so.</summary>
sealed class FaultyDatabase(IChatDatabase inner) : IChatDatabase
{
    volatile Stall? _stall;
    volatile StatementFault _writes;
    volatile StatementFault _reads;

    /// <summary>Looked at when a write has left the stall.</summary>
    public StatementFault Writes
    {
        get => _writes;
        set => _writes = value;
    }

    public StatementFault Reads
    {
        get => _reads;
        set => _reads = value;
    }

    /// <summary>From now on writes wait in front of the database.</summary>
    public Stall StallWrites() => _stall = new Stall(() => _stall = null);

    public SqlDialect Dialect => inner.Dialect;

    /// <summary>Runs before each read.</summary>
    public Func<Task>? BeforeRead { get; set; }

    /// <summary>Runs between a read and its answer.</summary>
    public Func<Task>? AfterRead { get; set; }

    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read)
    {
        if (BeforeRead is { } before)
            await before();
        if (Reads != StatementFault.None)
            throw new StorageException("the test does not let it read");
        var result = await inner.ReadAsync(read);
        if (AfterRead is { } after)
            await after();
        return result;
    }

    public Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> write) => PassAsync(() => inner.WriteAsync(write));

    async Task<T> PassAsync<T>(Func<Task<T>> write)
    {
        if (_stall is { } stall)
            await stall.WaitAsync();
        if (Writes == StatementFault.Refused)
            throw new StorageException("the test does not let it write");
        var result = await write();
        return Writes == StatementFault.AnswerLost ? throw new StorageException("the test lost the answer") : result;
    }

    public Task<T> WriteOnceAsync<T>(Func<DbConnection, DbTransaction?, Task<T>> write) => PassAsync(() => inner.WriteOnceAsync(write));

    public Task MigrateAsync() => inner.MigrateAsync();
}

/// <summary>A closed gate in front of the database.</summary>
sealed class Stall(Action onReleased)
{
    readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the first write stands at the gate.</summary>
    public Task Reached => _reached.Task.WaitAsync(ActorTest.Patience);

    public void Release()
    {
        onReleased();
        _released.TrySetResult();
    }

    /// <summary>Who comes from now on passes; who stands at the gate goes on standing there.</summary>
    public void LetOthersPass() => onReleased();

    public Task WaitAsync()
    {
        _reached.TrySetResult();
        return _released.Task;
    }
}
