using Akka.Streams;

namespace Chat.Node.Storage;

/// <summary>Asks a database for many callers at once: see <see cref="BatchStream{T}"/>. A batch that fails fails for all of its callers.</summary>
sealed class BatchLoader<TRequest, TResult>
{
    readonly record struct Call(TRequest Request, TaskCompletionSource<TResult> Done);

    readonly Func<IReadOnlyList<TRequest>, Task<IReadOnlyList<TResult>>> _load;
    readonly string _refusal;
    readonly BatchStream<Call> _calls;

    /// <param name="materializer">Runs the stream.</param>
    /// <param name="queueLength">More than this many waiting calls are refused.</param>
    /// <param name="batchSize">The largest batch.</param>
    /// <param name="refusal">The text for a caller that is refused.</param>
    /// <param name="load">Returns a result for each request, in their order.</param>
    public BatchLoader(
        IMaterializer materializer, int queueLength, int batchSize, string refusal, Func<IReadOnlyList<TRequest>, Task<IReadOnlyList<TResult>>> load)
    {
        (_load, _refusal) = (load, refusal);
        _calls = new BatchStream<Call>(materializer, queueLength, batchSize, LoadAsync);
    }

    /// <inheritdoc cref="BatchStream{T}.Waiting" />
    public int Waiting => _calls.Waiting;

    /// <exception cref="StorageException">The database does not answer, or too many calls are waiting.</exception>
    public Task<TResult> LoadAsync(TRequest request)
    {
        var done = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _calls.TryAdd(new Call(request, done)) ? done.Task : Task.FromException<TResult>(new StorageException(_refusal));
    }

    /// <inheritdoc cref="BatchStream{T}.DrainAsync" />
    public Task DrainAsync() => _calls.DrainAsync();

    async Task LoadAsync(List<Call> calls)
    {
        try
        {
            var results = await _load([.. calls.Select(call => call.Request)]);
            for (var i = 0; i < calls.Count; i++)
                calls[i].Done.SetResult(results[i]);
        }
        catch (Exception e)
        {
            calls.ForEach(call => call.Done.TrySetException(e));
        }
    }
}
