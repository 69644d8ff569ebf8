using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Files;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>What users change about messages after they were sent, and what has become of them.</summary>
/// <param name="store">What has become of messages.</param>
/// <param name="views">What is shown no more.</param>
/// <param name="contacts">Who takes part.</param>
/// <param name="conversations">Their actors.</param>
/// <param name="limits">How long a text may be.</param>
/// <param name="hook">Who is asked about edits; null: nobody.</param>
/// <param name="clock">The time.</param>
sealed class ChangeRequests(
    MessageChangeStore store, ConversationViews views, ContactStore contacts, Lazy<IActorRef> conversations, MessageLimits limits, IBeforeHook? hook, TimeProvider clock)
{
    /// <summary>For the conversation, however long the hook took.</summary>
    static readonly TimeSpan LeastPatience = TimeSpan.FromMilliseconds(200);

    /// <summary>Signs addresses of files; null: there are none here.</summary>
    public FileLinks? Files { get; init; }

    /// <exception cref="AskTimeoutException">The conversation does not answer in time; it may have done it all the same.</exception>
    /// <exception cref="TimeoutException">Nothing came of the question to the hook in time.</exception>
    public async Task<Reply> ChangeAsync(ChangeMessageRequest request, int userId, TimeSpan patience)
    {
        if (request.Kind == ChangeKind.Edit && limits.Problem(request.Text) is { } problem)
            return Reply.Fail(ErrorCode.TooLarge, problem);
        var (begun, text) = (clock.GetTimestamp(), request.Text);
        if (request.Kind == ChangeKind.Edit && hook is not null)
        {
            if (!request.Conversation.IsGroup && !request.Conversation.IsBetween(userId))
                return Reply.Fail(ErrorCode.NotYours, Refusal.NotYours(request.Conversation));
            // Not in the session's actor: to sign and to connect takes longer than an actor should.
            var verdict = await Task.Run(() => hook.AskAsync(new BeforeEdit(request.Conversation, userId, request.Seq, request.Text))).WaitAsync(patience, clock);
            if (verdict.Action != HookAction.Allow)
                return Reply.Fail(verdict.Action == HookAction.Deny ? ErrorCode.Forbidden : ErrorCode.Unavailable, verdict.Reason);
            text = verdict.Text ?? text;
        }

        var left = patience - clock.GetElapsedTime(begun);
        var answer = await conversations.Value.Ask<MessageChangeAnswer>(
            new ChangeMessage(request.Conversation, userId, request.Seq, request.Kind, text), left > LeastPatience ? left : LeastPatience);
        return answer.Error == ErrorCode.None
            ? Reply.Ok(new ChangeReply(answer.Rev, answer.Ts).ToBytes(request.Ref))
            : Reply.Fail(answer.Error, answer.Reason);
    }

    public async Task<Reply> FetchAsync(FetchChangesRequest request, int userId)
    {
        var id = request.Conversation;
        if (!await contacts.TakesPartAsync(userId, id))
            return Reply.Fail(ErrorCode.NotYours, Refusal.NotYours(id));
        var changes = await store.ChangesAsync(id, request.Since, request.Limit + 1, userId);
        var hasMore = changes.Count > request.Limit;
        if (hasMore)
            changes.RemoveAt(changes.Count - 1);
        var rev = changes.Count > 0 ? changes[^1].Rev : await store.NewestRevAsync(id); // "since" may be made up, or of a database that was restored since
        var hiddenTo = await views.HiddenToAsync(userId, id);
        changes.RemoveAll(change => change.Seq <= hiddenTo);
        return Reply.Ok(new ChangesReply(changes, rev, hasMore).ToBytes(request.Ref, limits.MaxFrameBytes));
    }

    /// <summary>Messages of a history as pushes, with what has become of them.</summary>
    public async Task<List<byte[]>> PushesAsync(ConversationId id, IReadOnlyList<LogRow> rows, Asker asker)
    {
        var states = rows.Count == 0 ? [] : (await store.StatesAsync(id, rows[0].Seq, rows[^1].Seq, asker.UserId)).ToDictionary(state => state.Seq);
        return [.. rows.Select(row =>
        {
            var body = ChangedBody.WithoutState(row.Body.Span);
            var push = asker.SpeaksNext
                ? ChatBody.ToPush(ChangedBody.WithoutReferences(body), id, row.Cmid, row.Seq, row.Ts, references: FilePushes.WithAddresses(row.References, Files, asker.UserId).Span)
                : ChatBody.ToPush(body, id, row.Cmid, row.Seq, row.Ts);
            return states.TryGetValue(row.Seq, out var state) ? state.AddTo(push) : push;
        })];
    }
}
