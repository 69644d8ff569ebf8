using Chat.Protocol;
using ChatActors.Client.Messages;
using ChatActors.Client.Timing;

namespace ChatActors.Client.Connections;

/// <summary>
/// Keeps the session connected: when a connection ends it opens another, logs in again, and puts the session online
/// there. It hands out only connections on which the login, if there is one, has been repeated.
/// </summary>
sealed class ConnectionKeeper(ChatClientOptions options, ChatSession session) : IAsyncDisposable
{
    // A connection that held this long was a good one: the pauses start anew.
    static readonly TimeSpan GoodConnection = TimeSpan.FromSeconds(5);

    readonly Lock _gate = new();
    readonly Dialer _dialer = new(options, session);
    readonly LoginRepetition _repetition = new(session);
    readonly BackOff _pause = new(options.FirstReconnectDelay, options.MaxReconnectDelay);
    readonly CancellationTokenSource _stop = new();
    TaskCompletionSource<ChatConnection> _ready = NewReady();
    ChatConnection? _connection;
    Credentials? _credentials;
    Task? _running;

    /// <summary>Who is logged in; null for nobody.</summary>
    public int? UserId
    {
        get
        {
            lock (_gate)
                return _credentials?.UserId;
        }
    }

    /// <summary>The connection, if there is one now.</summary>
    public ChatConnection? Current
    {
        get
        {
            lock (_gate)
                return _connection;
        }
    }

