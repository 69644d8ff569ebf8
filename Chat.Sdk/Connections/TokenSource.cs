using Chat.Protocol;
using ChatActors.Client.Timing;

namespace ChatActors.Client.Connections;

/// <summary>Asks the application for tokens (JWT), and brings a newer one to the server before the one in use expires.</summary>
sealed class TokenSource(ChatClientOptions options)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    readonly BackOff _pause = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
    volatile string? _last;

    /// <summary>A token for a login; null when there is none any more.</summary>
    /// <exception cref="ChatConnectionException">The application did not give one now; it may later.</exception>
    public async Task<string?> GetAsync(CancellationToken cancellationToken)
    {
        if (options.GetToken is not { } get)
            throw new InvalidOperationException($"{nameof(ChatClientOptions)}.{nameof(ChatClientOptions.GetToken)} is not set");
        try
        {
            return await get(cancellationToken).WaitAsync(Patience, options.TimeProvider, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new ChatConnectionException($"the application gave no token: {e.Message}", e); // whatever went wrong there, the client lives on
        }
    }

    /// <summary>The same, but only one that the server has not been shown yet.</summary>
    /// <inheritdoc cref="GetAsync" />
    public async Task<string?> GetNewAsync(CancellationToken cancellationToken) =>
        await GetAsync(cancellationToken) is { } token && token != _last ? token : null;

    /// <summary>The server has accepted a token.</summary>
    public void Used(string token) => _last = token;

    /// <summary>142: tries until a newer token is accepted or the connection has ended. Never fails: what is lost then is told by the server.</summary>
    public async Task RefreshAsync(ChatConnection connection)
    {
        var ended = connection.Ended;
        try
        {
            for (var attempt = 0; !await TryRefreshAsync(connection, ended); attempt++)
                await Task.Delay(_pause.Delay(attempt), options.TimeProvider, ended);
        }
        catch (OperationCanceledException)
        {
            // The connection has ended.
        }
    }

    async Task<bool> TryRefreshAsync(ChatConnection connection, CancellationToken ended)
    {
        try
        {
            if (await GetNewAsync(ended) is not { } token)
                return false;
            await connection.RequestAsync(new RefreshTokenRequest(token), _ => true, ended, options.PasswordReplyTimeout);
            Used(token);
            return true;
        }
        catch (ChatException)
        {
            return false; // the next one may be better
        }
    }
}
