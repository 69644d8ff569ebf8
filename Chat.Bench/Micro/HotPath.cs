using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Text;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Gateway;
using Chat.Node.Serialization;
using Chat.Node.Telemetry;
using Chat.Protocol;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Chat.Bench.Micro;

/// <summary>
/// One message of 200 bytes on each piece of its way. The same operations are timed by <see cref="MicroBenchmarks"/> and held to limits of
/// allocations by a test.
/// </summary>
#pragma warning disable CA1001 // StopAsync ends them, with the actor system
sealed class HotPath
#pragma warning restore CA1001
{
    const long Ts = 1795410443660;

    static readonly ConversationId Conversation = ConversationId.Direct(3, 17);
    readonly byte[] _sent = Encoding.UTF8.GetBytes($$"""{"msgid":6,"toid":17,"msg":"{{new string('x', 200)}}","cmid":"c-000017","ref":4}""" + "\n");
    readonly byte[] _sentLegacy = Encoding.UTF8.GetBytes($$"""{"id":3,"msg":"{{new string('x', 200)}}","msgid":6,"name":"alice","time":"2026-01-02 03:04:05","toid":17}""" + "\0");

    readonly FrameReader _reader = new(65536);
    readonly ChatSender _sender = new(3, "alice");
    readonly SendMessageRequest _request;
    readonly ReadOnlyMemory<byte> _body;
    readonly byte[] _push;
    readonly ActorSystem _system = ActorSystem.Create("micro", "akka.loglevel = OFF");
    readonly ChatSerializer _serializer;
    readonly Post _post;
    readonly Deliver _deliver;
    readonly byte[] _postBytes;
    readonly byte[] _deliverBytes;
    readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0));
    readonly Outbox _outbox;
    readonly NodeMeter _meter = new("Chat.Micro");
    readonly NodeMeter _unheard = new("Chat.Micro.Unheard");
    readonly MeterProvider _exporter = Sdk.CreateMeterProviderBuilder().AddMeter("Chat.Micro").AddReader(new BaseExportingMetricReader(new NoExporter())).Build();
    readonly Receipt[] _pushed = [new Receipt(ReceiptKind.Push, Conversation, 1, 7) { Ts = 5 }];
    readonly Receipt[] _acknowledged = [new Receipt(ReceiptKind.Acknowledgement, Number: 1)];

    public HotPath()
    {
        _request = (SendMessageRequest)RequestReader.Read(new ReadOnlySequence<byte>(_sent.AsMemory(0, _sent.Length - 1)), isSpaced: false);
        _body = _request.BuildBody(_sender).Stamp(Ts);
        _push = ChatBody.ToPush(_body.Span, Conversation, "c-000017", 42, Ts);
        _serializer = new ChatSerializer((ExtendedActorSystem)_system);
        _post = new Post(Conversation, 1, 7, 6, 5, 2, 3, "c-000017", _body.ToArray(), 0, true);
        _deliver = new Deliver(17, 9_000_000_000, 42, 40, 39, true, new AcceptedMessage(Conversation, 42, 3, "c-000017", Ts, _body.ToArray(), 99));
        (_postBytes, _deliverBytes) = (_serializer.ToBinary(_post), _serializer.ToBinary(_deliver));
        _outbox = new Outbox(new PipeOutput(_pipe.Writer), 4096, TimeProvider.System) { IsModern = true };
    }

    public FrameStatus ReadFrame()
    {
        var buffer = new ReadOnlySequence<byte>(_sent);
        var status = _reader.Read(ref buffer, out _);
        _reader.Read(ref buffer, out _);
        return status;
    }

    public Request ReadRequest() => RequestReader.Read(new ReadOnlySequence<byte>(_sent.AsMemory(0, _sent.Length - 1)), isSpaced: false);

    public Request ReadLegacyRequest() => RequestReader.Read(new ReadOnlySequence<byte>(_sentLegacy.AsMemory(0, _sentLegacy.Length - 1)), isSpaced: false);

    public ChatBody BuildBody() => _request.BuildBody(_sender);

    public byte[] WritePush() => ChatBody.ToPush(_body.Span, Conversation, "c-000017", 42, Ts);

    public byte[] SerializePost() => _serializer.ToBinary(_post);

    public object DeserializePost() => _serializer.FromBinary(_postBytes, _serializer.Manifest(_post));

    public byte[] SerializeDeliver() => _serializer.ToBinary(_deliver);

    public object DeserializeDeliver() => _serializer.FromBinary(_deliverBytes, _serializer.Manifest(_deliver));

    /// <summary>In, out, and taken by the socket.</summary>
    public long PassOutbox()
    {
        if (!_outbox.TryAdd(_push, new Receipt(ReceiptKind.Push, Conversation, 1, 7)))
            throw new InvalidOperationException("the outbox is full");
        var flush = _outbox.FlushAsync();
        if (!flush.IsCompleted)
            throw new InvalidOperationException("a pipe without a threshold did not take the bytes");
        _outbox.OnFlushed();
        _pipe.Reader.TryRead(out var read);
        var length = read.Buffer.Length;
        _pipe.Reader.AdvanceTo(read.Buffer.End);
        return length;
    }

    /// <summary>Everything that a message of a pair is counted and measured with, while somebody collects it, as on a node.</summary>
    public void Count() => Count(_meter);

    /// <summary>The same while nobody does.</summary>
    public void CountUnheard() => Count(_unheard);

    /// <summary>Ends the actor system, which the serializer wants.</summary>
    public Task StopAsync()
    {
        _exporter.Dispose();
        _meter.Dispose();
        _unheard.Dispose();
        return _system.Terminate();
    }

    /// <summary>A message is alone in its batch and in its flushes: the most that it can cost.</summary>
    void Count(NodeMeter meter)
    {
        var readAt = Stopwatch.GetTimestamp();
        meter.Committed(1, TimeSpan.FromMilliseconds(3));
        meter.StatementEnded(StatementKind.Batch, readAt, hasFailed: false);
        meter.Accepted(1);
        FlushMeasure.Note(meter, _acknowledged, TimeProvider.System);
        FlushMeasure.Note(meter, _pushed, TimeProvider.System);
    }

    sealed class NoExporter : BaseExporter<Metric>
    {
        public override ExportResult Export(in Batch<Metric> batch) => ExportResult.Success;
    }
}
