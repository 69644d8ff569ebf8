using Akka.Actor;
using Chat.Node.Users;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>Marks, friends, groups, history, sync.</summary>
sealed partial class SessionActor
{
    sealed record Replied(Request Request, Reply Reply) : INoSerializationVerificationNeeded;

    void HandleReceived(ReceivedRequest request)
    {
        if (request.OfflineId is { } rowId)
            TellUser(new ReceivedQueued(_user!.Id, rowId));
        else if (request.Conversation is { } conversation && TakesPart(conversation))
            TellUser(new Received(_user!.Id, conversation, request.Seq));
        Finish();
    }

    void HandleRead(ReadRequest request)
    {
        if (!TakesPart(request.Conversation))
        {
            Fail(request, ErrorCode.NotYours, $"you take no part in {request.Conversation}");
            return;
        }

        TellUser(new ReadUpTo(_user!.Id, request.Conversation, request.Seq));
        if (!request.Ref.IsNone)
            Send(ModernFrames.Success(request.Ref));
        Finish();
    }

    void HandleOther(Request request, ChatSender user)
    {
        var stated = request switch
        {
            AddFriendRequest add => add.UserId,
            CreateGroupRequest create => create.UserId,
            JoinGroupRequest join => join.UserId,
            _ => null,
        };
        if (stated is { } id && id != user.Id)
        {
            Fail(request, ErrorCode.NotYours, $"\"id\" must be your own ({user.Id}) or left out");
            return;
        }

        _isBusy = true;
        _services.Requests.RunAsync(request, user.Id, _sessionId).PipeTo(Self, success: reply => new Replied(request, reply));
    }

    void OnReplied(Replied replied)
    {
        var (request, reply) = replied;
        if (_isModern)
        {
            Send(reply.Error == ErrorCode.None
                ? reply.Frame
                : ModernFrames.Failure(MessageKind.Reply, request.Ref, reply.Error, reply.Reason));
        }
        else if (reply.Error == ErrorCode.Unavailable)
        {
            Close(reply.Reason); // silence would say that it was done
        }

        Finish();
        GoOn();
    }

    void OnSettingsChanged(SettingsChanged changed)
    {
        if (_isModern && _user is not null && !_isEnding)
            Send(SettingsFrames.Changed(changed.Settings, _services.Limits.MaxFrameBytes));
    }

    /// <summary>A mark in a conversation of others would only be clutter; group membership is not worth a query here.</summary>
    bool TakesPart(ConversationId conversation) => conversation.IsGroup || conversation.IsBetween(_user!.Id);
}
