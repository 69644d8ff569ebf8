using System.Net.WebSockets;
using System.Text;
using Akka.Actor;
using Chat.Node.Gateway;
using Chat.Protocol;

namespace Chat.Bench.Fuzzing.Targets;

/// <summary>Frames of a WebSocket: they end in requests, a refusal, or the end of the connection, and nothing is handed over before the hello or behind a refusal.</summary>
sealed class WebSocketTarget : FuzzTarget
{
    const int MaxFrameBytes = 1024;

    public override string Name => "websocket";

    /// <summary>The runtime's own buffers, and a request for each few bytes.</summary>
    public override long MaxAllocated(int length) => (256 * 1024) + (2000L * length);

    static readonly byte[] Hello = Text("""{"msgid":100,"protocol":2}""");

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        [.. Hello, .. Text("""{"msgid":104}"""), .. Frame(8, [3, 232])],
        [.. Hello, .. Text("""{"msgid":6,"toid":17,"msg":"hi","cmid":"c"}"""), .. Text("{\"msgid\":104}\n{\"msgid\":104}")],
        [.. Hello, .. Frame(1, Utf8("{\"msgid\":"), isFinal: false), .. Frame(9, Utf8("ping")), .. Frame(0, Utf8("104}"))],
        [.. Hello, .. Frame(1, Utf8("{\"msg"), isFinal: true), .. Text("""{"msgid":104}""")],
        [.. Hello, .. Text("{\"a\":\"" + new string('x', 1200) + "\"}")],
        [.. Hello, .. Frame(2, [1, 2, 3])],
        Text("""{"msgid":104}"""), [.. Hello, .. Frame(10, []), .. Frame(8, [])], [.. Hello, 0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, .. Utf8("{\"msgid\":104}\n")],
    ];

    public override IReadOnlyList<byte[]> Words { get; } =
    [
        Hello, Text("""{"msgid":104}"""), Frame(0, Utf8("}")), Frame(0, [], isFinal: false), Frame(1, Utf8("{"), isFinal: false), Frame(8, [3, 232]), Frame(9, []), Frame(2, [0]), [0x81, 0xFE, 0xFF, 0xFF, 0, 0, 0, 0],
    ];

    public override string Run(byte[] input)
    {
        using var stream = new InputStream(input);
        using var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = Timeout.InfiniteTimeSpan });
        var session = new Session();
        var connection = new WebSocketConnection("fuzz", null, socket, () => { }, TimeProvider.System);
        session.Connection = connection;
        var reading = new WebSocketReader(socket, connection, session, MaxFrameBytes).ReadAsync();
        Require(reading.IsCompleted, "the reader waits, although there is nothing to come");
        var isInOrder = reading.GetAwaiter().GetResult();
        return $"{session.Outcome}{(isInOrder ? "closed" : "broken")}";
    }

    static byte[] Text(string text) => Frame(1, Utf8(text));

    /// <summary>With a mask of zeroes, which changes nothing.</summary>
    static byte[] Frame(int opcode, byte[] payload, bool isFinal = true)
    {
        byte[] length = payload.Length < 126 ? [(byte)(0x80 | payload.Length)] : [0xFE, (byte)(payload.Length >> 8), (byte)payload.Length];
        return [(byte)((isFinal ? 0x80 : 0) | opcode), .. length, 0, 0, 0, 0, .. payload];
    }

    /// <summary>In the place of the session: answers everything at once.</summary>
    sealed class Session : MinimalActorRef
    {
        readonly StringBuilder _outcome = new();
        bool _isRefused;

        public WebSocketConnection? Connection { get; set; }

        public string Outcome => _outcome.ToString();

        public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / "fuzz";

        public override IActorRefProvider Provider => throw new NotSupportedException();

        protected override void TellInternal(object message, IActorRef sender)
        {
            Require(!_isRefused, "something comes behind a refusal");
            _isRefused = message is CloseSession or InvalidRequest { IsFatal: true };
            Require(_outcome.Length > 0 || message is HelloRequest or CloseSession, "a request comes before the hello");
            if (_outcome.Length < 100)
                _outcome.Append(message is CloseSession { Code: var code } ? $"close {code} " : message is InvalidRequest { Error: var error } ? $"{error} " : $"{message.GetType().Name} ");
            Connection!.ReturnCredit();
        }
    }

    /// <summary>Gives what there is at once, and takes everything.</summary>
    sealed class InputStream(byte[] bytes) : Stream
    {
        int _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = Math.Min(buffer.Length, bytes.Length - _at);
            bytes.AsMemory(_at, count).CopyTo(buffer);
            _at += count;
            return new ValueTask<int>(count);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
