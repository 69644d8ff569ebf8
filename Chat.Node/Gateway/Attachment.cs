using Akka.Actor;
using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>The user's actor has not answered in time, or is gone.</summary>
sealed class AttachAgain : INoSerializationVerificationNeeded
{
    public static readonly AttachAgain Instance = new();
}

/// <summary>The bond with the user's actor: made at the login, made again when that actor has moved or died, given up at the end.</summary>
sealed class Attachment(SessionCore core, SessionPushes pushes)
{
    const int MaxAttachAttempts = 10;

    /// <summary>A login whose password was right and which waits for the user's actor.</summary>
    LoginPrepared? _attaching;

    byte _attempts;
    OneShotTimer _again;
    bool _isProvingPeer;

    /// <summary>Of the token that the session was logged in with, or was given.</summary>
    public byte[]? TokenHash { get; private set; }

    /// <summary>Of the login (<see cref="Storage.Account.Generation"/>).</summary>
    public int Generation { get; private set; }

    /// <summary>Whose messages this session gets, or is about to: never two, since a login is refused while somebody is logged in.</summary>
    int? UserId => _attaching?.Outcome.Account.Id ?? core.User?.Id;

    /// <summary>A login has come so far that the user's actor has to agree.</summary>
    public void Begin(LoginPrepared prepared)
    {
        _attaching = prepared;
        TokenHash = prepared.Outcome.TokenHash;
        Generation = prepared.Outcome.Account.Generation;
        _attempts = 0;
        if (core.Life == SessionLife.Finishing)
            EndAttaching();
        else
            TryAttach();
    }

    /// <summary>The session ends, and its user's actor may never answer: the login is over without it, and the posts behind it still count.</summary>
    public void EndAttaching()
    {
        if (_attaching is { Outcome.Account.Id: var userId })
            OnAttached(new Attached(userId, [], HasMore: false));
    }

    /// <summary>At login, and when the user's actor has moved or died.</summary>
    public void TryAttach()
    {
        if (core.Life != SessionLife.Open || core.UserActor is not null || UserId is not { } userId)
            return;
        if (_attaching is { } attaching && _attempts >= MaxAttachAttempts)
        {
            Detach(); // should the answer still come
            _attaching = null;
            SessionAccounts.RefuseLogin(core, attaching.Request, ErrorCode.Unavailable, "the user could not be reached");
            core.Resume();
            return;
        }

        core.Transport.UserId = userId; // before anything is stored of it
        core.Services.Users.Value.Tell(new Attach(userId, core.Id, core.IsModern, IsReattach: core.User is not null, TokenHash), core.Context.Self);
        _again.Set(core.Context, core.Services.BackOff.After(_attempts), AttachAgain.Instance);
        _attempts = (byte)Math.Min(_attempts + 1, MaxAttachAttempts);
    }

    public void OnAttached(Attached attached)
    {
        if (attached.UserId != UserId)
            return; // an answer to who was logged in here before
        _again.Cancel();
        var isFinishing = core.Life == SessionLife.Finishing;
        if (_attaching is null && isFinishing)
            return; // too late
        if (!isFinishing)
            Watch(core.Sender);
        if (_attaching is not { Outcome: var result, Request: var request })
        {
            core.Device?.Check();
            pushes.PushOffline(attached.Offline);
            return;
        }

        _attaching = null;
        var user = core.User = new ChatSender(result.Account.Id, result.Account.Name);
        core.Transport.IsLoggedIn = true;
        if (core.IsModern)
        {
            core.Send(ModernFrames.LoginAck(
                request.Ref, user.Id, user.Name, result.Token, result.Friends, result.Groups, core.Services.Limits.MaxFrameBytes));
            pushes.PushOffline(attached.Offline);
        }
        else
        {
            pushes.SendLegacyAck(result, attached);
        }

        SessionPresence.Come(core);
        if (core.SpeaksNext)
            NoticeBoard.Of(core.Context.System).Add(user.Id, core.Context.Self);
        if (result.Device is { } device)
        {
            core.Device = new SessionDevice(core, user.Id, device);
            core.Device.See();
            core.Device.Check();
        }

        if (result.Ends is { } ends)
        {
            core.Token = new SessionToken(core, ends);
            core.Context.Self.Tell(TokenDue.Instance);
        }

        core.Services.Meter.LoginAnswered(ErrorCode.None);
        Log.LoggedIn(core.Services.Logger, core.Transport.Id, user.Id, core.IsModern);
        core.ReturnCredit();
        core.Resume();
    }

