using Akka.Actor;
using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>Messages from this client: to their conversations, and the answers back.</summary>
sealed partial class SessionActor
{
    /// <summary>A modern client is told before it takes the connection for dead.</summary>
    const long ModernPatienceMilliseconds = 2500;

    /// <summary>A documented client cannot be told: the session repeats for so long.</summary>
    const long LegacyPatienceMilliseconds = 60_000;

    const long RepeatAfterMilliseconds = 1000;
    const int EnvelopeBytes = 512;
    static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    sealed record RetryPosts(ConversationId Conversation) : INoSerializationVerificationNeeded;

    SmallMap<ConversationId, PostLink> _links;
    CmidSource? _ownCmids;
    int _unanswered;
    bool _hasSiblings;

    void HandleSendMessage(SendMessageRequest request, ChatSender user)
    {
        if ((request.SenderId is { } id && id != user.Id) || !request.IsFrom(user))
        {
            Fail(request, ErrorCode.NotYours, $"\"id\" and \"name\" must be your own ({user.Id}, {user.Name}) or left out");
            return;
        }

        var conversation = request.IsGroup ? ConversationId.Group(request.TargetId) : ConversationId.Direct(user.Id, request.TargetId);
        if (!_links.TryGetValue(conversation, out var link))
            _links[conversation] = link = new PostLink(conversation);
        // A cmid means something only where the client knows of it.
        var cmid = _isModern ? request.Cmid : null;
        if (!link.TryUnblock(cmid))
        {
            Fail(request, ErrorCode.Unavailable, "an earlier message of this conversation has to come again first");
            return;
        }

        if (request.TextBytes > _services.Limits.MaxTextBytes)
        {
            Fail(request, ErrorCode.TooLarge, $"\"msg\" has {request.TextBytes} bytes: at most {_services.Limits.MaxTextBytes} are expected");
            return;
        }

        var body = request.BuildBody(user);
        if (body.Bytes.Length + EnvelopeBytes > _services.Limits.MaxFrameBytes)
        {
            Fail(request, ErrorCode.TooLarge, $"the object is too large to be delivered: at most {_services.Limits.MaxFrameBytes - EnvelopeBytes} bytes are expected");
            return;
        }

        var post = new PendingPost(cmid ?? OwnCmid(), cmid is null, body, request.Ref, CoarseMilliseconds);
        link.Add(post);
        _unanswered++;
        link.LastProgress = post.PostedAt;
        SendPost(link, post, link.Pending.Count > 1 ? link.Pending[^2].Number : link.AnsweredTo, user);
        ArmTick();
    }

    /// <summary>For a client that gave none.</summary>
    string OwnCmid() => (_ownCmids ??= new CmidSource($"{_sessionId:x16}", _services.Clock, prefix: "~")).Next();

    void SendPost(PostLink link, PendingPost post, long previous, ChatSender user)
    {
        var message = new Post(
            link.Conversation, _sessionId, post.Number, previous, link.AnsweredTo, link.Epoch, user.Id, post.Cmid,
            post.Body.Bytes, post.Body.TimeOffset, _hasSiblings);
        _nodes.Tell(link.Target ?? _services.Conversations.Value, message, Self);
    }

    void SendAll(PostLink link, long after = 0)
    {
        if (_poster is not { } user)
            return;
        link.LastProgress = CoarseMilliseconds;
        var previous = link.AnsweredTo;
        foreach (var post in link.Pending)
        {
            if (post.Number > after)
                SendPost(link, post, previous, user);
            previous = post.Number;
        }
    }

    void OnPostAccepted(PostAccepted accepted)
    {
        if (!_links.TryGetValue(accepted.Conversation, out var link) || link.Take(accepted.Number) is not { } post)
            return;
        link.LastSeq = Math.Max(link.LastSeq, accepted.Seq);
        if (_isModern)
            Send(ModernFrames.Accepted(post.Ref, accepted.Conversation, accepted.Seq, accepted.Ts), new Receipt(ReceiptKind.Acknowledgement));
        OnAnswered(link);
    }

    /// <summary>A post has its answer, which is in the outbox: a session that is ending ends behind it.</summary>
    void OnAnswered(PostLink link)
    {
        link.LastProgress = CoarseMilliseconds;
        if (link.Target is null && link.Pending.Count == 0)
            link.Target = Context.Watch(Sender); // nothing is under way by the longer road that it could overtake
        _unanswered--;
        Finish();
        if (_isEnding)
            EndWhenDone();
    }

    void OnPostRefused(PostRefused refused)
    {
        if (!_links.TryGetValue(refused.Conversation, out var link) || link.Take(refused.Number) is not { } post)
            return;
        if (!refused.Error.IsRetryable())
        {
            if (_isModern)
                Send(ModernFrames.Failure(MessageKind.Reply, post.Ref, refused.Error, refused.Reason));
            else
                Log.LegacyPostRefused(_services.Logger, _connection.Id, _connection.Address, refused.Conversation, refused.Reason);
            OnAnswered(link);
        }
        else if (_isModern)
        {
            GiveUp(link, post, refused.Reason);
        }
        else
        {
            link.Restart(post);
            link.LastProgress = CoarseMilliseconds;
            link.RetryIn(Context, RetryDelay, new RetryPosts(link.Conversation));
        }
    }

    /// <summary>The client has to send these again, the first of them first.</summary>
    void GiveUp(PostLink link, PendingPost? refused, string reason)
    {
        foreach (var post in link.GiveUp(refused))
        {
            _unanswered--;
            Finish();
            Send(ModernFrames.Failure(MessageKind.Reply, post.Ref, ErrorCode.Unavailable, reason));
        }
    }

    void RefuseTooFast(Request request)
    {
        if (request is SendMessageRequest message && _user is not null)
        {
            var conversation = message.IsGroup ? ConversationId.Group(message.TargetId) : ConversationId.Direct(_user.Id, message.TargetId);
            if (!_links.TryGetValue(conversation, out var link))
                _links[conversation] = link = new PostLink(conversation);
            link.BlockOn(message.Cmid);
        }

        Fail(request, ErrorCode.TooFast, $"more than {_services.Limits.FramesPerSecond} requests in a second");
    }

    void OnRetryPosts(ConversationId conversation)
    {
        if (_links.TryGetValue(conversation, out var link))
            SendAll(link);
    }

    void OnResendPosts(ResendPosts resend)
    {
        if (_links.TryGetValue(resend.Conversation, out var link))
            SendAll(link, resend.After);
    }

    void OnConversationGone(IActorRef conversation)
    {
        foreach (var (_, link) in _links)
        {
            if (!conversation.Equals(link.Target))
                continue;
            link.Target = null;
            SendAll(link);
        }
    }

    void CheckPosts()
    {
        if (_unanswered == 0)
            return;
        var now = CoarseMilliseconds;
        foreach (var (_, link) in _links)
        {
            if (link.Pending.Count == 0)
                continue;
            var waited = now - link.Pending[0].PostedAt;
            if (_isModern && waited >= ModernPatienceMilliseconds)
            {
                GiveUp(link, null, "no answer from the conversation yet");
            }
            else if (!_isModern && waited >= LegacyPatienceMilliseconds)
            {
                Close("a message could not be accepted in time");
                return;
            }
            else if (now - link.LastProgress >= RepeatAfterMilliseconds)
            {
                // Its actor may be gone without a word: ask the region, which finds or starts it.
                if (link.Target is { } target)
                    Context.Unwatch(target);
                link.Target = null;
                SendAll(link);
            }
        }
    }
}
