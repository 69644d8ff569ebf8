using Akka.Streams;

namespace Chat.Node.Storage;

/// <summary>The marks of all users of this node, written together.</summary>
sealed class MarkQueue(DeliveryMarks marks, IMaterializer materializer)
{
    public const int QueueLength = 16 * 1024;
    const int BatchSize = 500;

    readonly BatchLoader<IReadOnlyList<DeliveryMark>, IReadOnlyList<MarkVerdict>> _raises = new(
        materializer, QueueLength, BatchSize, "too many marks are waiting", async raises =>
        {
            var verdicts = await marks.RaiseAsync([.. raises.SelectMany(raised => raised)]);
            var results = new List<IReadOnlyList<MarkVerdict>>(raises.Count);
            var at = 0;
            foreach (var raised in raises)
            {
                results.Add(new ArraySegment<MarkVerdict>(verdicts, at, raised.Count));
                at += raised.Count;
            }

            return results;
        });

    /// <inheritdoc cref="BatchStream{T}.Waiting" />
    public int Waiting => _raises.Waiting;

    /// <summary>Completes when the marks are stored, or refused: a verdict for each, in their order.</summary>
    /// <exception cref="StorageException">They are not, or nobody knows; raising them again does no harm.</exception>
    public Task<IReadOnlyList<MarkVerdict>> RaiseAsync(IReadOnlyList<DeliveryMark> raised) => _raises.LoadAsync(raised);

    public Task DrainAsync() => _raises.DrainAsync();
}
