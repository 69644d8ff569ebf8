using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Chat.Bench.Load;
using Chat.Checker.Wire;
using Chat.Protocol;

namespace Chat.Bench.Workloads;

/// <summary>
/// A connection before the load begins: one request after the other, answers as JSON. It blocks its thread on purpose: a
/// socket that was once used asynchronously stays with the runtime's own socket thread for good.
/// </summary>
sealed class SetupClient : IDisposable
{
    const int ReplyMilliseconds = 30_000;

    readonly WireConnection _connection;
    readonly ChatTarget _target;
    readonly bool _isModern;
    int _lastRef;

    SetupClient(Socket socket, ChatTarget target, bool isModern) =>
        (_connection, _target, _isModern) = (new WireConnection(socket, isModern, target.IsWebSocket ? new WebSocketFraming() : null), target, isModern);

    public static SetupClient Connect(ChatTarget target, bool isModern)
    {
        var socket = new Socket(target.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = ReplyMilliseconds,
            SendTimeout = ReplyMilliseconds,
        };
        try
        {
            socket.Connect(target.EndPoint);
            if (target.IsWebSocket)
                OpenWebSocket(socket, target);
            var client = new SetupClient(socket, target, isModern);
            if (isModern)
                client.SayHello();
            return client;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new BenchException($"cannot connect to {target}: {e.Message}", e);
        }
    }

    /// <summary>Whether the server has not ended the connection, as far as that can be known without reading.</summary>
    public bool IsOpen => !_connection.Socket.Poll(0, SelectMode.SelectError) && !HasEnded(_connection.Socket);

    /// <summary>Sends a request of the modern protocol and returns its reply.</summary>
    public JsonElement Ask(Request request) => Ask(number => request.ToBytes(number));

    /// <summary>The same for what is no <see cref="Request"/> to be written, as a message.</summary>
    /// <param name="write">Given its <c>ref</c>.</param>
    public JsonElement Ask(Func<int, byte[]> write)
    {
        var number = ++_lastRef;
        Send(write(number));
        while (true)
        {
            var frame = Next();
            if (frame.TryGetProperty("ref", out var reference) && reference.ValueKind == JsonValueKind.Number && reference.GetInt32() == number)
                return frame;
        }
    }

    /// <summary>Sends a request of the legacy protocol and returns the next object of this kind.</summary>
    public JsonElement AskLegacy(string members, int replyKind)
    {
        TellLegacy(members);
        while (true)
        {
            var frame = Next();
            if (frame.TryGetProperty("msgid", out var kind) && kind.ValueKind == JsonValueKind.Number && kind.GetInt32() == replyKind)
                return frame;
        }
    }

    /// <summary>Sends something of the legacy protocol that has no answer.</summary>
    public void TellLegacy(string members) => Send(Encoding.UTF8.GetBytes($"{{{members}}}\0"));

    /// <summary>Hands the connection over to the load, with what has come already.</summary>
    /// <param name="index">Its place among the connections of the load.</param>
    /// <param name="target">Where it is connected to.</param>
    /// <param name="userId">Who is logged in.</param>
    /// <param name="first">Frames that came in another one.</param>
    public LoadConnection Release(int index, int target, int userId, string first = "")
    {
        var connection = new LoadConnection(_connection.Socket, index, target, userId, _isModern, _connection.Framing);
        connection.KeepRest([.. Encoding.UTF8.GetBytes(first), .. _connection.Rest]);
        return connection;
    }

    public void Dispose() => _connection.Dispose();

    /// <summary>Whoever does not read learns by writing: an empty line is nothing to the server.</summary>
    static bool HasEnded(Socket socket)
    {
        socket.Send("\n"u8, SocketFlags.None, out var error);
        return error is not (SocketError.Success or SocketError.WouldBlock or SocketError.TimedOut);
    }

    /// <exception cref="BenchException">It is none.</exception>
    static void OpenWebSocket(Socket socket, ChatTarget target)
    {
        socket.Send(WebSocketFraming.Request(target.EndPoint));
        var answer = new byte[2048];
        try
        {
            for (var length = 0; !WebSocketFraming.IsOpen(answer.AsSpan(0, length));)
            {
                var count = socket.Receive(answer.AsSpan(length));
                length += count > 0 ? count : throw new SocketException((int)SocketError.ConnectionReset);
            }
        }
        catch (InvalidOperationException e)
        {
            throw new BenchException($"{target}: {e.Message}; is this the web port of a node?", e);
        }
    }

    void SayHello()
    {
        Send(new HelloRequest(ModernFrames.ProtocolVersion, "chat-bench/1").ToBytes());
        var hello = Next();
        if (!hello.TryGetProperty("msgid", out var kind) || kind.ValueKind != JsonValueKind.Number || kind.GetInt32() != 101)
            throw new BenchException($"{_target} does not speak the modern protocol; try --protocol legacy --legacy-server");
    }

    void Send(byte[] bytes) => _connection.TrySend(bytes); // a broken one is told by the wait for the answer

    JsonElement Next()
    {
        while (true)
        {
            if (_connection.TryTake(out var frame))
                return Parse(frame);
            Receive();
        }
    }

    /// <exception cref="BenchException">It is none, or not an object: the port may be another service's.</exception>
    JsonElement Parse(ReadOnlySpan<byte> frame)
    {
        try
        {
            var reader = new Utf8JsonReader(frame);
            var json = JsonElement.ParseValue(ref reader);
            if (json.ValueKind == JsonValueKind.Object)
                return json;
        }
        catch (JsonException)
        {
            // said below
        }

        throw new BenchException($"{_target} answers what is no JSON object: is this the port of a chat server?");
    }

    void Receive()
    {
        bool isThere;
        try
        {
            isThere = _connection.Receive();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new BenchException($"{_target} did not answer: {e.Message}", e);
        }

        if (!isThere)
            throw new BenchException($"{_target} closed the connection");
    }
}
