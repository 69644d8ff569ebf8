using Akka.Actor;
using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>Messages from this client: to their conversations, and the answers back. Made with the first of them.</summary>
sealed class SessionPosts(SessionCore core)
{
    /// <summary>A modern client is told before it takes the connection for dead.</summary>
    const long ModernPatienceMilliseconds = 2500;

    /// <summary>A legacy client cannot be told: the session repeats for so long.</summary>
    const long LegacyPatienceMilliseconds = 60_000;

    const long RepeatAfterMilliseconds = 1000;
    static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    readonly NodeLinks _nodes = NodeLinks.Of(core.Context.System);
    SmallMap<ConversationId, PostLink> _links;
    CmidSource? _ownCmids;

    /// <summary>Who posts: also after a logout, until the posts are answered.</summary>
    ChatSender? _poster;

    int _unanswered;
    bool _hasUnreported;

    /// <summary>There is nothing to look after.</summary>
    public bool IsQuiet => _unanswered == 0 && !_hasUnreported;

    public bool AreAnswered => _unanswered == 0;

    /// <summary>Whose posts are without an answer; null if there are none.</summary>
    public ChatSender? Waiting => _unanswered > 0 ? _poster : null;

    /// <summary>The last number of a conversation that a post was acknowledged with.</summary>
    public long AcknowledgedTo(ConversationId conversation) => _links.TryGetValue(conversation, out var link) ? link.LastSeq : 0;

    public void OnSendMessage(SendMessageRequest request, ChatSender user)
    {
        if ((request.SenderId is { } id && id != user.Id) || !request.IsFrom(user))
        {
            core.Fail(request, ErrorCode.NotYours, $"\"id\" and \"name\" must be your own ({user.Id}, {user.Name}) or left out");
            return;
        }

        var link = LinkOf(request, user);
        // A cmid means something only where the client knows of it.
        var cmid = core.IsModern ? request.Cmid : null;
        if (!link.TryUnblock(cmid))
        {
            core.Fail(request, ErrorCode.Unavailable, "an earlier message of this conversation has to come again first");
            return;
        }

        var body = request.BuildBody(user);
        if (core.Services.MessageLimits.Problem(request, body) is { } tooLarge)
        {
            core.Fail(request, ErrorCode.TooLarge, tooLarge);
            return;
        }

        if (!request.References.IsEmpty && core.Services.References is null)
        {
            core.Fail(request, ErrorCode.HistoryOff, "this server keeps no history: a message cannot refer to others, nor mention anybody");
            return;
        }

        if (_poster?.Id != user.Id)
            ReportSent(); // of who was logged in here before
        var post = new UnansweredPost(cmid ?? OwnCmid(), cmid is null, body, request.Ref, core.Now)
        {
            References = request.References,
            ReceivedAt = request.ReceivedAt,
            Span = MessageSpans.BeginPost(core.Services.Sampler, link.Conversation),
        };
        link.Add(post);
        _poster = user;
        _unanswered++;
        link.LastProgress = post.PostedAt;
        if (core.Services.Hook is not null || !post.References.IsEmpty)
            PostChecks.Ask(core, link.Conversation, post, user);
        else
            Send(link, post, link.Pending.Count > 1 ? link.Pending[^2].Number : link.AnsweredTo, user);
    }

    /// <summary>One that is refused before it is looked at: nothing of its conversation overtakes it.</summary>
    public void OnTooFast(SendMessageRequest request, ChatSender user) => LinkOf(request, user).BlockOn(request.Cmid);

    public void OnAccepted(PostAccepted accepted)
    {
        if (!_links.TryGetValue(accepted.Conversation, out var link) || link.Take(accepted.Number) is not { } post)
            return;
        post.Span?.End(SpanOutcome.Accepted, accepted.Seq);
        link.LastSeq = Math.Max(link.LastSeq, accepted.Seq);
        _hasUnreported |= accepted.Seq > 0;
        if (core.IsModern)
            core.Send(ModernFrames.Accepted(post.Ref, accepted.Conversation, accepted.Seq, accepted.Ts), new Receipt(ReceiptKind.Acknowledgement, Number: post.ReceivedAt));
        OnAnswered(link);
    }

    public void OnRefused(PostRefused refused)
    {
        if (!_links.TryGetValue(refused.Conversation, out var link) || link.Take(refused.Number) is not { } post)
            return;
        if (!refused.Error.IsRetryable())
        {
            PostChecks.TellRefused(core, refused, post, _poster);
            OnAnswered(link);
        }
        else if (core.IsModern)
        {
            GiveUp(link, post, refused.Reason);
        }
        else
        {
            link.Restart(post);
            link.LastProgress = core.Now;
            link.RetryIn(core.Context, RetryDelay, new RetryPosts(link.Conversation));
        }
    }

    public void On(PostsEvent own)
    {
        if (!_links.TryGetValue(own.Conversation, out var link) || _poster is not { } user)
            return;
        if (own is PostChecked done)
        {
            OnChecked(link, done, user);
            return;
        }

        link.RepeatsNow();
        PostChecks.AskPostponed(core, link, user);
        SendAll(link);
    }

    public void OnResend(ResendPosts resend)
    {
        if (_links.TryGetValue(resend.Conversation, out var link))
            SendAll(link, resend.After);
    }

