using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>A plain client of the modern protocol: one JSON object per line.</summary>
sealed class ModernTestClient : IAsyncDisposable
{
    readonly Stream _stream;
    readonly TcpClient? _tcp;
    readonly Task _reading;
    readonly Channel<JsonElement> _others = Channel.CreateUnbounded<JsonElement>();
    readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _replies = new();
    readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _lastRef;

    ModernTestClient(Stream stream, TcpClient? tcp, bool isReading)
    {
        _stream = stream;
        _tcp = tcp;
        if (isReading)
            _goOn.SetResult();
        _reading = Task.Run(ReadAsync);
    }

    public int UserId { get; private set; }

    public string Name { get; private set; } = "";

    public string Token { get; private set; } = "";

    public JsonElement Hello { get; private set; }

    /// <summary>Completes when the server has ended the connection.</summary>
    public Task Closed => _reading;

    public static async Task<ModernTestClient> ConnectAsync(int port, bool saysHello = true, bool isReading = true, int protocol = 2)
    {
        var tcp = new TcpClient { NoDelay = true };
        if (!isReading)
            tcp.ReceiveBufferSize = 4096;
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        return await OverAsync(tcp.GetStream(), tcp, saysHello, isReading, protocol);
    }

    public static async Task<ModernTestClient> OverAsync(Stream stream, TcpClient? tcp = null, bool saysHello = true, bool isReading = true, int protocol = 2)
    {
        var client = new ModernTestClient(stream, tcp, isReading);
        if (saysHello)
        {
            await client.SendAsync($$"""{"msgid":100,"protocol":{{protocol}},"client":"tests/1"}""");
            if (isReading)
                client.Hello = await client.NextAsync();
        }

        return client;
    }

    /// <summary>Starts to read, after a start without.</summary>
    public void StartReading() => _goOn.TrySetResult();

    public Task SendAsync(string json) => SendRawAsync(Encoding.UTF8.GetBytes(json + "\n"));

    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes).AsTask().WaitAsync(TestNode.Patience);

    /// <summary>Sends a request and returns its reply; what comes in between is kept for <see cref="NextAsync"/>.</summary>
    public Task<JsonElement> RequestAsync(object request) => StartRequestAsync(request).WaitAsync(TestNode.Patience);

    /// <summary>The same without a deadline, for a crowd of them.</summary>
    public async Task<JsonElement> StartRequestAsync(object request)
    {
        var json = JsonSerializer.SerializeToNode(request)!.AsObject();
        var number = Interlocked.Increment(ref _lastRef);
        json["ref"] = number;
        var reply = _replies[number] = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        await SendAsync(json.ToJsonString());
        if (_reading.IsCompleted)
            reply.TrySetException(new IOException("the server has ended the connection")); // nobody reads any more, and the write may have succeeded
        return await reply.Task;
    }

    /// <summary>The next frame that is no reply to <see cref="RequestAsync"/>, and no system message: most tests are about what somebody has sent.</summary>
    public async Task<JsonElement> NextAsync()
    {
        while (true)
        {
            var next = await NextOfAllAsync();
            if (!IsSystem(next))
                return next;
        }
    }

    /// <summary>The next system message.</summary>
    public async Task<JsonElement> NextSystemAsync()
    {
        while (true)
        {
            var next = await NextOfAllAsync();
            if (IsSystem(next))
                return next;
        }
    }

    static bool IsSystem(JsonElement push) => push.Number("msgid") == 10 && push.Number("id") == 0;

    /// <summary>The next frame that is no reply.</summary>
    public async Task<JsonElement> NextOfAllAsync()
    {
        using var deadline = new CancellationTokenSource(TestNode.Patience);
        try
        {
            return await _others.Reader.ReadAsync(deadline.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException("nothing came from the server", e);
        }
    }

    /// <summary>The same without receipts (113), which come when they like.</summary>
    public async Task<JsonElement> NextButReceiptsAsync()
    {
        while (true)
        {
            var next = await NextAsync();
            if (next.Number("msgid") != 113)
                return next;
        }
    }

    /// <summary>What has come so far and was not taken yet, but for system messages.</summary>
    public List<JsonElement> TakeAll()
    {
        var all = new List<JsonElement>();
        while (_others.Reader.TryRead(out var next))
        {
            if (!IsSystem(next))
                all.Add(next);
        }

        return all;
    }

    /// <summary>Everything that was sent before has been handled, and what it brought is here.</summary>
    public async Task FenceAsync() => Assert.Equal(105, (await RequestAsync(new { msgid = 104 })).Number("msgid"));

    /// <summary>A new user who speaks version 3.</summary>
    public static async Task<ModernTestClient> NewAsync(int port, string name)
    {
        var client = await ConnectAsync(port, protocol: 3);
        await client.RegisterAndLogInAsync(name);
        return client;
    }

    public async Task RegisterAndLogInAsync(string name)
    {
        var registered = await RequestAsync(new { msgid = 4, name, password = "secret" });
        Assert.Equal(0, registered.Number("errno"));
        await LogInAsync(new { msgid = 1, name, password = "secret" });
    }

    public async Task<JsonElement> LogInAsync(object request)
    {
        var reply = await RequestAsync(request);
        Assert.True(reply.Number("errno") == 0, reply.ToString());
        (UserId, Name, Token) = ((int)reply.Number("id"), reply.Text("name"), reply.Text("token"));
        return reply;
    }

    public Task<JsonElement> SendToAsync(int userId, string text, string? cmid = null) =>
        RequestAsync(WithCmid(new JsonObject { ["msgid"] = 6, ["toid"] = userId, ["msg"] = text }, cmid));

    public Task<JsonElement> SendToGroupAsync(int groupId, string text, string? cmid = null) =>
        RequestAsync(WithCmid(new JsonObject { ["msgid"] = 10, ["groupid"] = groupId, ["msg"] = text }, cmid));

    /// <summary>Resets the connection, as a client whose power fails does not even do.</summary>
    public void Abort()
    {
        if (_tcp is not null)
            _tcp.Client.LingerState = new LingerOption(true, 0);
        _tcp?.Close();
    }

    public async ValueTask DisposeAsync()
    {
        _goOn.TrySetResult();
        await _stream.DisposeAsync();
        _tcp?.Dispose();
        await _reading;
    }

    static JsonObject WithCmid(JsonObject json, string? cmid)
    {
        if (cmid is not null)
            json["cmid"] = cmid;
        return json;
    }

    async Task ReadAsync()
    {
        await _goOn.Task;
        Exception reason = new IOException("the server has ended the connection");
        try
        {
            using var reader = new StreamReader(_stream, Encoding.UTF8, leaveOpen: true);
            while (await reader.ReadLineAsync() is { } line)
                Sort(JsonDocument.Parse(line).RootElement);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException or JsonException)
        {
            reason = e;
        }

        _others.Writer.TryComplete(reason);
        foreach (var reply in _replies.Values)
            reply.TrySetException(reason);
    }

    void Sort(JsonElement frame)
    {
        if (frame.TryGetProperty("ref", out var number) && number.ValueKind == JsonValueKind.Number
            && _replies.TryRemove(number.GetInt32(), out var reply))
            reply.TrySetResult(frame);
        else
            _others.Writer.TryWrite(frame);
    }
}

static class JsonExtensions
{
    public static long Number(this JsonElement json, string key) => json.GetProperty(key).GetInt64();

    public static string Text(this JsonElement json, string key) => json.GetProperty(key).GetString()!;

    public static bool Has(this JsonElement json, string key) => json.TryGetProperty(key, out _);
}
