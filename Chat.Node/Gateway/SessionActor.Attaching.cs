using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>The bond with the user's actor: made at the login, made again when that actor has moved or died, given up at the end.</summary>
sealed partial class SessionActor
{
    static readonly TimeSpan AttachPatience = TimeSpan.FromSeconds(1);
    const int MaxAttachAttempts = 10;

    sealed class AttachAgain : INoSerializationVerificationNeeded
    {
        public static readonly AttachAgain Instance = new();
    }

    /// <summary>A login whose password was right and which waits for the user's actor.</summary>
    LoginPrepared? _attaching;

    IActorRef? _userActor;
    int _attachAttempts;

    /// <summary>Whose messages this session gets, or is about to: never two, since a login is refused while somebody is logged in.</summary>
    int? UserId => _attaching?.Result.Account.Id ?? _user?.Id;

    /// <summary>The session ends, and its user's actor may never answer: the login is over without it, and the posts behind it still count.</summary>
    void EndAttaching()
    {
        if (_attaching is { Result.Account.Id: var userId })
            OnAttached(new Attached(userId, [], HasMore: false));
    }

    /// <summary>At login, and when the user's actor has moved or died.</summary>
    void OnAttachAgain()
    {
        if (_isEnding || _isClosed || _userActor is not null || UserId is not { } userId)
            return;
        if (_attaching is { } attaching && _attachAttempts++ >= MaxAttachAttempts)
        {
            Detach(); // should the answer still come
            _attaching = null;
            RefuseLogin(attaching.Request, ErrorCode.Unavailable, "the user could not be reached");
            ResumeRequests();
            return;
        }

        _connection.UserId = userId; // before anything is stored of it
        _services.Users.Value.Tell(new Attach(userId, _sessionId, _isModern, IsReattach: _user is not null, _tokenHash));
        _attachingAgain.Set(Context, AttachPatience, AttachAgain.Instance);
    }

    void OnAttached(Attached attached)
    {
        if (attached.UserId != UserId)
            return; // an answer to who was logged in here before
        _attachingAgain.Cancel();
        if (_attaching is null && _isEnding)
            return; // too late
        if (!_isEnding)
            WatchUser(Sender);
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
        ResumeRequests();
    }

    /// <summary>Who has answered last is the user: an earlier life is gone, or ends.</summary>
    void WatchUser(IActorRef user)
    {
        if (user.Equals(_userActor))
            return;
        Unwatch();
        _userActor = Context.Watch(user);
    }

    /// <summary>The news of its end may be the last message that waits, and is not given to us any more: another one has to bring the flush.</summary>
    void Unwatch()
    {
        if (_userActor is not { } actor)
            return;
        Context.Unwatch(actor);
        Self.Tell(Continue.Instance);
    }

    void OnAttachRefused(AttachRefused refused)
    {
        if (refused.UserId != UserId)
            return; // as above
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
        _connection.UserId = 0;
        RefuseLogin(request, ErrorCode.AlreadyOnline, "this account is using, input another");
        ResumeRequests();
    }

    /// <summary>The user forgets this session and takes back what it did not flush.</summary>
    void Detach()
    {
        _attachingAgain.Cancel();
        if (UserId is not { } userId)
            return;
        Unwatch();
        TellAcknowledged();
        _reports?.Clear();
        if (_user is not null)
            ReportFlushed();
        TellUser(new Detach(userId, _sessionId));
        _connection.UserId = 0;
        _userActor = null;
        _hasSiblings = false;
    }
}
