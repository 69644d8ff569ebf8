using System.Net;
using System.Net.Sockets;
using Chat.Node.Gateway;
using Chat.Node.Telemetry;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Chat.Node.Hosting;

/// <summary>
/// Takes connections for Kestrel, no more than its gate lets in. Kestrel's own listener takes whatever comes before anybody can count it,
/// and when the process is out of file descriptors it tries again without a pause, on a whole core.
/// </summary>
sealed class GatedListener(Socket socket, IConnectionGate gate, SocketConnectionFactoryOptions options, TimeProvider clock, ILogger logger) : IConnectionListener
{
    /// <summary>Between two attempts when the machine has nothing left.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    readonly SocketConnectionContextFactory _connections = new(options, logger);
    readonly CancellationTokenSource _unbound = new();

    public EndPoint EndPoint => socket.LocalEndPoint!;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var accepted = await socket.AcceptAsync(cancellationToken);
                if (await TryOpenAsync(accepted) is { } connection)
                    return connection;
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted }
                || (e is OperationCanceledException && _unbound.IsCancellationRequested))
            {
                return null; // unbound
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
            {
                // its client has given up meanwhile: the next one
            }
            catch (SocketException e)
            {
                Log.CannotAccept(logger, EndPoint, e.Message);
                using var pause = new PeriodicTimer(Pause, clock);
                await pause.WaitForNextTickAsync(cancellationToken);
            }
        }
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        socket.Dispose();
        await _unbound.CancelAsync();
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        _unbound.Dispose();
        _connections.Dispose();
        return ValueTask.CompletedTask;
    }

    async ValueTask<GatedConnection?> TryOpenAsync(Socket accepted)
    {
        GatedConnection? connection = null;
        var hasEntered = false;
        try
        {
            hasEntered = await gate.EnterAsync(_unbound.Token);
            if (!hasEntered)
            {
                if (gate is ConnectionLimit limit)
                    Log.TooManyConnections(logger, limit.Max);
                accepted.Dispose();
                return null;
            }

            accepted.NoDelay = true;
            connection = new GatedConnection(_connections.Create(accepted), gate);
            gate.Opened(connection);
            return connection;
        }
        catch (Exception) when (connection is null)
        {
            accepted.Dispose();
            if (hasEntered)
                gate.Leave(null);
            throw;
        }
    }
}

/// <summary>Makes such listeners.</summary>
sealed class GatedTransport(IConnectionGate gate, SocketConnectionFactoryOptions options, TimeProvider clock, ILoggerFactory loggers) : IConnectionListenerFactory
{
    const int Backlog = 512;

    /// <exception cref="AddressInUseException">The port is taken.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        socket.Listen(Backlog);
        return ValueTask.FromResult<IConnectionListener>(new GatedListener(socket, gate, options, clock, loggers.CreateLogger<GatedListener>()));
    }
}
