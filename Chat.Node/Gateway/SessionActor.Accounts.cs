using Akka.Actor;
using Chat.Node.Telemetry;
using Chat.Node.Users;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>Hello, register, log in and out; the bond with the user's actor.</summary>
sealed partial class SessionActor
{
    static readonly TimeSpan AttachPatience = TimeSpan.FromSeconds(1);
    const int MostAttachAttempts = 10;

    sealed record Registered(RegisterRequest Request, RegisterResult Result) : INoSerializationVerificationNeeded;

    sealed record LoginPrepared(LoginRequest Request, LoginResult Result) : INoSerializationVerificationNeeded;

    sealed record LoggedOut(LogoutRequest Request, bool IsRevoked) : INoSerializationVerificationNeeded;

    sealed class AttachAgain : INoSerializationVerificationNeeded
    {
        public static readonly AttachAgain Instance = new();
    }

    /// <summary>A login whose password was right and which waits for the user's actor.</summary>
    LoginPrepared? _attaching;

    /// <summary>Who posts: stays after a logout until the posts are answered.</summary>
    ChatSender? _poster;

    IActorRef? _userActor;
    byte[]? _tokenHash;
    int _attachAttempts;

    void HandleHello(HelloRequest hello)
    {
        if (_user is not null || _isModern)
        {
            if (_isModern)
                Fail(hello, ErrorCode.Malformed, "hello comes once, before anything else");
            else
                Finish(); // to a documented client's session an unknown number like any other
            return;
        }

        _isModern = _outbox.IsModern = _connection.IsModern = true;
        if (hello.Protocol < ModernFrames.ProtocolVersion)
        {
            Fail(hello, ErrorCode.Malformed, $"\"protocol\" {hello.Protocol} is not spoken here: {ModernFrames.ProtocolVersion} is expected");
            CloseWhenFlushed();
            return;
        }

        Send(ModernFrames.HelloAck(hello.Ref, _services.Node.Name, _services.Limits.IdleSeconds / 3, _services.Limits.MaxFrameBytes));
        Finish();
    }

    void HandleRegister(RegisterRequest request)
    {
        if (!_services.Addresses.TryEnter(_connection.Address))
        {
            RefuseRegister(request, ErrorCode.TooFast, "too many attempts from this address: wait a minute");
            return;
        }

        _isBusy = _connection.IsLoggingIn = true;
        _services.Logins.RegisterAsync(request).PipeTo(Self, success: result => new Registered(request, result));
    }

    void OnRegistered(Registered registered)
    {
        var (request, result) = registered;
        if (result.Error != ErrorCode.None)
        {
            RefuseRegister(request, result.Error, result.Reason);
        }
        else
        {
            Send(_isModern ? ModernFrames.RegisterAck(request.Ref, result.UserId) : LegacyFrames.RegisterAck(result.UserId));
            Finish();
        }

        GoOn();
    }

    void RefuseRegister(RegisterRequest request, ErrorCode error, string reason)
    {
        Send(_isModern
            ? ModernFrames.Failure(MessageKind.RegisterAck, request.Ref, error, reason)
            : LegacyFrames.RegisterFailure(ErrorCode.Rejected)); // the one failure that a documented client knows
        Finish();
    }

    void HandleLogin(LoginRequest request)
    {
        if (_user is not null)
        {
            RefuseLogin(request, ErrorCode.AlreadyOnline, "this connection is logged in already");
            return;
        }

        if (!_services.Addresses.TryEnter(_connection.Address))
        {
            RefuseLogin(request, ErrorCode.TooFast, "too many attempts from this address: wait a minute");
            return;
        }

        _isBusy = _connection.IsLoggingIn = true;
        _services.Logins.LogInAsync(request, _isModern).PipeTo(Self, success: result => new LoginPrepared(request, result));
    }

    void OnLoginPrepared(LoginPrepared prepared)
    {
        var (request, result) = prepared;
        if (result.Error != ErrorCode.None)
        {
            RefuseLogin(request, result.Error, result.Reason);
            GoOn();
            return;
        }

        if (_unanswered > 0 && _poster is not null && _poster.Id != result.Account.Id)
        {
            RefuseLogin(request, ErrorCode.Unavailable, "messages of the user before are still without an answer");
            GoOn();
            return;
        }

        _attaching = prepared;
        _tokenHash = result.TokenHash;
        _attachAttempts = 0;
        if (_isEnding)
            EndAttaching();
        else
            OnAttachAgain();
    }

    /// <summary>The session ends, and its user's actor may never answer: the login is over without it, and the posts behind it still count.</summary>
    void EndAttaching()
    {
        if (_attaching is { Result.Account.Id: var userId })
            OnAttached(new Attached(userId, [], HasMore: false));
    }

