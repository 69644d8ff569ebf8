using System.Buffers;
using System.Text.Json;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Webhooks;

/// <summary>A request to an endpoint: its id, the same in every attempt, and its body.</summary>
/// <param name="Id">The header <c>webhook-id</c>.</param>
/// <param name="Body">JSON.</param>
/// <param name="UpTo">The number or the row up to which the endpoint has everything when it takes this.</param>
readonly record struct WebhookBody(string Id, ReadOnlyMemory<byte> Body, long UpTo)
{
    /// <summary>So many messages are in one request of an endpoint that wants several.</summary>
    public const int MaxBatch = 100;

    /// <summary>And so many bytes of texts, if they are not one message or event.</summary>
    public const int MaxBatchBytes = 512 * 1024;

    static readonly JsonWriterOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>One message of the log: <c>{"type":"message.created","timestamp":…,"data":{…}}</c>.</summary>
    public static WebhookBody OfMessage(LogRow row) => new($"m:{row.Conversation}:{row.Seq}", Write(json => WriteMessage(json, row)), row.Seq);

    /// <summary>Events in groups that are not too large for one request.</summary>
    /// <param name="events">In order.</param>
    /// <param name="bytesOf">How much one of them is.</param>
    public static IEnumerable<IReadOnlyList<T>> Batches<T>(IEnumerable<T> events, Func<T, int> bytesOf)
    {
        var batch = new List<T>();
        var bytes = 0;
        foreach (var each in events)
        {
            var size = bytesOf(each);
            if (batch.Count == MaxBatch || (batch.Count > 0 && bytes + size > MaxBatchBytes))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }

            batch.Add(each);
            bytes += size;
        }

        if (batch.Count > 0)
            yield return batch;
    }

    /// <summary>A batch that was too large for its receiver goes in two: they are what is sent next. False: it is one event.</summary>
    public static bool TryHalve<T>(IReadOnlyList<T> batch, Stack<IReadOnlyList<T>> waiting)
    {
        if (batch.Count < 2)
            return false;
        var half = batch.Count / 2;
        waiting.Push([.. batch.Skip(half)]);
        waiting.Push([.. batch.Take(half)]);
        return true;
    }

    /// <summary>Several messages of one conversation: an array of the same objects.</summary>
    public static WebhookBody OfMessages(IReadOnlyList<LogRow> rows) => new(
        $"m:{rows[0].Conversation}:{rows[0].Seq}-{rows[^1].Seq}",
        Write(json =>
        {
            json.WriteStartArray();
            foreach (var row in rows)
                WriteMessage(json, row);
            json.WriteEndArray();
        }),
        rows[^1].Seq);

    /// <summary>An event that is not in the log.</summary>
    public static WebhookBody OfEvent(WebhookEvent occurred) => new($"e:{occurred.Id}", OfData(occurred.Type, occurred.Created, occurred.Data), occurred.Id);

    /// <summary>
    /// Several of them, in order: an array of the same objects. Where numbers are missing the id has how many there are: others may turn up between them, and a batch
    /// with them is another one.
    /// </summary>
    public static WebhookBody OfEvents(IReadOnlyList<WebhookEvent> events) => new(
        $"e:{events[0].Id}-{events[^1].Id}{(events[^1].Id - events[0].Id + 1 == events.Count ? "" : $":{events.Count}")}",
        Write(json =>
        {
            json.WriteStartArray();
            foreach (var occurred in events)
                WriteEvent(json, occurred.Type, occurred.Created, occurred.Data);
            json.WriteEndArray();
        }),
        events[^1].Id);

    /// <param name="type">Of the event.</param>
    /// <param name="created">Milliseconds since 1970, UTC.</param>
    /// <param name="data">JSON.</param>
    public static ReadOnlyMemory<byte> OfData(string type, long created, string data) => Write(json => WriteEvent(json, type, created, data));

    static void WriteEvent(Utf8JsonWriter json, string type, long created, string data)
    {
        WriteHead(json, type, created);
        json.WriteRawValue(data);
        json.WriteEndObject();
    }

    static void WriteMessage(Utf8JsonWriter json, LogRow row)
    {
        WriteHead(json, WebhookTypes.MessageCreated, row.Ts);
        json.WriteStartObject();
        json.WriteString("conversation", row.Conversation.ToString());
        json.WriteNumber("seq", row.Seq);
        json.WriteNumber("ts", row.Ts);
        json.WriteNumber("from", row.Sender);
        WriteReceiver(json, row.Conversation, row.Sender);
        json.WriteString("cmid", row.Cmid);
        json.WriteString("msg", ChangedBody.TextOf(row.Body.Span));
        MessageReferences.Parse(row.References).WriteMembers(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Where a message went.</summary>
    public static void WriteReceiver(Utf8JsonWriter json, ConversationId id, int sender)
    {
        if (id.IsGroup)
            json.WriteNumber("group", id.B);
        else
            json.WriteNumber("to", sender == id.A ? id.B : id.A);
    }

    public static void WriteHead(Utf8JsonWriter json, string type, long created)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteString("timestamp", DateTimeOffset.FromUnixTimeMilliseconds(created).UtcDateTime);
        json.WritePropertyName("data");
    }

    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
            write(json);
        return buffer.WrittenMemory;
    }
}
