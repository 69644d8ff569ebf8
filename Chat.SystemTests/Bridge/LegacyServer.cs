using System.Net;
using System.Net.Sockets;

namespace Chat.SystemTests.Bridge;

/// <summary>
/// A legacy server, rebuilt from the description of its behaviour: its protocol, its SQL and its use of Redis with all
/// that is wrong with them. What it does not survive ends it (<see cref="Aborted"/>): text that is not one JSON object, half an object
/// in one read, a missing field, NULL or wrongly stored text in the database.
/// </summary>
/// <remarks>
/// It lives in this process, but shares nothing with others except the database and Redis. Two ways to send it several messages:
/// wait for <see cref="LegacyCounters.Handled"/> after each, or use a connection for each; of several in one read it sees the first.
/// </remarks>
sealed class LegacyServer : IAsyncDisposable
{
    /// <summary>What their network library reads at most at once.</summary>
    const int ReadBytes = 1024 + 65536;

    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly Dictionary<LegacyConnection, Task> _connections = [];
    readonly LegacyDatabase _database;
    readonly LegacyService _service;
    readonly Task _accepting;
    bool _hasEnded;

    LegacyServer(LegacyDatabase database, LegacyService service, LegacyCounters counters)
    {
        (_database, _service, Counters) = (database, service, counters);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public LegacyCounters Counters { get; }

    /// <summary>Why it has ended by itself; null while it has not.</summary>
    public LegacyAbortException? Aborted { get; private set; }

    /// <param name="mariaDb">A database that has the legacy tables.</param>
    /// <param name="redisEndpoint">Address and port.</param>
    public static async Task<LegacyServer> StartAsync(string mariaDb, string redisEndpoint)
    {
        var (database, counters) = (new LegacyDatabase(mariaDb), new LegacyCounters());
        return new LegacyServer(database, await LegacyService.StartAsync(database, redisEndpoint, counters), counters);
    }

    /// <summary>Ctrl-C: it sets every user of every server offline, and ends.</summary>
    public async Task InterruptAsync()
    {
        await _database.SetAllOfflineAsync();
        await KillAsync();
    }

    /// <summary>SIGTERM, <c>kill -9</c> or a crash: it just ends. Its users stay online in the database.</summary>
    public async Task KillAsync()
    {
        End();
        await _accepting;
        await _service.DisposeAsync();
        await Task.WhenAll(_connections.Values); // none is added any more
    }

    public ValueTask DisposeAsync() => new(KillAsync());

    void End()
    {
        lock (_connections)
        {
            _hasEnded = true;
            _database.End();
            _listener.Dispose();
            foreach (var connection in _connections.Keys)
                connection.Dispose();
        }
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = new LegacyConnection(await _listener.AcceptSocketAsync());
                lock (_connections)
                {
                    if (_hasEnded)
                        connection.Dispose();
                    else
                        _connections.Add(connection, Task.Run(() => ServeAsync(connection)));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            _ = e; // the listener is closed
        }
    }

    async Task ServeAsync(LegacyConnection connection)
    {
        var buffer = new byte[ReadBytes];
        try
        {
            while (await connection.ReadAsync(buffer) is > 0 and var count)
            {
                var reply = await _service.HandleAsync(connection, buffer.AsMemory(0, count));
                Counters.CountHandled(); // who has the answer can rely on it
                if (reply is not null)
                    connection.Send(reply);
            }

            if (!Volatile.Read(ref _hasEnded))
                await _service.CloseAsync(connection);
        }
        catch (LegacyAbortException e)
        {
            Aborted ??= e;
            End();
            await _service.DisposeAsync();
        }
        finally
        {
            connection.Dispose();
            await connection.EndedAsync();
        }
    }
}
