using Akka.Actor;
using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>It is time to look at the session's token (JWT).</summary>
sealed class TokenDue : INoSerializationVerificationNeeded
{
    public static readonly TokenDue Instance = new();
}

sealed record TokenRefreshed(RefreshTokenRequest Request, RefreshOutcome Outcome) : INoSerializationVerificationNeeded;

/// <summary>
/// The token (JWT) that a session stands on: it warns before the token ends, takes a newer one, and says when the session is over. Made for sessions
/// that have one.
/// </summary>
sealed class SessionToken(SessionCore core, DateTimeOffset ends)
{
    /// <summary>So long before its end the client is warned.</summary>
    public static readonly TimeSpan Warning = TimeSpan.FromSeconds(30);

    /// <summary>The longest sleep: clocks are set, and machines stand still.</summary>
    static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(10);

    DateTimeOffset _ends = ends;
    OneShotTimer _due;
    bool _isWarned;
    bool _isRefreshing;

    /// <summary>Warns if it is time to.</summary>
    /// <returns>Whether the session is over.</returns>
    bool OnDue()
    {
        _due.Cancel();
        if (_isRefreshing)
            return false; // the newer token decides
        var left = _ends - core.Services.Clock.GetUtcNow();
        if (left <= TimeSpan.Zero)
            return true;
        if (left <= Warning && !_isWarned)
        {
            _isWarned = true;
            core.Send(ModernFrames.TokenExpiring((int)Math.Ceiling(left.TotalSeconds)));
        }

        var sleep = _isWarned ? left : left - Warning;
        _due.Set(core.Context, sleep < LongestSleep ? sleep : LongestSleep, TokenDue.Instance);
        return false;
    }

    public void Stop() => _due.Cancel();

    /// <summary>What a client is told in a 106 whose login is over: why, if a message says so.</summary>
    public static string? ReasonToEnd(SessionCore core, Attachment attachment, object message)
    {
        var reason = message switch
        {
            TokenDue when core.Token is { } token && core.Life == SessionLife.Open => token.OnDue() ? "expired" : null,
            TokenRefreshed refreshed => core.Token!.OnRefreshed(refreshed) ? "expired" : null,
            EndSession end => attachment.OnEndSession(end.UserId, end.Generation) ? "revoked" : null,
            BanSession ban => attachment.OnEndSession(ban.UserId, ban.Generation) ? "banned" : null,
            _ => SessionDevice.IsOver(core, attachment, message) ? "revoked" : null,
        };
        if (reason is not null)
            core.Transport.GiveReason(CloseCode.LoginOver, reason);
        return reason;
    }

    /// <summary>141, of whoever is logged in.</summary>
    public static void Refresh(SessionCore core, Attachment attachment, RefreshTokenRequest request)
    {
        if (core.Token is not { } token)
        {
            core.Fail(request, ErrorCode.Rejected, "this session was not logged in with a \"jwt\": it does not end with one");
            return;
        }

        if (!core.Services.Addresses.TryEnter(core.Transport.Address))
        {
            core.Fail(request, ErrorCode.TooFast, "too many attempts from this address: wait a minute");
            return;
        }

        core.Pause(isLoggingIn: false);
        token._isRefreshing = true;
        core.Services.Logins.RefreshAsync(request.Jwt, core.User!.Id, attachment.Generation, attachment.TokenHash)
            .PipeTo(core.Context.Self, success: outcome => new TokenRefreshed(request, outcome));
    }

    /// <summary>A refused token leaves the one before in force.</summary>
    /// <returns>Whether the session is over.</returns>
    bool OnRefreshed(TokenRefreshed refreshed)
    {
        var (request, outcome) = refreshed;
        _isRefreshing = false;
        if (outcome.Error == ErrorCode.None)
        {
            _ends = outcome.Ends;
            _isWarned = false;
            core.Send(ModernFrames.Success(request.Ref, writer => writer.WriteNumber("expires", outcome.Ends.ToUnixTimeMilliseconds())));
            core.ReturnCredit();
        }
        else
        {
            core.Fail(request, outcome.Error, outcome.Reason);
        }

        core.Resume();
        return OnDue();
    }
}
