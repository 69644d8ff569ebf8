using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;

namespace ChatActors.Client.Connections;

/// <summary>Opens connections, each to the next of the configured endpoints.</summary>
sealed class Dialer(ChatClientOptions options, IConnectionOwner owner)
{
    const string SubProtocol = "chatactors.v2";

    int _next;

    /// <summary>Connects and says hello.</summary>
    /// <exception cref="ChatConnectionException">That did not work out.</exception>
    public async Task<ChatConnection> DialAsync(CancellationToken cancellationToken)
    {
        var endpoint = options.Endpoints[_next++ % options.Endpoints.Count];
        ChatConnection? connection = null;
        try
        {
            connection = new(await OpenAsync(endpoint, cancellationToken), endpoint, options, owner);
            await connection.StartAsync(options.ClientName, cancellationToken);
            return connection;
        }
        catch (Exception e)
        {
            if (connection is not null)
                await connection.DisposeAsync();
            if (e is ChatConnectionException || cancellationToken.IsCancellationRequested)
                throw;
            throw new ChatConnectionException($"cannot connect to {endpoint}: {e.Message}", e);
        }
    }

    async Task<Stream> OpenAsync(ChatEndpoint endpoint, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return endpoint.WebSocket is { } address ? await OpenWebSocketAsync(address, either.Token) : await OpenTcpAsync(endpoint, either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ChatConnectionException($"{endpoint} did not answer within {options.ConnectTimeout.TotalSeconds} s");
        }
    }

    async Task<Stream> OpenWebSocketAsync(Uri address, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.AddSubProtocol(SubProtocol);
            socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan; // the connection gives its own signs of life
            socket.Options.RemoteCertificateValidationCallback = options.ValidateCertificate;
            await socket.ConnectAsync(address, cancellationToken);
            return new WebSocketByteStream(socket);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            socket.Dispose();
            throw;
        }
    }

    async Task<Stream> OpenTcpAsync(ChatEndpoint endpoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(endpoint.Host, endpoint.Port, cancellationToken);
            stream = new NetworkStream(socket, ownsSocket: true);
            return options.UseTls ? await SecureAsync(stream, endpoint, cancellationToken) : stream;
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or OperationCanceledException)
        {
            stream?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    async Task<Stream> SecureAsync(Stream stream, ChatEndpoint endpoint, CancellationToken cancellationToken)
    {
        var secure = new SslStream(stream, leaveInnerStreamOpen: false);
        await secure.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = endpoint.Host,
                RemoteCertificateValidationCallback = options.ValidateCertificate,
            },
            cancellationToken);
        return secure;
    }
}
