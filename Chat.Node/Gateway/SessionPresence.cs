using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>How the session's user is seen, and whom it sees. Without a state of its own, as <see cref="SessionAccounts"/>.</summary>
static class SessionPresence
{
    /// <summary>The login is done. A session that ends already is not there.</summary>
    public static void Come(SessionCore core)
    {
        if (core.IsListed || core.Life != SessionLife.Open || core.User is not { } user)
            return;
        core.IsListed = true;
        core.Services.Watches.Tell(new UserCame(user.Id));
    }

    /// <summary>Logged out, or the end, in whatever way.</summary>
    public static void Go(SessionCore core, int userId)
    {
        if (core.IsListed)
            core.Services.Watches.Tell(new UserWent(userId, core.IsAway));
        if (core.IsWatching)
            core.Services.Watches.Tell(new Unwatch(core.Context.Self));
        core.IsListed = core.IsAway = core.IsWatching = false;
        core.Typing = null;
    }

    public static void Handle(SessionCore core, Request request, ChatSender user)
    {
        switch (request)
        {
            case WatchRequest watch:
                core.IsWatching = true;
                Run(core, watch, core.Services.Watches.WatchAsync(watch, user.Id, core.Context.Self));
                break;
            case TypingRequest typing:
                if ((core.Typing ??= new TypingPace()).TryPass(typing.Conversation, typing.IsOn, core.Now))
                    Run(core, typing, core.Services.Watches.TypeAsync(typing, user.Id));
                else
                    Answer(core, typing);
                break;
            case SetPresenceRequest presence:
                SetAway(core, user, presence.IsAway);
                if (presence.About is not null)
                {
                    Run(core, presence, core.Services.Requests.RunAsync(presence, core.Asker(user)));
                    break;
                }

                core.Send(ModernFrames.Success(presence.Ref));
                core.ReturnCredit();
                break;
        }
    }

    static void SetAway(SessionCore core, ChatSender user, bool isAway)
    {
        if (core.IsAway == isAway || !core.IsListed)
            return;
        core.IsAway = isAway;
        core.Services.Watches.Tell(new UserAway(user.Id, isAway));
    }

    static void Run(SessionCore core, Request request, Task<Reply> reply)
    {
        core.Pause(isLoggingIn: false);
        reply.PipeTo(core.Context.Self, success: answer => new Replied(request, answer));
    }

    static void Answer(SessionCore core, TypingRequest request)
    {
        if (WatchRequests.Done(request) is { Frame: { Length: > 0 } frame })
            core.Send(frame);
        core.ReturnCredit();
    }
}
