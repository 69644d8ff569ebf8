using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Tests.Client;

/// <summary>
/// A chat server in memory that speaks the real protocol over real sockets, and does wrong what a test tells it to.
/// Users are created with <see cref="AddUser"/>; everybody's password is "pw".
/// </summary>
sealed class FakeChatServer : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly List<FakeConnection> _connections = [];
    readonly Task _accepting;
    int _acceptCount;

    public FakeChatServer()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public ChatEndpoint Endpoint => UsesWebSockets ? new(new Uri($"{(Certificate is null ? "ws" : "wss")}://127.0.0.1:{Port}")) : new("127.0.0.1", Port);

    /// <summary>Its connections are WebSockets.</summary>
    public bool UsesWebSockets { get; init; }

    public FakeChatStore Store { get; init; } = new();

    /// <summary>Receipts, the list, presence and typing.</summary>
    public FakeLive Live { get; } = new();

    /// <summary>Every request, in the order of arrival.</summary>
    public Recorder<Request> Requests { get; } = new();

    public int AcceptCount => Volatile.Read(ref _acceptCount);

    // The switches.

    /// <summary>Accepted connections are closed at once.</summary>
    public volatile bool IsDown;

    /// <summary>Nothing is answered any more.</summary>
    public volatile bool IsMute;

    /// <summary>So many posts are stored without an acknowledgement.</summary>
    public int AcksToSwallow;

    /// <summary>So many posts are refused with <c>retry</c>, the posts behind them too.</summary>
    public int PostsToRefuse;

    /// <summary>So many changes of settings are refused with <c>retry</c>.</summary>
    public int ChangesToRefuse;

    /// <summary>So many changes of messages are done without an answer.</summary>
    public int ChangeAnswersToSwallow;

    /// <summary>Why changes of messages are refused.</summary>
    public ErrorCode ChangeRefusal;

    /// <summary>The server is of a time before version 3 of the protocol.</summary>
    public volatile bool IsOld;

    /// <summary>What it can do of version 3.</summary>
    public string[] Features { get; set; } = ["changes", "receipts", "conversations", "watch", "typing"];

    /// <summary>Pushes are stored but get lost on the way.</summary>
    public volatile bool LosePushes;

    /// <summary>Tokens are refused.</summary>
    public volatile bool RefuseTokens;

    /// <summary>Seconds that the hello names.</summary>
    public int Heartbeat { get; init; } = 30;

    public int MaxFrameBytes { get; init; } = 65536;

    /// <summary>Speak TLS with this.</summary>
    public X509Certificate2? Certificate { get; init; }

    public int AddUser(string name) => Store.AddUser(name);

    public ChatClientOptions Options(params ChatEndpoint[] others) => new()
    {
        Endpoints = [Endpoint, .. others],
        FirstReconnectDelay = TimeSpan.FromMilliseconds(10),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(50),
        FirstRetryDelay = TimeSpan.FromMilliseconds(10),
        MaxRetryDelay = TimeSpan.FromMilliseconds(50),
        GapDelay = TimeSpan.FromMilliseconds(20),
        MarkInterval = TimeSpan.FromMilliseconds(20),
    };

    /// <summary>A message from a user who needs no client; it is stored and pushed like any other.</summary>
    public StoredMessage Post(int senderId, ConversationId conversation, string text, string? cmid = null)
    {
        var message = Store.Append(senderId, conversation, text, cmid ?? Guid.NewGuid().ToString("N")).Message;
        Push(message);
        return message;
    }

    public void Push(StoredMessage message, FakeConnection? except = null)
    {
        if (LosePushes)
            return;
        foreach (var connection in Snapshot())
        {
            if (connection != except && connection.UserId is { } user && Store.IsReader(message.Conversation, user))
                connection.Send(message.ToPush());
        }
    }

    /// <summary>A change by a user who needs no client.</summary>
    public MessageChangedPush Change(int userId, ConversationId conversation, long seq, ChangeKind kind, string text = "")
    {
        var change = Store.Change(userId, conversation, seq, kind, text);
        Push(change);
        return change;
    }

    /// <summary>The same of a client; null: the answer gets lost.</summary>
    public ChangeReply? TryChange(int userId, ChangeMessageRequest request)
    {
        var push = Store.Change(userId, request);
        if (push is not null)
            Push(push);
        return ChangeAnswersToSwallow-- > 0 ? null : new(Store.StateOf(request.Conversation, request.Seq, userId)!.Rev, 5);
    }

    public void Push(MessageChangedPush change)
    {
        if (LosePushes)
            return;
        foreach (var connection in Snapshot())
        {
            if (connection.HasChanges && connection.UserId is { } user && Store.IsReader(change.Conversation, user))
                connection.Send(change.ToBytes());
        }
    }

    /// <summary>Bytes to every connection of a user.</summary>
    public void SendRaw(int userId, byte[] frame)
    {
        foreach (var connection in Snapshot().Where(connection => connection.UserId == userId))
            connection.Send(frame);
    }

    /// <summary>Bytes to every connection of a user but one.</summary>
    public void SendToOthers(int userId, FakeConnection except, byte[] frame)
    {
        foreach (var connection in Snapshot().Where(connection => connection.UserId == userId && connection != except))
            connection.Send(frame);
    }

    public void GoAway(string reason, int afterMilliseconds)
    {
        foreach (var connection in Snapshot())
            connection.Send(ModernFrames.GoAway(reason, afterMilliseconds));
    }

    /// <summary>With a close frame, where there is one.</summary>
    public void CloseConnections(CloseCode code, string reason)
    {
        foreach (var connection in Snapshot())
            connection.Close(code, reason);
    }

    public void DropConnections()
    {
        foreach (var connection in Snapshot())
            connection.Close();
    }

    public void Forget(FakeConnection connection)
    {
        lock (_connections)
            _connections.Remove(connection);
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync();
        _listener.Stop();
        DropConnections();
        await _accepting;
        _stop.Dispose();
    }

    FakeConnection[] Snapshot()
    {
        lock (_connections)
            return [.. _connections];
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stop.Token);
                Interlocked.Increment(ref _acceptCount);
                if (IsDown)
                {
                    socket.Dispose();
                    continue;
                }

                var connection = new FakeConnection(this, socket);
                lock (_connections)
                    _connections.Add(connection);
                _ = connection.RunAsync();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
