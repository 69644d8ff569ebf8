using System.Threading.Channels;
using Akka;
using Akka.Streams;
using Akka.Streams.Dsl;

namespace Chat.Node.Storage;

/// <summary>
/// A bounded queue in front of something that works in batches. There is no timer: a batch is whatever gathered while
/// the one before it was under way, so a lone element waits for nobody and a crowd shares one commit.
/// </summary>
sealed class BatchStream<T>
{
    readonly Channel<T> _queue;
    readonly Task _completion;

    /// <param name="materializer">Runs the stream.</param>
    /// <param name="queueLength">More than this many waiting elements are not taken.</param>
    /// <param name="batchSize">The largest batch.</param>
    /// <param name="handle">Handles a batch; must not fail.</param>
    public BatchStream(IMaterializer materializer, int queueLength, int batchSize, Func<List<T>, Task> handle)
    {
        _queue = Channel.CreateBounded<T>(new BoundedChannelOptions(queueLength) { SingleReader = true });
        _completion = ChannelSource.FromReader(_queue.Reader)
            .Batch(batchSize, first => new List<T> { first }, (batch, next) =>
            {
                batch.Add(next);
                return batch;
            })
            .SelectAsync(1, async batch =>
            {
                await handle(batch);
                return NotUsed.Instance;
            })
            .RunWith(Sink.Ignore<NotUsed>(), materializer);
    }

    /// <summary>False if the queue is full or closed: nothing was taken.</summary>
    public bool TryAdd(T element) => _queue.Writer.TryWrite(element);

    /// <summary>Takes nothing more and completes when everything that was taken has been handled.</summary>
    public Task DrainAsync()
    {
        _queue.Writer.TryComplete();
        return _completion;
    }
}
