using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Chat.SystemTests.EndToEnd;

/// <summary>
/// Receives as the legacy client does: <c>recv</c> into 1024 zeroed bytes, which have to hold exactly one object.
/// Anything else ends it. As there, a thread of its own waits in <c>recv</c>: neither a busy pool nor the runtime's own thread for
/// sockets (which a single asynchronous call would bring in) makes it slow.
/// </summary>
sealed class LegacyTestClient : IAsyncDisposable
{
    const int BufferBytes = 1024;

    readonly Socket _socket;
    readonly Task _reading;
    readonly Channel<byte[]> _frames = Channel.CreateUnbounded<byte[]>();

    LegacyTestClient(Socket socket)
    {
        _socket = socket;
        _reading = Task.Factory.StartNew(Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Completes when the server has ended the connection.</summary>
    public Task Closed => _reading;

    public int LocalPort => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public static Task<LegacyTestClient> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendTimeout = (int)TestNode.Patience.TotalMilliseconds };
        socket.Connect(IPAddress.Loopback, port);
        return Task.FromResult(new LegacyTestClient(socket));
    }

    /// <summary>As the legacy client: the object and a NUL byte.</summary>
    public Task SendAsync(string json) => SendRawAsync(Encoding.UTF8.GetBytes(json + "\0"));

    public Task SendRawAsync(ReadOnlyMemory<byte> bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
            sent += _socket.Send(bytes.Span[sent..]);
        return Task.CompletedTask;
    }

    /// <summary>The bytes of one <c>recv</c>.</summary>
    public async Task<byte[]> NextBytesAsync()
    {
        using var deadline = new CancellationTokenSource(TestNode.Patience);
        try
        {
            return await _frames.Reader.ReadAsync(deadline.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException("nothing came from the server", e);
        }
    }

    public async Task<JsonElement> NextAsync() => JsonDocument.Parse(await NextBytesAsync()).RootElement;

    /// <summary>What has come so far and was not taken yet.</summary>
    public List<JsonElement> TakeAll()
    {
        var all = new List<JsonElement>();
        while (_frames.Reader.TryRead(out var next))
            all.Add(JsonDocument.Parse(next).RootElement);
        return all;
    }

    public async Task<JsonElement> LogInAsync(int id, string password = "secret")
    {
        await SendAsync($$"""{"id":{{id}},"msgid":1,"password":"{{password}}"}""");
        return await NextAsync();
    }

    public async Task<int> RegisterAsync(string name)
    {
        await SendAsync($$"""{"msgid":4,"name":"{{name}}","password":"secret"}""");
        return (int)(await NextAsync()).Number("id");
    }

    public Task SendChatAsync(int id, string name, int toId, string text) => SendAsync(
        $$"""{"id":{{id}},"msg":"{{text}}","msgid":6,"name":"{{name}}","time":"2026-01-02 03:04:05","toid":{{toId}}}""");

    /// <summary>
    /// Everything that was sent before has been handled. A ping is an addition of ours, but the only request of a
    /// legacy client's connection that is always answered; its answer is padded like any push when it follows one.
    /// </summary>
    public async Task<List<JsonElement>> FenceAsync()
    {
        await SendAsync("""{"msgid":104}""");
        var before = new List<JsonElement>();
        while (await NextAsync() is var next && next.Number("msgid") != 105)
            before.Add(next);
        return before;
    }

    /// <summary>Ends as a process does that exits: what was sent still arrives.</summary>
    public async Task LeaveAsync()
    {
        _socket.Shutdown(SocketShutdown.Send);
        await Closed.WaitAsync(TestNode.Patience);
    }

    public void Abort()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _reading;
    }

    void Read()
    {
        Exception reason = new IOException("the server has ended the connection");
        try
        {
            while (true)
            {
                var buffer = new byte[BufferBytes];
                var count = _socket.Receive(buffer);
                if (count == 0)
                    break;
                JsonDocument.Parse(buffer.AsMemory(0, count)).Dispose(); // one object, else this client dies
                _frames.Writer.TryWrite(buffer[..count]);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            reason = new IOException("the connection broke", e);
        }
        catch (JsonException e)
        {
            reason = new InvalidOperationException("a legacy client has died of what it received", e);
        }

        _frames.Writer.TryComplete(reason);
    }
}
