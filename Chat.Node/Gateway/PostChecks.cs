using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>A post was looked at: what it refers to, and what the product's own server says of it.</summary>
sealed record PostChecked(ConversationId Conversation, UnansweredPost Post, HookVerdict Verdict) : PostsEvent(Conversation)
{
    /// <summary>What it refers to, as far as it may.</summary>
    public MessageReferences References { get; init; } = MessageReferences.None;
}

/// <summary>What follows from a verdict.</summary>
enum CheckStep
{
    /// <summary>What may go now is sent.</summary>
    Send,

    /// <summary>The post has its answer; what waited behind it may go.</summary>
    Drop,

    /// <summary>The client sends it again, and what is behind it.</summary>
    GiveUp,

    /// <summary>The session asks again, for a client that cannot repeat.</summary>
    Wait,
}

/// <summary>
/// Posts that are looked at before they are sent: what they refer to, and whether the product's own server wants them. Several are asked about beside each other; their <see cref="PostLink"/> sends them
/// in order. Without a state of its own, as <see cref="RequestHandler"/>.
/// </summary>
static class PostChecks
{
    public static void Ask(SessionCore core, ConversationId conversation, UnansweredPost post, ChatSender user)
    {
        post.Stage = PostStage.Asked;
        var message = new BeforeMessage(conversation, user.Id, post.Cmid, MayComeAgain: !post.IsOwnCmid, post.Body) { References = post.References };
        var (references, hook, limits) = (core.Services.References, core.Services.Hook, core.Services.MessageLimits);
        // Not here: to sign and to connect takes longer than an actor should.
        Task.Run(() => CheckAsync(references, hook, limits, message, post)).PipeTo(
            core.Context.Self,
            failure: _ => new PostChecked(conversation, post, new HookVerdict(HookAction.Postpone, "nobody can say now whether the message is allowed")));
    }

    static async Task<PostChecked> CheckAsync(ReferenceChecks? references, IBeforeHook? hook, MessageLimits limits, BeforeMessage message, UnansweredPost post)
    {
        if (!message.References.IsEmpty)
        {
            var judged = await references!.JudgeAsync(message.Conversation, message.Sender, message.Cmid, message.MayComeAgain, message.References);
            if (judged.Error != ErrorCode.None)
                return new PostChecked(message.Conversation, post, new HookVerdict(HookAction.Deny, judged.Reason) { Error = judged.Error });
            if (limits.Problem(post.Body, judged.References) is { } tooLarge)
                return new PostChecked(message.Conversation, post, new HookVerdict(HookAction.Deny, tooLarge) { Error = ErrorCode.TooLarge });
            message = message with { References = judged.References };
        }

        var verdict = hook is null ? HookVerdict.Allowed : await hook.AskAsync(message);
        return new PostChecked(message.Conversation, post, verdict) { References = message.References };
    }

    public static void AskPostponed(SessionCore core, PostLink link, ChatSender user)
    {
        foreach (var post in link.Pending)
        {
            if (post.Stage == PostStage.Postponed)
                Ask(core, link.Conversation, post, user);
        }
    }

    /// <summary>Does what was said, but for what only the sender of posts can do.</summary>
    public static CheckStep Judge(SessionCore core, PostLink link, PostChecked done, ChatSender user)
    {
        var (post, verdict) = (done.Post, done.Verdict);
        switch (verdict.Action)
        {
            case HookAction.Allow:
                post.References = done.References;
                post.Body = verdict.Text is { } text ? post.Body.WithText(text) : post.Body;
                post.Stage = PostStage.Allowed;
                return CheckStep.Send;
            case HookAction.Deny:
                link.Take(post.Number);
                post.Span?.End(SpanOutcome.Refused);
                Tell(core, link.Conversation, post, verdict, user);
                return CheckStep.Drop;
            case var _ when core.IsModern:
                return CheckStep.GiveUp;
            default:
                post.Stage = PostStage.Postponed;
                return CheckStep.Wait;
        }
    }

    static void Tell(SessionCore core, ConversationId conversation, UnansweredPost post, HookVerdict verdict, ChatSender user)
    {
        if (core.IsModern)
        {
            core.SendRefusal(ModernFrames.Failure(MessageKind.Reply, post.Ref, verdict.Error, verdict.Reason), verdict.Error);
            return;
        }

        core.Services.Meter.Refused(verdict.Error);
        Log.LegacyPostRefused(core.Services.Logger, core.Transport.Id, core.Transport.Address, conversation, "the hook of messages has denied it");
        Note(core, $"not delivered: {verdict.Reason}", user);
    }

    /// <summary>The conversation does not take a post, however often it comes. A legacy client hears of rules that people have made, as of a hook's.</summary>
    public static void TellRefused(SessionCore core, PostRefused refused, UnansweredPost post, ChatSender? user)
    {
        post.Span?.End(SpanOutcome.Refused);
        if (core.IsModern)
        {
            core.SendRefusal(
                refused.Until > 0
                    ? new MutedReply(refused.Until).ToBytes(post.Ref, refused.Reason)
                    : ModernFrames.Failure(MessageKind.Reply, post.Ref, refused.Error, refused.Reason),
                refused.Error);
            return;
        }

        core.Services.Meter.Refused(refused.Error);
        Log.LegacyPostRefused(core.Services.Logger, core.Transport.Id, core.Transport.Address, refused.Conversation, refused.Reason);
        if (refused.Error is ErrorCode.Forbidden or ErrorCode.Blocked && user is not null)
            Note(core, $"not delivered: {refused.Reason}", user);
    }

    /// <summary>Words for a person at a legacy client, as a message from itself.</summary>
    public static void Note(SessionCore core, string text, ChatSender user)
    {
        if (core.User?.Id != user.Id)
            return; // logged out meanwhile: it is nobody else's business
        foreach (var frame in LegacyFrames.Note(user, text, core.Services.Clock.GetUtcNow().ToUnixTimeMilliseconds()))
            core.Send(frame);
    }
}
