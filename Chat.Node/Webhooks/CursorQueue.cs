using Akka.Streams;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Webhooks;

/// <summary>Cursors on their way into the database, together. One that is lost brings some requests once more.</summary>
sealed class CursorQueue
{
    public const int QueueLength = 64 * 1024;
    const int BatchSize = 500;

    readonly BatchStream<WebhookCursor> _stream;

    public CursorQueue(WebhookMarks marks, IMaterializer materializer, ILogger<CursorQueue> logger) =>
        _stream = new BatchStream<WebhookCursor>(materializer, QueueLength, BatchSize, async batch =>
        {
            try
            {
                // The newest of each: a cursor only says where it is.
                await marks.StoreAsync([.. batch.GroupBy(cursor => (cursor.Endpoint, cursor.Conversation, cursor.IsOfChanges)).Select(own => own.Last())]);
            }
            catch (StorageException e)
            {
                WebhookLog.MarksUnread(logger, e.Message);
            }
        });

    /// <inheritdoc cref="BatchStream{T}.Waiting" />
    public int Waiting => _stream.Waiting;

    public void Store(WebhookCursor cursor) => _stream.TryAdd(cursor);

    public Task DrainAsync() => _stream.DrainAsync();
}
