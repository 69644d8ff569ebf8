using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Chat.Tests.Support;

/// <summary>In front of a server on this machine: what it answers can be held back on the connections that are there at that moment.</summary>
sealed class HoldingProxy : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _ending = new();
    readonly Lock _lock = new();
    readonly List<Connection> _connections = [];
    readonly List<(byte[] Words, TaskCompletionSource Said)> _awaited = [];
    readonly int _serverPort;
    readonly Task _accepting;

    public HoldingProxy(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>From now on those who are connected hear nothing; who comes later does.</summary>
    public void Hold() => ForEach(connection => connection.Gate = new(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>What was held back is heard.</summary>
    public void Release() => ForEach(connection => connection.Gate.TrySetResult());

    /// <summary>Completes when a client has sent something that contains these words.</summary>
    public Task SaidAsync(string words)
    {
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
            _awaited.Add((Encoding.ASCII.GetBytes(words), said));
        return said.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        Release();
        await _accepting;
        Task[] open;
        lock (_lock)
            open = [.. _connections.Select(connection => connection.Pumps)];
        await Task.WhenAll(open);
        _ending.Dispose();
    }

    void ForEach(Action<Connection> act)
    {
        lock (_lock)
            _connections.ForEach(act);
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_ending.Token);
                var connection = new Connection();
                lock (_lock)
                    _connections.Add(connection);
                connection.Pumps = ServeAsync(client, connection);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the end of the test
        }
    }

    async Task ServeAsync(TcpClient client, Connection connection)
    {
        using var server = new TcpClient();
        using var accepted = client;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _serverPort, _ending.Token);
            client.NoDelay = server.NoDelay = true;
            // Either side's end is the other's.
            await await Task.WhenAny(
                PumpAsync(client.GetStream(), server.GetStream(), said => Note(said.Span)),
                PumpAsync(server.GetStream(), client.GetStream(), _ => connection.Gate.Task));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
            // one of the two has broken it off
        }
    }

    async Task PumpAsync(NetworkStream from, NetworkStream to, Func<ReadOnlyMemory<byte>, Task> before)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, _ending.Token) is > 0 and var count)
        {
            await before(buffer.AsMemory(0, count));
            await to.WriteAsync(buffer.AsMemory(0, count), _ending.Token);
        }
    }

    Task Note(ReadOnlySpan<byte> said)
    {
        lock (_lock)
        {
            foreach (var (words, heard) in _awaited)
                if (said.IndexOf(words) >= 0)
                    heard.TrySetResult();
        }

        return Task.CompletedTask;
    }

    sealed class Connection
    {
        public volatile TaskCompletionSource Gate = Open();

        public Task Pumps { get; set; } = Task.CompletedTask;

        static TaskCompletionSource Open()
        {
            var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            gate.SetResult();
            return gate;
        }
    }
}
