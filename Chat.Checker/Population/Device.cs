using System.Net;
using System.Net.Sockets;
using Chat.Checker.Checking;
using Chat.Checker.Wire;
using Chat.Protocol;

namespace Chat.Checker.Population;

/// <summary>What all clients of a run share.</summary>
sealed record RunServices(RunClock Clock, SentRegister Sent, IReadOnlyList<IPEndPoint> Nodes, Action<string> Note, CancellationToken End)
{
    /// <summary>Where modern clients connect over WebSockets; null if they do not.</summary>
    public IReadOnlyList<IPEndPoint>? WebPorts { get; init; }
}

/// <summary>An account, and which of its client programs this is.</summary>
sealed record DeviceAccount(int Device, int User, string Name);

/// <summary>
/// A client program: one connection at a time, to one node after the other; what it saw is kept. Its reader, the load and the
/// tick come from different threads: everything happens under its lock.
/// </summary>
abstract class Device(RunServices services, DeviceAccount account)
{
    const int PauseMilliseconds = 50;

    readonly object _gate = new();
    int _nextNode = account.Device;
    long _awayUntil;
    long _pauseUntil;

    public DeviceAccount Account => account;

    public abstract bool IsModern { get; }

    /// <summary>Logged in now.</summary>
    public bool IsOnline { get; protected set; }

    /// <summary>When a message last came to it; milliseconds of the run.</summary>
    public long LastSighting { get; private set; }

    protected RunServices Services => services;

    protected long Now => services.Clock.Now;

    /// <summary>When it comes, or came, back from being away by its own will.</summary>
    protected long BackAt => _awayUntil;

    protected WireConnection? Connection { get; private set; }

    protected List<ConnectionLog> Logs { get; } = [];

    /// <summary>Until the end of the run.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (!services.End.IsCancellationRequested)
                await ConnectOnceAsync();
        }
        catch (OperationCanceledException)
        {
            // the run is over
        }
    }

    /// <summary>False if it has too many messages without an acknowledgement, or is not there.</summary>
    public bool TryPost(ConversationId conversation)
    {
        lock (_gate)
            return Post(conversation);
    }

    /// <summary>Now and then: what is late, what is to be repeated.</summary>
    public void Tick()
    {
        lock (_gate)
            OnTick();
    }

    /// <summary>Goes offline for a while.</summary>
    public void GoAway(long milliseconds)
    {
        lock (_gate)
        {
            _awayUntil = Now + milliseconds;
            if (Connection is { } connection)
                Leave(connection);
        }
    }

    /// <summary>Ends its connection for good; the run's end has been announced.</summary>
    public void End()
    {
        lock (_gate)
            Connection?.Abort();
    }

    /// <summary>Adds what it saw so far to what is known of the run.</summary>
    public void Report(Observations seen)
    {
        lock (_gate)
        {
            foreach (var log in Logs)
            {
                var copy = new ConnectionLog(log.User, log.Device, log.IsModern);
                copy.Pushes.AddRange(log.Pushes);
                copy.CaughtUp.AddRange(log.CaughtUp);
                seen.Connections.Add(copy);
            }

            AddTo(seen);
        }
    }

    protected abstract bool Post(ConversationId conversation);

    protected abstract void OnConnected(WireConnection connection);

    /// <summary>Takes the frames that are there.</summary>
    protected abstract void OnReceived(WireConnection connection);

    protected abstract void OnDisconnected();

    protected abstract void OnTick();

    protected abstract void Leave(WireConnection connection);

    protected abstract void AddTo(Observations seen);

    /// <summary>Not before then.</summary>
    protected void ReconnectAt(long at) => _pauseUntil = Math.Max(_pauseUntil, at);

    protected ConnectionLog StartLog()
    {
        var log = new ConnectionLog(account.User, account.Device, IsModern);
        Logs.Add(log);
        return log;
    }

    protected Sighting Sight(ServerFrame frame)
    {
        LastSighting = Now;
        return new Sighting(frame.ConversationOfChat, frame.Seq, frame.NumberOfChat, frame.Id, (int)LastSighting);
    }

    async Task ConnectOnceAsync()
    {
        var from = Math.Max(_awayUntil, _pauseUntil);
        if (from > Now)
            await Task.Delay((int)(from - Now), services.End);
        using var connection = await TryConnectAsync();
        if (connection is null)
        {
            await Task.Delay(PauseMilliseconds, services.End);
            return;
        }

        lock (_gate)
        {
            if (_awayUntil > Now || services.End.IsCancellationRequested)
                return; // it left meanwhile
            Connection = connection;
            OnConnected(connection);
        }

        while (await connection.ReceiveAsync())
        {
            lock (_gate)
            {
                OnReceived(connection);
            }
        }

        lock (_gate)
        {
            Connection = null;
            IsOnline = false;
            OnDisconnected();
            ReconnectAt(Now + PauseMilliseconds);
        }
    }

    async Task<WireConnection?> TryConnectAsync()
    {
        var webPorts = IsModern ? services.WebPorts : null;
        var nodes = webPorts ?? services.Nodes;
        try
        {
            return await WireConnection.ConnectAsync(nodes[(_nextNode++ & int.MaxValue) % nodes.Count], IsModern, webPorts is not null, services.End);
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !services.End.IsCancellationRequested))
        {
            return null; // it is down: the next one
        }
    }
}
