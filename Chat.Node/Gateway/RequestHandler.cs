using Akka.Actor;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>A request that only reads and writes what is stored has its answer.</summary>
sealed record Replied(Request Request, Reply Reply) : INoSerializationVerificationNeeded;

/// <summary>What is done with each kind of request. Without a state of its own, as <see cref="SessionAccounts"/>.</summary>
static class RequestHandler
{
    static readonly byte[] LegacyPong = "{\"msgid\":105}"u8.ToArray();

    public static void Take(SessionCore core, Attachment attachment, SessionPushes pushes, Request request, Turn turn)
    {
        if (turn == Turn.Now)
        {
            Handle(core, attachment, pushes, request);
            return;
        }

        if (request is SendMessageRequest message && core.User is { } user)
            core.OpenPosts().OnTooFast(message, user);
        core.Fail(request, ErrorCode.TooFast, $"more than {core.Services.Limits.FramesPerSecond} requests in a second");
    }

    static void Handle(SessionCore core, Attachment attachment, SessionPushes pushes, Request request)
    {
        var (isModern, user) = (core.IsModern, core.User);
        switch (request)
        {
            case SendMessageRequest message when user is not null:
                Send(core, message, user);
                break;
            case ReceivedRequest received when isModern && user is not null && ClaimProblem(core, received.Claim, user) is null:
                pushes.OnReceived(received, user, received.Conversation is { } conversation ? core.Posts?.AcknowledgedTo(conversation) ?? 0 : 0);
                break;
            case ReceivedRequest or ReadRequest or FetchHistoryRequest or SyncRequest or GetSettingsRequest or ChangeSettingsRequest
                or ListMembersRequest or ListGroupsRequest or ListFriendsRequest or RefreshTokenRequest
                or InvalidRequest { Kind: >= MessageKind.Hello } when !isModern && user is not null:
            case not null when !isModern && user is not null && IsOfVersion3(request):
                core.ReturnCredit(); // numbers that a legacy client may use for something of its own
                break;
            case HelloRequest hello:
                SessionAccounts.Hello(core, pushes, hello);
                break;
            case PingRequest:
                core.Device?.OnSign();
                core.Send(isModern ? ModernFrames.Pong(request.Ref) : LegacyPong);
                core.ReturnCredit();
                break;
            case LoginRequest login:
                SessionAccounts.LogIn(core, login);
                break;
            case RegisterRequest register:
                SessionAccounts.Register(core, register);
                break;
            case InvalidRequest invalid:
                core.Fail(request, invalid.Error, invalid.Reason);
                break;
            case UnknownRequest unknown when isModern || user is null:
                core.Fail(request, ErrorCode.UnknownRequest, $"\"msgid\" {unknown.Kind} is no request");
                break;
            case UnknownRequest:
                core.ReturnCredit(); // legacy servers ignore it, and forks use numbers of their own
                break;
            case not null when user is null:
                core.Fail(request, ErrorCode.NotLoggedIn, "log in first");
                break;
            case UserRequest own when ClaimProblem(core, own.Claim, user!) is { } problem:
                core.Fail(request, ErrorCode.NotYours, problem);
                break;
            case not null when !core.SpeaksNext && (IsOfVersion3(request) || request is ChangeSettingsRequest { Change: { HidesReceipts: not null } or { Notify: not null } or { Presence: PresencePrivacy.Contacts } }):
                core.Fail(request, ErrorCode.UnknownRequest, $"this request is of version {ModernFrames.NewestProtocolVersion} of the protocol: say so in the hello");
                break;
            case RefreshTokenRequest refresh:
                SessionToken.Refresh(core, attachment, refresh);
                break;
            case WatchRequest or SetPresenceRequest or TypingRequest:
                SessionPresence.Handle(core, request, user!);
                break;
            case GetUsersRequest { Prefix: not null } when !(core.Searches ??= new SearchPace()).TryPass(core.Now):
                core.Fail(request, ErrorCode.TooFast, $"more than {SearchPace.PerSecond} searches for the beginning of a name in a second");
                break;
            case LogoutRequest logout:
                SessionAccounts.LogOut(core, attachment, logout);
                break;
            default:
                core.Pause(isLoggingIn: false);
                core.Services.Requests.RunAsync(request!, core.Asker(user!)).PipeTo(core.Context.Self, success: reply => new Replied(request!, reply));
                break;
        }
    }

    /// <summary>In a message of a client of version 3 some keys have a meaning that are a sender's own in any other.</summary>
    static void Send(SessionCore core, SendMessageRequest message, ChatSender user)
    {
        var read = core.SpeaksNext ? message.WithReferences() : message;
        if (read is InvalidRequest invalid)
            core.Fail(invalid, invalid.Error, invalid.Reason);
        else
            core.OpenPosts().OnSendMessage((SendMessageRequest)read, user);
    }

    static bool IsOfVersion3(Request request) => request
        is ChangeMessageRequest or FetchChangesRequest or GetReceiptsRequest or ListConversationsRequest or ChangeConversationRequest
        or WatchRequest or SetPresenceRequest or TypingRequest or GetUsersRequest or ChangeProfileRequest or ListContactsRequest or ChangeContactRequest
        or GetGroupRequest or ChangeGroupRequest or ChangeMembersRequest or LeaveGroupRequest or JoinRequestsRequest or SearchRequest
        or ListDevicesRequest or ChangeDeviceRequest or ReportRequest or StartUploadRequest;

    /// <summary>Of a legacy client only the id counts: a fork may mean something else by a name.</summary>
    static string? ClaimProblem(SessionCore core, SenderClaim claim, ChatSender user) => claim switch
    {
        { Id: { } id } when id != user.Id => $"\"id\" must be your own ({user.Id}) or left out",
        { Name: { } name } when core.IsModern && NameKey.Of(name) != NameKey.Of(user.Name) => $"\"name\" must be your own ({user.Name}) or left out",
        _ => null,
    };

    public static void OnReplied(SessionCore core, Replied replied)
    {
        var (request, reply) = replied;
        if (core.IsModern)
        {
            if (reply.Frame.Length > 0)
                core.Send(reply.Frame);
            else if (reply.Error != ErrorCode.None)
                core.SendRefusal(Refusal.Of(request, reply.Error, reply.Reason), reply.Error);
        }
        else if (reply.Error == ErrorCode.Unavailable)
        {
            core.Close(CloseCode.Unavailable, reply.Reason); // silence would say that it was done
        }
        else if (request is JoinGroupRequest && reply.Error is ErrorCode.Forbidden or ErrorCode.Full && core.User is { } user)
        {
            PostChecks.Note(core, $"you are not in the group: {reply.Reason}", user);
        }

        core.ReturnCredit();
        core.Resume();
    }
}
