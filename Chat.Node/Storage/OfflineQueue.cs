using Akka.Streams;
using Chat.Node.Hosting;
using Chat.Node.Telemetry;

namespace Chat.Node.Storage;

/// <summary>A row in the queue with the one who waits for it; called from any thread.</summary>
sealed record PendingOffline(OfflineRow Row, Action<OfflineRow, bool> OnSettled);

/// <summary>The way into the offline queue: the same kind of batches as the log's.</summary>
sealed class OfflineQueue
{
    const int QueueLength = 16 * 1024;
    const int BatchSize = 500;

    readonly OfflineStore _store;
    readonly CrashPoints _crashPoints;
    readonly StorageHealth _health;
    readonly ILogger _logger;
    readonly BatchStream<PendingOffline> _stream;

    public OfflineQueue(
        OfflineStore store, CrashPoints crashPoints, StorageHealth health, ILogger<OfflineQueue> logger, IMaterializer materializer)
    {
        _store = store;
        _crashPoints = crashPoints;
        _health = health;
        _logger = logger;
        _stream = new BatchStream<PendingOffline>(materializer, QueueLength, BatchSize, WriteAsync);
    }

    /// <summary>False if the queue is full: nothing was taken.</summary>
    public bool TryAdd(PendingOffline pending) => _stream.TryAdd(pending);

    public Task DrainAsync() => _stream.DrainAsync();

    async Task WriteAsync(List<PendingOffline> batch)
    {
        var isDurable = false;
        try
        {
            await _store.InsertAsync([.. batch.Select(pending => pending.Row)]);
            isDurable = true;
            _health.NoteSuccess();
        }
        catch (Exception e)
        {
            Log.QueueFailed(_logger, batch.Count, e);
            _health.NoteFailure(e.Message);
        }

        _crashPoints.Reach(CrashPoint.AfterQueued);
        foreach (var pending in batch)
            pending.OnSettled(pending.Row, isDurable);
    }
}
