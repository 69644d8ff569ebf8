using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace ChatActors.Client.Connections;

/// <summary>Opens connections, each to the next of the configured endpoints.</summary>
sealed class Dialer(ChatClientOptions options, IConnectionOwner owner)
{
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
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(endpoint.Host, endpoint.Port, either.Token);
            stream = new NetworkStream(socket, ownsSocket: true);
            return options.UseTls ? await SecureAsync(stream, endpoint, either.Token) : stream;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            Close();
            throw new ChatConnectionException($"{endpoint} did not answer within {options.ConnectTimeout.TotalSeconds} s");
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or OperationCanceledException)
        {
            Close();
            throw;
        }

        void Close()
        {
            stream?.Dispose();
            socket.Dispose();
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
