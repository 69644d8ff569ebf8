using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Threading.Channels;
using Chat.Protocol;
using ChatActors.Client.Messages;

namespace ChatActors.Client.Connections;

/// <summary>
/// One connection to a server, from hello to its end: three loops, to read, to write and to watch the time. It ends once,
/// with a reason that <see cref="Completion"/> tells; everything that waits for a reply is told the same.
/// </summary>
sealed class ChatConnection : IAsyncDisposable
{
    // Ours to choose: the server binds itself to the limit that its hello names, which we do not know before.
    const int MaxInboundFrameBytes = 16 * 1024 * 1024;
    const int MaxOutboundFrames = 8192;
    const int FlushBytes = 64 * 1024;
    static readonly TimeSpan IdleTick = TimeSpan.FromSeconds(1);
    static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    readonly Stream _stream;
    readonly IConnectionOwner _owner;
    readonly TimeProvider _timeProvider;
    readonly TimeSpan _replyTimeout;
    readonly PendingReplies _replies;
    readonly Channel<byte[]> _outbound = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaxOutboundFrames) { SingleReader = true });
    readonly TaskCompletionSource<ChatConnectionException> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource<HelloReply> _hello = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly CancellationTokenSource _ended = new();
    readonly ITimer _retirement;
    Task _writing = Task.CompletedTask;
    Task _reading = Task.CompletedTask;
    Task _watching = Task.CompletedTask;
    long _lastRef;
    long _lastReceivedAt;
    volatile bool _isOwnerBusy;

    public ChatConnection(Stream stream, ChatEndpoint endpoint, ChatClientOptions options, IConnectionOwner owner)
    {
        _stream = stream;
        Endpoint = endpoint;
        _owner = owner;
        _timeProvider = options.TimeProvider;
        _replyTimeout = options.ReplyTimeout;
        _replies = new(_timeProvider);
        _lastReceivedAt = _timeProvider.GetTimestamp();
        _retirement = _timeProvider.CreateTimer(
            _ => Abort(new("the server asked to reconnect elsewhere")), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ChatEndpoint Endpoint { get; }

    /// <summary>What the server said of itself; there after <see cref="StartAsync"/>.</summary>
    public HelloReply Hello { get; private set; } = new("", TimeSpan.Zero, int.MaxValue);

    /// <summary>Whether the server knows of changes of messages.</summary>
    public bool HasChanges => Has(Feature.Changes);

    /// <summary>Why it ended, when it has.</summary>
    public Task<ChatConnectionException> Completion => _completion.Task;

    /// <summary>Cancelled when it ends; to be asked for before.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Starts the loops and says hello.</summary>
    public async Task StartAsync(string clientName, CancellationToken cancellationToken)
    {
        _writing = WriteAsync();
        _reading = ReadAsync();
        TrySend(new HelloRequest(ModernFrames.NewestProtocolVersion, clientName).ToBytes());
        try
        {
            Hello = await _hello.Task.WaitAsync(_replyTimeout, _timeProvider, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new ChatConnectionException($"{Endpoint} does not answer the hello");
        }

        _watching = WatchAsync();
    }

    /// <summary>A number that no other request of this connection has.</summary>
    public long NextRef() => Interlocked.Increment(ref _lastRef);

    /// <summary>Queues a frame that has no reply.</summary>
    public bool TrySend(byte[] frame)
    {
        if (_outbound.Writer.TryWrite(frame))
            return true;
        if (!_ended.IsCancellationRequested)
            Abort(new("the server does not read what is sent"));
        return false;
    }

    /// <summary>Queues a frame whose reply, or the loss of it, is told to <paramref name="reply"/>.</summary>
    public bool TrySend(byte[] frame, long requestRef, PendingReply reply) => _replies.TryAdd(requestRef, reply) && TrySend(frame);

    /// <summary>Sends a request and awaits its reply.</summary>
    public async Task<T> RequestAsync<T>(
        Request request, Func<JsonElement, T> read, CancellationToken cancellationToken, TimeSpan? timeout = null)
    {
        Require(Feature.Of(request));
        var requestRef = NextRef();
        var reply = new AwaitedReply<T>(read) { Timeout = timeout ?? _replyTimeout };
        TrySend(request.ToBytes(requestRef), requestRef, reply);
        return await reply.Result.WaitAsync(cancellationToken);
    }

    public bool Has(string feature) => Hello.Features.Contains(feature);

    /// <exception cref="ChatException">The server does not have a feature that is needed.</exception>
    public void Require(string? feature)
    {
        if (feature is not null && !Has(feature))
            throw new ChatException(ErrorCode.UnknownRequest, $"this server does not have \"{feature}\"");
    }

    /// <summary>Ends it after a while, unless it ends by itself before.</summary>
    public void RetireAfter(TimeSpan delay) => _retirement.Change(delay, Timeout.InfiniteTimeSpan);

    /// <summary>Ends it now; only the first reason counts.</summary>
    public void Abort(ChatConnectionException reason)
    {
        if (!_completion.TrySetResult(reason))
            return;
        _ended.Cancel();
        _outbound.Writer.TryComplete();
        _retirement.Dispose();
        _stream.Dispose();
        _hello.TrySetException(reason);
        _ = _hello.Task.Exception;
        _replies.Lose(reason);
    }

    /// <summary>Writes what is queued, then ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        _outbound.Writer.TryComplete();
        try
        {
            await _writing.WaitAsync(CloseTimeout, _timeProvider);
        }
        catch (TimeoutException)
        {
            // The server does not read: nothing more can be done for what is queued.
        }

        Abort(new("the client closed the connection"));
        await Task.WhenAll(_writing, _reading, _watching);
        _ended.Dispose();
    }

    /// <summary>Whether an exception says that the bytes made no sense, as opposed to a bug of ours.</summary>
    public static bool IsUnreadable(Exception e) => e is JsonException or FormatException or InvalidOperationException;

    async Task ReadAsync()
    {
        var reader = PipeReader.Create(_stream);
        var frames = new FrameReader(MaxInboundFrameBytes);
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(_ended.Token);
                Volatile.Write(ref _lastReceivedAt, _timeProvider.GetTimestamp());
                var buffer = result.Buffer;
                FrameStatus status;
                while ((status = frames.Read(ref buffer, out var frame)) == FrameStatus.Frame)
                    await HandleAsync(frame);
                if (status != FrameStatus.NeedMore)
                    throw new FormatException($"not an object of the protocol: {status}");
                reader.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                    break;
            }

            Abort(new(_stream is WebSocketByteStream { CloseReason: { } reason } ? $"the server closed the connection: {reason}" : "the server closed the connection"));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            Abort(new("the connection broke", e));
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            Abort(new($"the server sent something unreadable: {e.Message}", e));
        }
    }

    async ValueTask HandleAsync(ReadOnlySequence<byte> frame)
    {
        using var document = JsonDocument.Parse(frame);
        var root = document.RootElement;
        switch (ServerObject.KindOf(root))
        {
            case MessageKind.DirectChat or MessageKind.GroupChat:
                if (ChatPush.Find(root) is { } push)
                    await PushAsync(push.ToMessage());
                break;
            case MessageKind.LoginAck or MessageKind.RegisterAck or MessageKind.Reply or MessageKind.Pong:
                // Nothing is asked with a ref of another kind than ours; a reply without one answers what we did not ask.
                if (ServerObject.RefOf(root) is { } requestRef)
                    _replies.Take(requestRef)?.OnReply(root);
                else if (!_hello.Task.IsCompleted && WireMapping.FindFailure(root) is { } refusal)
                    _hello.TrySetException(refusal);
                else if (RefusedMark.Find(root) is { } mark)
                    _owner.OnMarkRefused(this, mark.Conversation, mark.Head);
                break;
            case MessageKind.HelloAck:
                _hello.TrySetResult(HelloReply.Read(root));
                break;
            case MessageKind.GoAway:
                _owner.OnGoAway(this, GoAwayPush.Read(root));
                break;
            case MessageKind.TokenExpiring:
                _owner.OnTokenExpiring(this);
                break;
            default:
                _owner.OnNews(ServerObject.KindOf(root), root);
                break;
        }
    }

    async ValueTask PushAsync(ChatMessage message)
    {
        var task = _owner.OnPushAsync(this, message, _ended.Token);
        if (task.IsCompletedSuccessfully)
            return;
        _isOwnerBusy = true;
        await task;
        _replies.Forgive();
        _isOwnerBusy = false;
    }

    async Task WriteAsync()
    {
        var writer = PipeWriter.Create(_stream);
        try
        {
            while (await _outbound.Reader.WaitToReadAsync(_ended.Token))
            {
                while (writer.UnflushedBytes < FlushBytes && _outbound.Reader.TryRead(out var frame))
                    writer.Write(frame);
                await writer.FlushAsync(_ended.Token);
            }

            if (_stream is WebSocketByteStream webSocket)
                await webSocket.CompleteAsync(_ended.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            if (e is IOException)
                await _reading.WaitAsync(CloseTimeout, _timeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // who reads may know why
            Abort(new("the connection broke", e));
        }
    }

    async Task WatchAsync()
    {
        var tick = TimeSpan.FromTicks(Math.Min(_replyTimeout.Ticks / 8, IdleTick.Ticks / 4));
        using var timer = new PeriodicTimer(tick, _timeProvider);
        var lastTick = _timeProvider.GetTimestamp();
        var ping = new Ping { Timeout = _replyTimeout, IsAnswered = true };
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token))
            {
                // When this process itself stood still (a suspended laptop, a starved machine), replies may lie unread.
                if (_timeProvider.GetElapsedTime(lastTick) > timer.Period + (_replyTimeout / 4))
                    _replies.Forgive();
                lastTick = _timeProvider.GetTimestamp();
                // A program with thousands of idle clients has better things to do.
                timer.Period = _replies.IsEmpty ? IdleTick : tick;
                if (_isOwnerBusy)
                    continue;
                if (_replies.IsAnyLate())
                    Abort(new($"a reply is more than {_replyTimeout.TotalSeconds} s late"));
                else if (IsQuiet() && ping.IsAnswered)
                    ping = SendPing();
            }
        }
        catch (OperationCanceledException)
        {
            // The connection has ended.
        }
    }

    bool IsQuiet() => Hello.Heartbeat > TimeSpan.Zero
        && _timeProvider.GetElapsedTime(Volatile.Read(ref _lastReceivedAt)) >= Hello.Heartbeat / 3;

    Ping SendPing()
    {
        var requestRef = NextRef();
        var ping = new Ping { Timeout = _replyTimeout };
        TrySend(new PingRequest().ToBytes(requestRef), requestRef, ping);
        return ping;
    }
}
