using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.People;

/// <summary>Changes of messages, for clients and for the product's own servers.</summary>
/// <param name="conversations">Their actors.</param>
/// <param name="limits">How long a text may be.</param>
/// <param name="hook">Who is asked about edits of users; null: nobody.</param>
/// <param name="clock">The time.</param>
sealed class MessageChanges(Lazy<IActorRef> conversations, MessageLimits limits, IBeforeHook? hook, TimeProvider clock)
{
    /// <summary>For the conversation, however long the hook took.</summary>
    static readonly TimeSpan LeastPatience = TimeSpan.FromMilliseconds(200);

    /// <param name="request">What is to be changed.</param>
    /// <param name="userId">By whom; <see cref="ChangeMessage.Product"/>: by the product's own servers.</param>
    /// <param name="patience">For all of it.</param>
    /// <param name="mentions">See <see cref="ChangeMessage.Mentions"/>.</param>
    /// <exception cref="AskTimeoutException">The conversation does not answer in time; it may have done it all the same.</exception>
    /// <exception cref="TimeoutException">Nothing came of the question to the hook in time.</exception>
    public async Task<MessageChangeAnswer> ChangeAsync(ChangeMessageRequest request, int userId, TimeSpan patience, ReadOnlyMemory<byte> mentions = default)
    {
        if (request.Kind == ChangeKind.Edit && limits.Problem(request.Text) is { } problem)
            return MessageChangeAnswer.Refuse(ErrorCode.TooLarge, problem);
        var (begun, text) = (clock.GetTimestamp(), request.Text);
        if (request.Kind == ChangeKind.Edit && hook is not null && userId != ChangeMessage.Product)
        {
            if (!request.Conversation.IsGroup && !request.Conversation.IsBetween(userId))
                return MessageChangeAnswer.Refuse(ErrorCode.NotYours, $"you take no part in {request.Conversation}");
            // Not in the session's actor: to sign and to connect takes longer than an actor should.
            var verdict = await Task.Run(() => hook.AskAsync(new BeforeEdit(request.Conversation, userId, request.Seq, request.Text))).WaitAsync(patience, clock);
            if (verdict.Action != HookAction.Allow)
                return MessageChangeAnswer.Refuse(verdict.Action == HookAction.Deny ? ErrorCode.Forbidden : ErrorCode.Unavailable, verdict.Reason);
            text = verdict.Text ?? text;
        }

        var left = patience - clock.GetElapsedTime(begun);
        return await conversations.Value.Ask<MessageChangeAnswer>(
            new ChangeMessage(request.Conversation, userId, request.Seq, request.Kind, text) { Mentions = mentions }, left > LeastPatience ? left : LeastPatience);
    }
}