    /// <summary>The first connection: every endpoint gets one try.</summary>
    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        if (_running is not null)
            throw new InvalidOperationException("the client connects once; afterwards it reconnects by itself");
        for (var tries = 1; ; tries++)
        {
            try
            {
                var connection = await _dialer.DialAsync(cancellationToken);
                TryInstall(connection, null, null);
                _running = RunAsync(connection);
                return;
            }
            catch (ChatException) when (tries < options.Endpoints.Count)
            {
                // The next endpoint may answer.
            }
        }
    }

    /// <summary>The connection, as soon as there is one.</summary>
    public Task<ChatConnection> GetAsync(CancellationToken cancellationToken)
    {
        if (_running is null)
            throw new InvalidOperationException("the client is not connected: call ConnectAsync first");
        lock (_gate)
            return _ready.Task.WaitAsync(cancellationToken);
    }

    public async Task<LoginResult> LogInWithNewTokenAsync(CancellationToken cancellationToken) =>
        await session.Tokens.GetAsync(cancellationToken) is { } jwt
            ? await LogInAsync(new() { HasTokenSource = true, Jwt = jwt }, cancellationToken)
            : throw new ChatException(ErrorCode.Rejected, "the application has no token to log in with");

    public async Task<LoginResult> LogInAsync(Credentials credentials, CancellationToken cancellationToken)
    {
        var connection = await GetAsync(cancellationToken);
        var login = await LogInOnAsync(connection, credentials, cancellationToken);
        lock (_gate)
        {
            _credentials = Renewed(credentials, login);
            if (_connection == connection)
                session.Online(connection, login);
            else
                _connection?.Abort(new("to log in again"));
        }

        return login;
    }

    /// <summary>From now on there is no login to repeat.</summary>
    public void ForgetLogin()
    {
        lock (_gate)
        {
            _credentials = null;
            session.LoginOver = null;
            session.Offline();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        ChatConnection? connection;
        lock (_gate)
        {
            connection = _connection;
            _connection = null;
            session.Offline();
            _ready.TrySetException(new ChatConnectionException("the client was closed"));
            // Nobody has to await it.
            _ = _ready.Task.Exception;
        }

        if (connection is not null)
            await connection.DisposeAsync();
        if (_running is not null)
            await _running;
        _stop.Dispose();
    }

    async Task RunAsync(ChatConnection connection)
    {
        var attempt = 0;
        try
        {
            while (true)
            {
                var since = options.TimeProvider.GetTimestamp();
                var reason = await connection.Completion.WaitAsync(_stop.Token);
                Uninstall(reason);
                await connection.DisposeAsync();
                if (options.TimeProvider.GetElapsedTime(since) >= GoodConnection)
                    attempt = 0;
                (connection, attempt) = await ReconnectAsync(attempt);
            }
        }
        catch (OperationCanceledException)
        {
            // The client is being closed.
        }
    }

    async Task<(ChatConnection Connection, int Attempt)> ReconnectAsync(int attempt)
    {
        while (true)
        {
            await Task.Delay(_pause.Delay(attempt++), options.TimeProvider, _stop.Token);
            if (await TryReconnectAsync() is { } connection)
                return (connection, attempt);
        }
    }

    async Task<ChatConnection?> TryReconnectAsync()
    {
        ChatConnection? connection = null;
        var isInstalled = false;
        try
        {
            connection = await _dialer.DialAsync(_stop.Token);
            var (credentials, login) = await ResumeAsync(connection);
            isInstalled = TryInstall(connection, credentials, login);
            return isInstalled ? connection : null;
        }
        catch (ChatException)
        {
            // The pause grows.
            return null;
        }
        finally
        {
            if (connection is not null && !isInstalled)
                await connection.DisposeAsync();
        }
    }

    /// <summary>Repeats the login, if there is one: by its token, else by its password.</summary>
    async Task<(Credentials? Credentials, LoginResult? Login)> ResumeAsync(ChatConnection connection)
    {
        Credentials? credentials;
        lock (_gate)
            credentials = _credentials;
        if (credentials is null)
            return (null, null);
        var refusal = session.LoginOver;
        var next = await _repetition.FirstAsync(credentials, _stop.Token);
        while (next is not null)
        {
            try
            {
                return (credentials, await LogInOnAsync(connection, next, _stop.Token));
            }
            catch (ChatException e) when (!e.IsRetryable)
            {
                refusal = e;
                next = await _repetition.NextAsync(next, _stop.Token);
            }
        }

        GiveUpLogin(refusal ?? new ChatException(ErrorCode.NotLoggedIn, "the application has no token to log in with"));
        return (null, null);
    }

    void GiveUpLogin(ChatException refusal)
    {
        lock (_gate)
            _credentials = null;
        session.LoginOver = null;
        session.Inbox.Notify(new LoggedOut(refusal.Code, refusal.Message));
        session.Posts.FailAll(new ChatException(ErrorCode.NotLoggedIn, $"logged out by the server: {refusal.Message}"));
    }

    async Task<LoginResult> LogInOnAsync(ChatConnection connection, Credentials credentials, CancellationToken cancellationToken)
    {
        var login = await connection.RequestAsync(
            credentials.ToRequest() with { Device = options.Device },
            reply =>
            {
                // Still in the connection's reader: the first pushes may be right behind.
                var accepted = WireMapping.ReadLogin(reply);
                session.LoginOver = null;
                session.Inbox.Open(accepted.Id, connection.HasChanges);
                return accepted;
            },
            cancellationToken,
            credentials.Token is null ? options.PasswordReplyTimeout : options.ReplyTimeout);
        if (credentials is { Token: null, Jwt: { } jwt })
            session.Tokens.Used(jwt);
        return login;
    }

    /// <summary>False: meanwhile the application logged in as somebody else, or out.</summary>
    bool TryInstall(ChatConnection connection, Credentials? credentials, LoginResult? login)
    {
        lock (_gate)
        {
            if (_credentials != credentials)
                return false;
            _stop.Token.ThrowIfCancellationRequested();
            _connection = connection;
            if (login is not null)
                _credentials = Renewed(_credentials!, login);
            if (_running is not null)
                session.Inbox.Notify(new Reconnected(connection.Endpoint, connection.Hello.Node, login));
            if (login is not null)
                session.Online(connection, login);
            _ready.TrySetResult(connection);
            return true;
        }
    }

    void Uninstall(ChatConnectionException reason)
    {
        lock (_gate)
        {
            _connection = null;
            if (_ready.Task.IsCompleted)
                _ready = NewReady();
            session.Offline();
            session.Inbox.Notify(new ConnectionLost(reason.Message));
        }
    }

    static Credentials Renewed(Credentials credentials, LoginResult login) => credentials with
    {
        UserId = login.Id,
        Name = login.Name,
        Token = login.Token.Length > 0 ? login.Token : credentials.Token,
        Jwt = null,
    };

    static TaskCompletionSource<ChatConnection> NewReady() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
