using System.Threading.Channels;
using Akka;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.Util;

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
        // The stream is one of batches, not of elements: its stages cost something for each. The next batch is taken when
        // the one before it has been handled.
        _completion = Source.UnfoldAsync(batchSize, TakeAsync)
            .SelectAsync(1, async batch =>
            {
                await handle(batch);
                return NotUsed.Instance;
            })
            .RunWith(Sink.Ignore<NotUsed>(), materializer);
    }

    /// <summary>Everything that is waiting, at least one; none when the queue has ended.</summary>
    async Task<Option<(int, List<T>)>> TakeAsync(int max)
    {
        var batch = new List<T>();
        while (batch.Count == 0)
        {
            if (!await _queue.Reader.WaitToReadAsync())
                return Option<(int, List<T>)>.None;
            while (batch.Count < max && _queue.Reader.TryRead(out var element))
                batch.Add(element);
        }

        return (max, batch);
    }

    /// <summary>Elements that wait for the next batch.</summary>
    public int Waiting => _queue.Reader.Count;

    /// <summary>False if the queue is full or closed: nothing was taken.</summary>
    public bool TryAdd(T element) => _queue.Writer.TryWrite(element);

    /// <summary>Takes nothing more and completes when everything that was taken has been handled.</summary>
    public Task DrainAsync()
    {
        _queue.Writer.TryComplete();
        return _completion;
    }
}
