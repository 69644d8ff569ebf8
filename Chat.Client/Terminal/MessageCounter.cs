namespace Chat.Client.Terminal;

/// <summary>Counts received messages for those who wait for them; each is counted for one wait only.</summary>
sealed class MessageCounter : IDisposable
{
    readonly SemaphoreSlim _messages = new(0);

    /// <summary>How many nobody has waited for.</summary>
    public int Count => _messages.CurrentCount;

    public void Dispose() => _messages.Dispose();

    public void Add() => _messages.Release();

    /// <summary>Waits for so many; false, and none are taken, when they do not come in time.</summary>
    public async Task<bool> TakeAsync(int count, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var taken = 0;
        try
        {
            for (; taken < count; taken++)
                await _messages.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            if (taken > 0)
                _messages.Release(taken);
            return false;
        }
    }
}
