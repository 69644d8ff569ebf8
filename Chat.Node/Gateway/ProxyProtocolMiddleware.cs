using System.Net;
using Chat.Node.Telemetry;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Chat.Node.Gateway;

/// <summary>
/// In front of everything else on a listener, TLS included: reads the PROXY header and gives the connection the address of
/// the client. A connection without a header is closed: who may speak to this listener is the load balancer, nobody else.
/// </summary>
sealed class ProxyProtocolMiddleware(ConnectionDelegate next, TimeSpan patience, ILogger<ProxyProtocolMiddleware> logger)
{
    public async Task OnConnectedAsync(ConnectionContext connection)
    {
        if (!await TakeHeaderAsync(connection))
            return;
        await next(connection);
    }

    async Task<bool> TakeHeaderAsync(ConnectionContext connection)
    {
        using var deadline = new CancellationTokenSource(patience);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ClosingOf(connection));
        try
        {
            while (true)
            {
                var read = await connection.Transport.Input.ReadAsync(waiting.Token);
                var buffer = read.Buffer;
                var isEmpty = buffer.IsEmpty;
                var status = ProxyHeader.Read(ref buffer, out var client);
                connection.Transport.Input.AdvanceTo(buffer.Start, status == ProxyHeaderStatus.Found ? buffer.Start : buffer.End);
                if (status == ProxyHeaderStatus.Found)
                    connection.RemoteEndPoint = AddressOf(client, connection.RemoteEndPoint);
                if (status != ProxyHeaderStatus.NeedMore || read.IsCompleted)
                    return status == ProxyHeaderStatus.Found || Refuse(connection, status, isEmpty);
            }
        }
        catch (OperationCanceledException)
        {
            if (deadline.IsCancellationRequested)
                Log.NoProxyHeader(logger, connection.ConnectionId, connection.RemoteEndPoint, $"nothing complete within {patience.TotalSeconds} s");
            return false;
        }
        catch (Exception e) when (e is IOException or ConnectionAbortedException)
        {
            return false; // the peer has reset the connection
        }
    }

    /// <summary>Who opens and closes without a byte only asks whether the port is open: not worth a line.</summary>
    bool Refuse(ConnectionContext connection, ProxyHeaderStatus status, bool isEmpty)
    {
        if (!isEmpty)
        {
            var problem = status == ProxyHeaderStatus.Malformed ? "the first bytes are something else" : "it broke off";
            Log.NoProxyHeader(logger, connection.ConnectionId, connection.RemoteEndPoint, problem);
        }

        return false;
    }

    /// <summary>
    /// The loopback of another machine is not ours, which is not limited: such connections count for the balancer.
    /// </summary>
    static EndPoint? AddressOf(IPEndPoint? client, EndPoint? balancer) =>
        client is null || (IPAddress.IsLoopback(client.Address) && balancer is IPEndPoint peer && !IPAddress.IsLoopback(peer.Address))
            ? balancer
            : client;

    /// <summary>The node does not wait for headers while it stops.</summary>
    static CancellationToken ClosingOf(ConnectionContext connection) =>
        connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
}
