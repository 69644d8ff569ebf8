namespace Chat.Tests.Client;

/// <summary>Keeps what has happened and lets a test wait for what is yet to happen.</summary>
sealed class Recorder<T>
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    readonly Lock _gate = new();
    readonly List<T> _items = [];
    TaskCompletionSource _changed = NewChange();

    public IReadOnlyList<T> Items
    {
        get
        {
            lock (_gate)
                return [.. _items];
        }
    }

    public void Add(T item)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _items.Add(item);
            changed = _changed;
            _changed = NewChange();
        }

        changed.SetResult();
    }

    /// <summary>Waits until everything so far satisfies a condition, and returns it.</summary>
    public async Task<IReadOnlyList<T>> WaitAsync(Func<IReadOnlyList<T>, bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (condition(_items))
                    return [.. _items];
                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"waited in vain; so far: {string.Join(", ", Items.TakeLast(20))}", e);
            }
        }
    }

    /// <summary>Waits for the first of a kind.</summary>
    public async Task<TKind> FirstAsync<TKind>(Func<TKind, bool>? condition = null)
        where TKind : T
    {
        var items = await WaitAsync(all => all.OfType<TKind>().Any(item => condition?.Invoke(item) ?? true));
        return items.OfType<TKind>().First(item => condition?.Invoke(item) ?? true);
    }

    /// <summary>Waits until there are so many of a kind.</summary>
    public async Task<List<TKind>> TakeAsync<TKind>(int count)
        where TKind : T =>
        [.. (await WaitAsync(all => all.OfType<TKind>().Count() >= count)).OfType<TKind>()];

    static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
