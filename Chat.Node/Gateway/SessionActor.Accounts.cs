using Akka.Actor;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>Hello, register, log in and out.</summary>
sealed partial class SessionActor
{
    sealed record Registered(RegisterRequest Request, RegisterResult Result) : INoSerializationVerificationNeeded;

    sealed record LoginPrepared(LoginRequest Request, LoginOutcome Result) : INoSerializationVerificationNeeded;

    sealed record LogoutDone(LogoutRequest Request, bool IsRevoked) : INoSerializationVerificationNeeded;

    /// <summary>Who posts: stays after a logout until the posts are answered.</summary>
    ChatSender? _poster;

    byte[]? _tokenHash;

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

        _isModern = _outbox.IsModern = _pushes.IsModern = _connection.IsModern = true;
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

        ResumeRequests();
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
            ResumeRequests();
            return;
        }

        if (_unanswered > 0 && _poster is not null && _poster.Id != result.Account.Id)
        {
            RefuseLogin(request, ErrorCode.Unavailable, "messages of the user before are still without an answer");
            ResumeRequests();
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

    void RefuseLogin(LoginRequest request, ErrorCode error, string reason)
    {
        if (_isModern)
            Send(ModernFrames.Failure(MessageKind.LoginAck, request.Ref, error, reason));
        else
            Send(LegacyFrames.LoginFailure(error == ErrorCode.AlreadyOnline ? error : ErrorCode.Rejected, reason));
        Finish();
    }

    void HandleLogout(LogoutRequest request)
    {
        _isBusy = true;
        var revoked = _tokenHash is { } hash ? _services.Logins.RevokeAsync(hash) : Task.CompletedTask;
        revoked.PipeTo(Self, success: () => new LogoutDone(request, IsRevoked: true), failure: _ => new LogoutDone(request, IsRevoked: false));
    }

    void OnLoggedOut(LogoutDone loggedOut)
    {
        if (!loggedOut.IsRevoked)
        {
            Fail(loggedOut.Request, ErrorCode.Unavailable, "the token could not be revoked now");
            ResumeRequests();
            return;
        }

        Detach();
        _outbox.DropPushes();
        _pushes.Clear();
        _user = null;
        _tokenHash = null;
        _connection.IsLoggedIn = false;
        _connection.RestartLoginDeadline();
        if (_isModern)
            Send(ModernFrames.Success(loggedOut.Request.Ref));
        Finish();
        ResumeRequests();
    }

    void ResumeRequests()
    {
        _isBusy = _connection.IsLoggingIn = false;
        HandleRequests();
    }
}
