using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>The product's own server was asked about a post.</summary>
sealed record PostChecked(ConversationId Conversation, UnansweredPost Post, HookVerdict Verdict) : PostsEvent(Conversation);

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
/// Posts that the product's own server is asked about before they are sent. Several are asked about beside each other; their <see cref="PostLink"/> sends them
/// in order. Without a state of its own, as <see cref="RequestHandler"/>.
/// </summary>
static class PostChecks
{
    public static void Ask(SessionCore core, IBeforeHook hook, ConversationId conversation, UnansweredPost post, ChatSender user)
    {
        post.Stage = PostStage.Asked;
        var message = new BeforeMessage(conversation, user.Id, post.Cmid, MayComeAgain: !post.IsOwnCmid, post.Body);
        // Not here: to sign and to connect takes longer than an actor should.
        Task.Run(() => hook.AskAsync(message)).PipeTo(
            core.Context.Self,
            success: verdict => new PostChecked(conversation, post, verdict),
            failure: _ => new PostChecked(conversation, post, new HookVerdict(HookAction.Postpone, "nobody can say now whether the message is allowed")));
    }

    public static void AskPostponed(SessionCore core, IBeforeHook hook, PostLink link, ChatSender user)
    {
        foreach (var post in link.Pending)
        {
            if (post.Stage == PostStage.Postponed)
                Ask(core, hook, link.Conversation, post, user);
        }
    }

    /// <summary>Does what was said, but for what only the sender of posts can do.</summary>
    public static CheckStep Judge(SessionCore core, PostLink link, UnansweredPost post, HookVerdict verdict, ChatSender user)
    {
        switch (verdict.Action)
        {
            case HookAction.Allow:
                post.Body = verdict.Text is { } text ? post.Body.WithText(text) : post.Body;
                post.Stage = PostStage.Allowed;
                return CheckStep.Send;
            case HookAction.Deny:
                link.Take(post.Number);
                Tell(core, link.Conversation, post, verdict.Reason, user);
                return CheckStep.Drop;
            case var _ when core.IsModern:
                return CheckStep.GiveUp;
            default:
                post.Stage = PostStage.Postponed;
                return CheckStep.Wait;
        }
    }

    static void Tell(SessionCore core, ConversationId conversation, UnansweredPost post, string reason, ChatSender user)
    {
        if (core.IsModern)
        {
            core.Send(ModernFrames.Failure(MessageKind.Reply, post.Ref, ErrorCode.Forbidden, reason));
            return;
        }

        Log.LegacyPostRefused(core.Services.Logger, core.Transport.Id, core.Transport.Address, conversation, "the hook of messages has denied it");
        Note(core, $"not delivered: {reason}", user);
    }

    /// <summary>The conversation does not take a post, however often it comes. A legacy client hears of rules that people have made, as of a hook's.</summary>
    public static void TellRefused(SessionCore core, PostRefused refused, UnansweredPost post, ChatSender? user)
    {
        if (core.IsModern)
        {
            core.Send(refused.Until > 0
                ? new MutedReply(refused.Until).ToBytes(post.Ref, refused.Reason)
                : ModernFrames.Failure(MessageKind.Reply, post.Ref, refused.Error, refused.Reason));
            return;
        }

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
