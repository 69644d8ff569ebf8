using System.Diagnostics;
using Akka.Streams;
using Chat.Node.Faults;
using Chat.Node.Telemetry;

namespace Chat.Node.Storage;

/// <summary>
/// The way into the log: rows gather into batches, each batch is one transaction, each row's receiver is told after the
/// commit. After a row of a receiver was not written, later rows of that receiver are not tried: numbers stay dense.
/// </summary>
sealed class MessageLog
{
    public const int QueueLength = 16 * 1024;

    /// <summary>So many rows wait: the node has more to store than it can. Whoever is not here yet is to wait, long before those who are.</summary>
    public const int LoginsWaitAbove = QueueLength / 4;

    public const int BatchSize = 500;

    /// <summary>For <see cref="StorageHealth"/>.</summary>
    const string Part = "log";

    readonly MessageLogStore _store;
    readonly NodeLease _lease;
    readonly CrashPoints _crashPoints;
    readonly StorageHealth _health;
    readonly ILogger _logger;
    readonly SearchTouches? _touches;
    readonly BatchStream<PendingAppend> _stream;
    readonly NodeMeter _meter;

    /// <param name="store">The statements.</param>
    /// <param name="lease">Whether this node may write.</param>
    /// <param name="crashPoints">For tests.</param>
    /// <param name="health">Hears whether the database answers.</param>
    /// <param name="logger">The same, for people.</param>
    /// <param name="materializer">Runs the stream.</param>
    /// <param name="touches">Hears in which conversations something is new; null: nobody wants to know.</param>
    /// <param name="meter">Hears how large batches are, and how long they take.</param>
    public MessageLog(
        MessageLogStore store, NodeLease lease, CrashPoints crashPoints, StorageHealth health, ILogger<MessageLog> logger, IMaterializer materializer,
        SearchTouches? touches = null, NodeMeter? meter = null)
    {
        _meter = meter ?? NodeMeter.Unread;
        _touches = touches;
        _store = store;
        _lease = lease;
        _crashPoints = crashPoints;
        _health = health;
        _logger = logger;
        _stream = new BatchStream<PendingAppend>(materializer, QueueLength, BatchSize, crashPoints.Faults.IsArmed ? Lying(crashPoints.Faults).WriteAsync : WriteAsync);
    }

    /// <inheritdoc cref="IChatDatabase.LargestBody" />
    public int LargestBody => _store.LargestBody;

    /// <inheritdoc cref="BatchStream{T}.Waiting" />
    public int Waiting => _stream.Waiting;

    /// <inheritdoc cref="LoginsWaitAbove" />
    public bool IsOverloaded => Waiting > LoginsWaitAbove;

    /// <summary>False if the queue is full: nothing was taken, and the receiver will not be told.</summary>
    public bool TryAppend(LogRow row, AppendReceiver receiver) => _stream.TryAdd(new PendingAppend(row, receiver));

    public Task DrainAsync() => _stream.DrainAsync();

    /// <summary>For tests of the checker, which has to find it.</summary>
    Skipping<PendingAppend> Lying(InjectedFaults faults) => new(
        faults, pending => pending.Receiver.IsStopped || !_lease.IsHeld, pending => pending.Receiver.Settle(pending.Row, AppendOutcome.Written(pending.Row)), WriteAsync);

    async Task WriteAsync(List<PendingAppend> batch)
    {
        var rows = new List<LogRow>(batch.Count);
        foreach (var pending in batch)
        {
            // Without the lease others may have taken over the conversation: what is in the log is theirs to say.
            if (pending.Receiver.IsStopped || !_lease.IsHeld)
            {
                pending.Receiver.Stop();
                pending.Receiver.Settle(pending.Row, AppendOutcome.Unknown);
            }
            else
            {
                rows.Add(pending.Row);
            }
        }

        if (rows.Count == 0)
            return;
        _crashPoints.Reach(CrashPoint.BeforeInsert);
        AppendOutcome[] outcomes;
        var begunAt = Stopwatch.GetTimestamp();
        try
        {
            outcomes = await _store.AppendAsync(rows);
            _health.NoteSuccess(Part);
            if (outcomes.Count(outcome => outcome.Status == AppendStatus.Unknown) is var left and > 0)
                Log.RowsLeftOut(_logger, left);
        }
        catch (PartlyWrittenException e)
        {
            Log.AppendFailed(_logger, e.Outcomes.Count(outcome => outcome.Status == AppendStatus.Unknown), e);
            _health.NoteFailure(Part, e.Message);
            outcomes = e.Outcomes;
        }
        catch (Exception e)
        {
            Log.AppendFailed(_logger, rows.Count, e);
            _health.NoteFailure(Part, e.Message);
            outcomes = new AppendOutcome[rows.Count];
            Array.Fill(outcomes, AppendOutcome.Unknown);
        }

        _crashPoints.Reach(CrashPoint.AfterCommit);
        _meter.Committed(rows.Count, Stopwatch.GetElapsedTime(begunAt));
        _touches?.Add(rows.ConvertAll(row => row.Conversation));
        var at = 0;
        foreach (var pending in batch)
        {
            if (at == rows.Count || !ReferenceEquals(rows[at], pending.Row))
                continue; // settled above
            var outcome = outcomes[at++];
            if (outcome.Status != AppendStatus.Written)
                pending.Receiver.Stop();
            pending.Receiver.Settle(pending.Row, outcome);
        }
    }
}
