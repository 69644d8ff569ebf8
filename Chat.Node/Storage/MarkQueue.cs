using Akka.Streams;

namespace Chat.Node.Storage;

/// <summary>The marks of all users of this node, written together.</summary>
sealed class MarkQueue
{
    const int QueueLength = 16 * 1024;
    const int BatchSize = 500;

    sealed record Pending(IReadOnlyList<DeliveryMark> Marks, TaskCompletionSource<IReadOnlyList<MarkVerdict>> Done);

    readonly DeliveryMarks _marks;
    readonly BatchStream<Pending> _stream;

    public MarkQueue(DeliveryMarks marks, IMaterializer materializer)
    {
        _marks = marks;
        _stream = new BatchStream<Pending>(materializer, QueueLength, BatchSize, WriteAsync);
    }

    /// <summary>Completes when the marks are stored, or refused: a verdict for each, in their order.</summary>
    /// <exception cref="StorageException">They are not, or nobody knows; raising them again does no harm.</exception>
    public Task<IReadOnlyList<MarkVerdict>> RaiseAsync(IReadOnlyList<DeliveryMark> marks)
    {
        var done = new TaskCompletionSource<IReadOnlyList<MarkVerdict>>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _stream.TryAdd(new Pending(marks, done))
            ? done.Task
            : Task.FromException<IReadOnlyList<MarkVerdict>>(new StorageException("too many marks are waiting"));
    }

    public Task DrainAsync() => _stream.DrainAsync();

    async Task WriteAsync(List<Pending> batch)
    {
        try
        {
            var verdicts = await _marks.RaiseAsync([.. batch.SelectMany(pending => pending.Marks)]);
            var at = 0;
            foreach (var pending in batch)
            {
                pending.Done.SetResult(new ArraySegment<MarkVerdict>(verdicts, at, pending.Marks.Count));
                at += pending.Marks.Count;
            }
        }
        catch (Exception e)
        {
            batch.ForEach(pending => pending.Done.TrySetException(e));
        }
    }
}
