using Akka.Streams;
using Chat.Node.Faults;
using Chat.Node.Telemetry;

namespace Chat.Node.Storage;

/// <summary>A row in the queue with the one who waits for it; called from any thread.</summary>
sealed record PendingOffline(OfflineRow Row, Action<OfflineRow, bool> OnSettled);

/// <summary>The way into the offline queue: the same kind of batches as the log's.</summary>
sealed class OfflineQueue
{
    public const int QueueLength = 16 * 1024;
    const int BatchSize = 500;

    /// <summary>So many users may be locked by others before the rest of a batch is put off.</summary>
    const int MaxLocked = 3;

    /// <summary>For <see cref="StorageHealth"/>.</summary>
    const string Part = "offline queue";

    readonly OfflineStore _store;
    readonly NodeLease _lease;
    readonly CrashPoints _crashPoints;
    readonly StorageHealth _health;
    readonly ILogger _logger;
    readonly BatchStream<PendingOffline> _stream;
    readonly NodeMeter _meter;

    public OfflineQueue(
        OfflineStore store, NodeLease lease, CrashPoints crashPoints, StorageHealth health, ILogger<OfflineQueue> logger, IMaterializer materializer,
        NodeMeter? meter = null)
    {
        _meter = meter ?? NodeMeter.Unread;
        _store = store;
        _lease = lease;
        _crashPoints = crashPoints;
        _health = health;
        _logger = logger;
        _stream = new BatchStream<PendingOffline>(materializer, QueueLength, BatchSize, WriteAsync);
    }

    /// <inheritdoc cref="BatchStream{T}.Waiting" />
    public int Waiting => _stream.Waiting;

    /// <summary>False if the queue is full: nothing was taken.</summary>
    public bool TryAdd(PendingOffline pending) => _stream.TryAdd(pending);

    public Task DrainAsync() => _stream.DrainAsync();

    async Task WriteAsync(List<PendingOffline> batch)
    {
        if (!_lease.IsHeld)
        {
            Settle(batch, isDurable: false); // the user may have another actor, with sessions, on another node
            return;
        }

        var failure = await InsertAsync(batch);
        _crashPoints.Reach(CrashPoint.AfterQueued);
        if (IsRefused(failure) || failure is StorageException { IsLock: true })
            await WriteApartAsync(batch);
        else
            Settle(batch, isDurable: failure is null);
    }

    /// <summary>A row is at fault, or locked: its user waits, the others do not.</summary>
    async Task WriteApartAsync(List<PendingOffline> batch)
    {
        var locked = 0;
        foreach (var user in batch.GroupBy(pending => pending.Row.UserId))
        {
            List<PendingOffline> own = [.. user];
            var failure = locked < MaxLocked ? await InsertAsync(own) : new StorageException("too much is locked");
            if (failure is StorageException)
                locked++;
            if (IsRefused(failure))
                await WriteOneByOneAsync(own);
            else
                Settle(own, isDurable: failure is null);
        }
    }

    /// <summary>A row that the database will never take goes into quarantine. The rows behind a row that has to wait wait too.</summary>
    async Task WriteOneByOneAsync(List<PendingOffline> own)
    {
        var isDurable = true;
        foreach (var pending in own)
        {
            var failure = isDurable ? await InsertAsync([pending]) : null;
            if (IsRefused(failure))
                isDurable = await TryQuarantineAsync(pending.Row, failure!);
            else if (failure is not null)
                isDurable = false;
            Settle([pending], isDurable);
        }
    }

    /// <summary>Returns why nothing was stored.</summary>
    async Task<Exception?> InsertAsync(List<PendingOffline> some)
    {
        try
        {
            await _store.InsertAsync([.. some.Select(pending => pending.Row)]);
            _health.NoteSuccess(Part);
            return null;
        }
        catch (Exception e)
        {
            Log.QueueFailed(_logger, some.Count, e);
            if (!IsRefused(e))
                _health.NoteFailure(Part, e.Message);
            return e;
        }
    }

    async Task<bool> TryQuarantineAsync(OfflineRow row, Exception reason)
    {
        try
        {
            await _store.QuarantineAsync(row, reason.Message);
            return true;
        }
        catch (Exception e)
        {
            Log.QueueFailed(_logger, 1, e);
            return false;
        }
    }

    static bool IsRefused(Exception? failure) => failure is RowRefusedException or DuplicateKeyException;

    void Settle(List<PendingOffline> some, bool isDurable)
    {
        _meter.Delivered(DeliveryOutcome.Queued, isDurable ? some.Count : 0);
        some.ForEach(pending => pending.OnSettled(pending.Row, isDurable));
    }
}