    public void OnConversationGone(IActorRef conversation)
    {
        foreach (var (_, link) in _links)
        {
            if (!conversation.Equals(link.Target))
                continue;
            link.Target = null;
            SendAll(link);
        }
    }

    /// <summary>
    /// Who sends has read what was said before: the user keeps a mark of it. Told with the next tick and not for each message, and before the session ends.
    /// </summary>
    public void ReportSent()
    {
        if (!_hasUnreported || _poster is not { } user)
            return;
        _hasUnreported = false;
        var sent = new List<SentMark>();
        foreach (var (conversation, link) in _links)
        {
            if (link.LastSeq > link.ReportedTo)
                sent.Add(new SentMark(conversation, link.ReportedTo = link.LastSeq));
        }

        (core.User?.Id == user.Id && core.UserActor is { } actor ? actor : core.Services.Users.Value).Tell(new SentUpTo(user.Id, sent), core.Context.Self);
    }

    public void OnTick()
    {
        ReportSent();
        if (_unanswered == 0)
            return;
        var now = core.Now;
        foreach (var (_, link) in _links)
        {
            if (link.Pending.Count == 0)
                continue;
            var waited = now - link.Pending[0].PostedAt;
            if (core.IsModern && waited >= ModernPatienceMilliseconds)
            {
                GiveUp(link, null, "no answer from the conversation yet");
            }
            else if (!core.IsModern && waited >= LegacyPatienceMilliseconds)
            {
                core.Close(CloseCode.Unavailable, "a message could not be accepted in time");
                return;
            }
            else if (now - link.LastProgress >= RepeatAfterMilliseconds)
            {
                // Its actor may be gone without a word: ask the region, which finds or starts it.
                if (link.Target is { } target)
                    core.Context.Unwatch(target);
                link.Target = null;
                SendAll(link);
            }
        }
    }

    public void Stop()
    {
        foreach (var (_, link) in _links)
            link.Stop();
    }

    PostLink LinkOf(SendMessageRequest request, ChatSender user)
    {
        var conversation = request.IsGroup ? ConversationId.Group(request.TargetId) : ConversationId.Direct(user.Id, request.TargetId);
        if (!_links.TryGetValue(conversation, out var link))
            _links[conversation] = link = new PostLink(conversation);
        return link;
    }

    /// <summary>For a client that gave none.</summary>
    string OwnCmid() => (_ownCmids ??= new CmidSource($"{core.Id:x16}", core.Services.Clock, prefix: "~")).Next();

    void Send(PostLink link, UnansweredPost post, long previous, ChatSender user)
    {
        var message = new Post(
            link.Conversation, core.Id, post.Number, previous, link.AnsweredTo, link.Epoch, user.Id, post.Cmid,
            post.Body.Bytes, post.Body.TimeOffset, core.SenderHasOtherDevices)
        {
            References = post.References.ToBytes(),
            Trace = post.Span?.Trace,
        };
        _nodes.Tell(link.Target ?? core.Services.Conversations.Value, message, core.Context.Self);
        if (link.Target is null)
            link.RepeatLater(core.Context, core.Services.BackOff, new RetryPosts(link.Conversation));
    }

    void SendAll(PostLink link, long after = 0)
    {
        if (_poster is not { } user)
            return;
        link.LastProgress = core.Now;
        foreach (var (post, previous) in link.TakeFree(after))
            Send(link, post, previous, user);
    }

    /// <summary>It is known what is to be done with a post.</summary>
    void OnChecked(PostLink link, PostChecked done, ChatSender user)
    {
        var (post, verdict) = (done.Post, done.Verdict);
        if (!link.Pending.Contains(post))
            return; // given up meanwhile: the client sends it again
        var sentTo = link.SentTo;
        switch (PostChecks.Judge(core, link, done, user))
        {
            case CheckStep.Send:
                break;
            case CheckStep.Drop:
                Settle(link);
                break;
            case CheckStep.GiveUp:
                GiveUp(link, link.Take(post.Number), verdict.Reason);
                return;
            case CheckStep.Wait:
                link.RetryIn(core.Context, RetryDelay, new RetryPosts(link.Conversation));
                return;
        }

        SendAll(link, sentTo);
    }

    /// <summary>A post has its answer, which is in the outbox: a session that is ending ends behind it.</summary>
    void OnAnswered(PostLink link)
    {
        if (link.Target is null && link.Pending.Count == 0)
            link.Target = core.Context.Watch(core.Sender); // nothing is under way by the longer road that it could overtake
        Settle(link);
    }

    void Settle(PostLink link)
    {
        link.LastProgress = core.Now;
        link.Repeats = 0;
        _unanswered--;
        core.ReturnCredit();
    }

    /// <summary>The client has to send these again, the first of them first.</summary>
    void GiveUp(PostLink link, UnansweredPost? refused, string reason)
    {
        foreach (var post in link.GiveUp(refused))
        {
            _unanswered--;
            post.Span?.End(SpanOutcome.GivenUp);
            core.ReturnCredit();
            core.SendRefusal(ModernFrames.Failure(MessageKind.Reply, post.Ref, ErrorCode.Unavailable, reason), ErrorCode.Unavailable);
        }
    }
}
