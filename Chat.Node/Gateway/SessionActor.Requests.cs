using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>What the client asks for, in its order: whose turn it is, and what is done with marks, friends, groups, history, sync.</summary>
sealed partial class SessionActor
{
    /// <summary>What becomes of the next request.</summary>
    enum Turn
    {
        NotYet,
        Now,
        TooFast,
    }

    sealed record Replied(Request Request, Reply Reply) : INoSerializationVerificationNeeded;

    /// <summary>Requests are handled one after the other; posts do not wait for the answers of posts before them.</summary>
    void HandleRequests()
    {
        while (_requests is { Count: > 0 } && NextTurn() is var turn and not Turn.NotYet)
            TakeTurn(_requests.Dequeue(), turn);
        if (_isEnding)
            EndWhenDone();
    }

    Turn NextTurn()
    {
        if (_isBusy || _isClosed || _closesWhenFlushed)
            return Turn.NotYet;
        if (_frames.TryTake(CoarseMilliseconds))
            return Turn.Now;
        if (_isModern)
            return Turn.TooFast;
        // A documented client cannot be told: it is read more slowly instead.
        _continuing.Set(Context, TimeSpan.FromMilliseconds(20), Continue.Instance);
        return Turn.NotYet;
    }

    void TakeTurn(Request request, Turn turn)
    {
        if (turn == Turn.Now)
            Handle(request);
        else
            RefuseTooFast(request);
    }

    void Handle(Request request)
    {
        switch (request)
        {
            case SendMessageRequest message when _user is not null:
                HandleSendMessage(message, _user);
                break;
            case ReceivedRequest received when _isModern && _user is not null && ClaimProblem(received.Claim, _user) is null:
                HandleReceived(received, _user);
                break;
            case ReceivedRequest or ReadRequest or FetchHistoryRequest or SyncRequest or GetSettingsRequest or ChangeSettingsRequest
                or ListMembersRequest or ListGroupsRequest or ListFriendsRequest or InvalidRequest { Kind: >= MessageKind.Hello } when !_isModern && _user is not null:
                Finish(); // numbers that a documented client may use for something of its own
                break;
            case HelloRequest hello:
                HandleHello(hello);
                break;
            case PingRequest:
                Send(_isModern ? ModernFrames.Pong(request.Ref) : LegacyPong);
                Finish();
                break;
            case LoginRequest login:
                HandleLogin(login);
                break;
            case RegisterRequest register:
                HandleRegister(register);
                break;
            case InvalidRequest invalid:
                Fail(request, invalid.Error, invalid.Reason);
                break;
            case UnknownRequest unknown when _isModern || _user is null:
                Fail(request, ErrorCode.UnknownRequest, $"\"msgid\" {unknown.Kind} is no request");
                break;
            case UnknownRequest:
                Finish(); // documented servers ignore it, and forks use numbers of their own
                break;
            case not null when _user is null:
                Fail(request, ErrorCode.NotLoggedIn, "log in first");
                break;
            case UserRequest own when ClaimProblem(own.Claim, _user!) is { } problem:
                Fail(request, ErrorCode.NotYours, problem);
                break;
            case LogoutRequest logout:
                HandleLogout(logout);
                break;
            default:
                HandleOther(request!, _user!);
                break;
        }
    }

    /// <summary>Of a legacy client only the id counts: a fork may mean something else by a name.</summary>
    string? ClaimProblem(SenderClaim claim, ChatSender user) => claim switch
    {
        { Id: { } id } when id != user.Id => $"\"id\" must be your own ({user.Id}) or left out",
        { Name: { } name } when _isModern && NameKey.Of(name) != NameKey.Of(user.Name) => $"\"name\" must be your own ({user.Name}) or left out",
        _ => null,
    };

    /// <summary>A request has its answer (or needs none): its place is free.</summary>
    void Finish() => _connection.ReturnCredit();

    /// <summary>Bad input: an error for a modern client; a documented one would not understand it and is disconnected.</summary>
    void Fail(Request request, ErrorCode error, string reason)
    {
        if (!_isModern)
        {
            Close($"{request.GetType().Name}: {reason}");
            return;
        }

        var kind = request switch
        {
            LoginRequest or InvalidRequest { Kind: MessageKind.Login } => MessageKind.LoginAck,
            RegisterRequest or InvalidRequest { Kind: MessageKind.Register } => MessageKind.RegisterAck,
            _ => MessageKind.Reply,
        };
        Send(ModernFrames.Failure(kind, request.Ref, error, reason));
        Finish();
        if (request is InvalidRequest { IsFatal: true })
            CloseWhenFlushed();
    }

    void HandleOther(Request request, ChatSender user)
    {
        _isBusy = true;
        _services.Requests.RunAsync(request, user.Id, _sessionId).PipeTo(Self, success: reply => new Replied(request, reply));
    }

    void OnReplied(Replied replied)
    {
        var (request, reply) = replied;
        if (_isModern)
        {
            if (reply.Frame.Length > 0)
                Send(reply.Frame);
            else if (reply.Error != ErrorCode.None)
                Send(ModernFrames.Failure(MessageKind.Reply, request.Ref, reply.Error, reply.Reason));
        }
        else if (reply.Error == ErrorCode.Unavailable)
        {
            Close(reply.Reason); // silence would say that it was done
        }

        Finish();
        ResumeRequests();
    }

    void OnSettingsChanged(UserSettingsChanged changed)
    {
        if (_isModern && _user is not null && !_isEnding && IsFromUser)
            Send(SettingsFrames.Changed(changed.Settings, _services.Limits.MaxFrameBytes));
    }
}