    /// <summary>At login, and when the user's actor has moved or died.</summary>
    void OnAttachAgain()
    {
        if (_isEnding || _isClosed || _userActor is not null)
            return;
        var userId = _attaching?.Result.Account.Id ?? _user?.Id ?? 0;
        if (userId == 0)
            return;
        if (_attaching is { } attaching && _attachAttempts++ >= MostAttachAttempts)
        {
            Detach(); // should the answer still come
            _attaching = null;
            RefuseLogin(attaching.Request, ErrorCode.Unavailable, "the user could not be reached");
            GoOn();
            return;
        }

        _services.Users.Value.Tell(new Attach(userId, _sessionId, _isModern, IsReattach: _user is not null, _tokenHash));
        _attachingAgain.Set(Context, AttachPatience, AttachAgain.Instance);
    }

    /// <summary>Not an answer to who was logged in here before, which came late.</summary>
    bool IsAwaited(int userId) => userId == (_attaching?.Result.Account.Id ?? _user?.Id);

    void OnAttached(Attached attached)
    {
        if (!IsAwaited(attached.UserId))
            return;
        _attachingAgain.Cancel();
        if (_attaching is null && _isEnding)
            return; // too late
        if (!_isEnding)
            Know(Sender);
        if (_attaching is not { Result: var result, Request: var request })
        {
            PushOffline(attached.Offline);
            return;
        }

        _attaching = null;
        _user = _poster = new ChatSender(result.Account.Id, result.Account.Name);
        _connection.IsLoggedIn = true;
        if (_isModern)
        {
            Send(ModernFrames.LoginAck(
                request.Ref, _user.Id, _user.Name, result.Token, result.Friends, result.Groups, _services.Limits.MaxFrameBytes));
            PushOffline(attached.Offline);
        }
        else
        {
            SendLegacyAck(result, attached);
        }

        Log.LoggedIn(_services.Logger, _connection.Id, _user.Id, _isModern);
        Finish();
        GoOn();
    }

    /// <summary>Who has answered last is the user: an earlier life is gone, or ends.</summary>
    void Know(IActorRef user)
    {
        if (user.Equals(_userActor))
            return;
        if (_userActor is not null)
            Context.Unwatch(_userActor);
        _userActor = Context.Watch(user);
    }

    void OnAttachRefused(AttachRefused refused)
    {
        if (!IsAwaited(refused.UserId))
            return;
        _attachingAgain.Cancel();
        if (_attaching is not { Request: var request })
        {
            Close("the user has no place for this session any more");
            return;
        }

        _attaching = null;
        if (request.Token is null && _tokenHash is { } hash)
            _ = _services.Logins.RevokeAsync(hash);
        _tokenHash = null;
        RefuseLogin(request, ErrorCode.AlreadyOnline, "this account is using, input another");
        GoOn();
    }

    void RefuseLogin(LoginRequest request, ErrorCode error, string reason)
    {
        if (_isModern)
            Send(ModernFrames.Failure(MessageKind.LoginAck, request.Ref, error, reason));
        else
            Send(LegacyFrames.LoginFailure(error == ErrorCode.AlreadyOnline ? error : ErrorCode.Rejected, reason));
        Finish();
    }

    void HandleLogout(LogoutRequest request, ChatSender user)
    {
        if (request.UserId is { } id && id != user.Id)
        {
            Fail(request, ErrorCode.NotYours, $"\"id\" must be your own ({user.Id}) or left out");
            return;
        }

        _isBusy = true;
        var revoked = _tokenHash is { } hash ? _services.Logins.RevokeAsync(hash) : Task.CompletedTask;
        revoked.PipeTo(Self, success: () => new LoggedOut(request, IsRevoked: true), failure: _ => new LoggedOut(request, IsRevoked: false));
    }

    void OnLoggedOut(LoggedOut loggedOut)
    {
        if (!loggedOut.IsRevoked)
        {
            Fail(loggedOut.Request, ErrorCode.Unavailable, "the token could not be revoked now");
            GoOn();
            return;
        }

        Detach();
        _outbox.DropPushes();
        _pushed.Clear();
        _copies.Clear();
        _user = null;
        _tokenHash = null;
        _connection.IsLoggedIn = false;
        _connection.RestartLoginDeadline();
        if (_isModern)
            Send(ModernFrames.Success(loggedOut.Request.Ref));
        Finish();
        GoOn();
    }

    /// <summary>The user forgets this session and takes back what it did not flush.</summary>
    void Detach()
    {
        _attachingAgain.Cancel();
        var userId = _user?.Id ?? _attaching?.Result.Account.Id;
        if (userId is null)
            return;
        if (_userActor is { } actor)
            Context.Unwatch(actor);
        if (_user is not null)
            TellUntold();
        TellUser(new Detach(userId.Value, _sessionId));
        _userActor = null;
        _hasSiblings = false;
    }

    void GoOn()
    {
        _isBusy = _connection.IsLoggingIn = false;
        HandleRequests();
    }
}