    /// <summary>Its user was logged out everywhere, since this login or while it was under way: then it is refused.</summary>
    /// <returns>Whether the session is over.</returns>
    public bool OnEndSession(int userId, int generation)
    {
        return userId == UserId && Generation < generation && IsOver("the user was logged out everywhere meanwhile: log in again");
    }

    /// <summary>Its device was logged out, since this login or while it was under way: then it is refused.</summary>
    /// <returns>Whether the session is over.</returns>
    public bool OnEndDevice(EndDeviceSession end)
    {
        var registration = _attaching is { } attaching ? attaching.Outcome.Device?.Registration : core.Device?.Registration;
        return end.UserId == UserId && registration == end.Registration && IsOver("the device was logged out meanwhile: log in again");
    }

    bool IsOver(string reason)
    {
        if (_attaching is not { Request: var request })
            return core.Life == SessionLife.Open;
        Detach();
        _attaching = null;
        TokenHash = null;
        SessionAccounts.RefuseLogin(core, request, ErrorCode.Rejected, reason);
        core.Resume();
        return false;
    }

    public void OnAttachRefused(AttachRefused refused)
    {
        if (refused.UserId != UserId)
            return; // an answer to who was logged in here before
        _again.Cancel();
        if (_attaching is not { Request: var request })
        {
            core.Close(CloseCode.PlaceLost, "the user has no place for this session any more");
            return;
        }

        _attaching = null;
        if (request.Token is null && TokenHash is { } hash)
            _ = core.Services.Logins.RevokeAsync(hash);
        TokenHash = null;
        core.Transport.UserId = 0;
        SessionAccounts.RefuseLogin(core, request, ErrorCode.AlreadyOnline, "this account is using, input another");
        core.Resume();
    }

    /// <summary>The user's actor is gone: another life of it is asked for.</summary>
    public void OnUserEnded()
    {
        core.UserActor = null;
        _attempts = 0;
        if (core.User is not null && core.Life != SessionLife.Finishing)
            TryAttach();
    }

    /// <summary>Another login of the user wants a place: is this session's client still there?</summary>
    public void OnProvePeer()
    {
        if (UserId is null || core.Life != SessionLife.Open || _isProvingPeer)
            return;
        _isProvingPeer = true;
        if (core.Transport.Peer is { } peer)
            core.Services.Peers.AskForLife(peer, core.Context.Self);
        else
            OnPeerLooked(new PeerLooked(IsSilent: false));
    }

    public void OnPeerLooked(PeerLooked looked)
    {
        _isProvingPeer = false;
        if (UserId is { } userId)
            core.TellUser(new PeerProved(userId, core.Id, looked.IsSilent));
    }

    public void LogOut()
    {
        Detach();
        core.Frames.DropPushes();
        pushes.Clear();
        core.User = null;
        core.Token?.Stop();
        core.Token = null;
        core.Device?.Stop();
        core.Device = null;
        TokenHash = null;
        core.Transport.IsLoggedIn = false;
        core.Transport.RestartLoginDeadline();
    }

    /// <summary>The user forgets this session and takes back what it did not flush.</summary>
    public void Detach()
    {
        _again.Cancel();
        if (UserId is not { } userId)
            return;
        Unwatch();
        SessionPresence.Go(core, userId);
        if (core.SpeaksNext)
            NoticeBoard.Of(core.Context.System).Remove(userId, core.Context.Self);
        core.Device?.See();
        pushes.ReportAll();
        core.Posts?.ReportSent();
        core.TellUser(new Detach(userId, core.Id));
        core.Transport.UserId = 0;
        core.UserActor = null;
        core.SenderHasOtherDevices = false;
    }

    /// <summary>Who has answered last is the user: an earlier life is gone, or ends.</summary>
    void Watch(IActorRef user)
    {
        if (user.Equals(core.UserActor))
            return;
        Unwatch();
        core.UserActor = core.Context.Watch(user);
    }

    /// <summary>The news of its end may be the last message that waits, and is not given to us any more: another one has to bring the flush.</summary>
    void Unwatch()
    {
        if (core.UserActor is not { } actor)
            return;
        core.Context.Unwatch(actor);
        core.Context.Self.Tell(ContinueRequests.Instance);
    }
}
