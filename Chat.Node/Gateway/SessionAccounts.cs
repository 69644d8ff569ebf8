using Akka.Actor;
using Chat.Node.People;
using Chat.Node.Settings;
using Chat.Protocol;

namespace Chat.Node.Gateway;

sealed record Registered(RegisterRequest Request, Outcome Result) : INoSerializationVerificationNeeded;

sealed record LoginPrepared(LoginRequest Request, LoginOutcome Outcome) : INoSerializationVerificationNeeded;

sealed record LogoutDone(LogoutRequest Request, bool IsRevoked) : INoSerializationVerificationNeeded;

/// <summary>Hello, register, log in and out. Without a state of its own: there is one session for each connection, and most of them are idle.</summary>
static class SessionAccounts
{
    const string Overloaded = "this node has more messages to store than it can: try again";

    public static void Hello(SessionCore core, SessionPushes pushes, HelloRequest hello)
    {
        if (core.IsModern)
        {
            core.Fail(hello, ErrorCode.Malformed, "hello comes once, before anything else");
            return;
        }

        if (core.User is not null)
        {
            core.ReturnCredit(); // to a legacy client's session an unknown number like any other
            return;
        }

        core.BecomeModern();
        pushes.BecomeModern();
        if (hello.Protocol < ModernFrames.ProtocolVersion)
        {
            core.Fail(hello, ErrorCode.Malformed, $"\"protocol\" {hello.Protocol} is not spoken here: {ModernFrames.ProtocolVersion} is expected");
            core.Frames.CloseWhenFlushed();
            return;
        }

        core.Protocol = (byte)Math.Min(hello.Protocol, ModernFrames.NewestProtocolVersion);
        var (node, limits) = (core.Services.Node, core.Services.Limits);
        core.Send(ModernFrames.HelloAck(
            hello.Ref, node.Name, Math.Min(limits.IdleSeconds / 3, core.Transport.MaxHeartbeatSeconds), limits.MaxFrameBytes, core.Protocol,
            core.SpeaksNext ? Features.Of(core.Services.KeepsHistory, core.Services.HasSearch, core.Services.Uploads is { IsOn: true }) : null));
        core.ReturnCredit();
    }

    public static void Register(SessionCore core, RegisterRequest request)
    {
        if (core.Services.Registration == Registration.Off)
        {
            RefuseRegister(core, request, ErrorCode.Forbidden, "clients cannot make users here: log in as one that you were given");
            return;
        }

        if (core.Services.IsOverloaded())
        {
            RefuseRegister(core, request, ErrorCode.Unavailable, Overloaded);
            return;
        }

        if (!core.Services.Addresses.TryEnter(core.Transport.Address))
        {
            RefuseRegister(core, request, ErrorCode.TooFast, "too many attempts from this address: wait a minute");
            return;
        }

        core.Pause(isLoggingIn: true);
        core.Services.Logins.RegisterAsync(request).PipeTo(core.Context.Self, success: result => new Registered(request, result));
    }

    public static void OnRegistered(SessionCore core, Registered registered)
    {
        var (request, result) = registered;
        if (result.Error != ErrorCode.None)
        {
            RefuseRegister(core, request, result.Error, result.Reason);
        }
        else
        {
            core.Send(core.IsModern ? ModernFrames.RegisterAck(request.Ref, result.Id) : LegacyFrames.RegisterAck(result.Id));
            core.ReturnCredit();
        }

        core.Resume();
    }

    static void RefuseRegister(SessionCore core, RegisterRequest request, ErrorCode error, string reason)
    {
        core.Services.Meter.Refused(error);
        core.Send(core.IsModern
            ? ModernFrames.Failure(MessageKind.RegisterAck, request.Ref, error, reason)
            : LegacyFrames.RegisterFailure(ErrorCode.Rejected)); // the one failure that a legacy client knows
        core.ReturnCredit();
    }

    public static void LogIn(SessionCore core, LoginRequest request)
    {
        if (core.User is not null)
        {
            RefuseLogin(core, request, ErrorCode.AlreadyOnline, "this connection is logged in already");
            return;
        }

        if (core.Services.IsOverloaded())
        {
            RefuseLogin(core, request, ErrorCode.Unavailable, Overloaded);
            return;
        }

        if (!core.Services.Addresses.TryEnter(core.Transport.Address))
        {
            RefuseLogin(core, request, ErrorCode.TooFast, "too many attempts from this address: wait a minute");
            return;
        }

        if (!core.SpeaksNext)
        {
            request = request with { Device = null };
        }
        else if (request.DeviceProblem is { } problem)
        {
            RefuseLogin(core, request, ErrorCode.Malformed, problem);
            return;
        }

        core.Pause(isLoggingIn: true);
        core.Services.Logins.LogInAsync(request, core.IsModern).PipeTo(core.Context.Self, success: result => new LoginPrepared(request, result));
    }

    /// <summary>A password was checked: what is left is for the user's actor to say.</summary>
    /// <param name="core">The session.</param>
    /// <param name="attachment">Goes on.</param>
    /// <param name="prepared">What came of it.</param>
    /// <param name="poster">Who has posts without an answer on this connection; null if nobody.</param>
    public static void OnLoginPrepared(SessionCore core, Attachment attachment, LoginPrepared prepared, ChatSender? poster)
    {
        var (request, result) = prepared;
        if (result.Error != ErrorCode.None)
        {
            RefuseLogin(core, request, result.Error, result.Reason);
            core.Resume();
        }
        else if (poster is not null && poster.Id != result.Account.Id)
        {
            RefuseLogin(core, request, ErrorCode.Unavailable, "messages of the user before are still without an answer");
            core.Resume();
        }
        else
        {
            attachment.Begin(prepared);
        }
    }

    public static void RefuseLogin(SessionCore core, LoginRequest request, ErrorCode error, string reason)
    {
        core.Services.Meter.LoginAnswered(error);
        if (core.IsModern)
            core.Send(ModernFrames.Failure(MessageKind.LoginAck, request.Ref, error, reason));
        else
            core.Send(LegacyFrames.LoginFailure(error == ErrorCode.AlreadyOnline ? error : ErrorCode.Rejected, reason));
        core.ReturnCredit();
    }

    public static void LogOut(SessionCore core, Attachment attachment, LogoutRequest request)
    {
        core.Pause(isLoggingIn: false);
        var revoked = attachment.TokenHash is { } hash ? core.Services.Logins.RevokeAsync(hash) : Task.CompletedTask;
        revoked.PipeTo(
            core.Context.Self, success: () => new LogoutDone(request, IsRevoked: true), failure: _ => new LogoutDone(request, IsRevoked: false));
    }

    public static void OnLoggedOut(SessionCore core, Attachment attachment, LogoutDone loggedOut)
    {
        if (!loggedOut.IsRevoked)
        {
            core.Fail(loggedOut.Request, ErrorCode.Unavailable, "the token could not be revoked now");
            core.Resume();
            return;
        }

        attachment.LogOut();
        if (core.IsModern)
            core.Send(ModernFrames.Success(loggedOut.Request.Ref));
        core.ReturnCredit();
        core.Resume();
    }
}
