using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Files;
using Chat.Node.People;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>What users change about messages after they were sent, and what has become of them.</summary>
/// <param name="store">What has become of messages.</param>
/// <param name="references">Looks at whom an edited message mentions.</param>
/// <param name="threads">The messages of threads.</param>
/// <param name="views">What is shown no more.</param>
/// <param name="contacts">Who takes part.</param>
/// <param name="conversations">Their actors.</param>
/// <param name="limits">How long a text may be.</param>
/// <param name="hook">Who is asked about edits; null: nobody.</param>
/// <param name="clock">The time.</param>
sealed class ChangeRequests(
    MessageChangeStore store, ReferenceChecks references, ThreadStore threads, ConversationViews views, ContactStore contacts, Lazy<IActorRef> conversations, MessageLimits limits, IBeforeHook? hook, TimeProvider clock)
{
    readonly MessageChanges _changes = new(conversations, limits, hook, clock);

    static readonly byte[] NoMentions = "{}"u8.ToArray();

    /// <summary>Signs addresses of files; null: there are none here.</summary>
    public FileLinks? Files { get; init; }

    /// <inheritdoc cref="MessageChanges.ChangeAsync" />
    public async Task<Reply> ChangeAsync(ChangeMessageRequest request, int userId, TimeSpan patience)
    {
        var begun = clock.GetTimestamp();
        ReadOnlyMemory<byte> mentions = default;
        if (request.Mentions is { } wanted)
        {
            var judged = await references.JudgeAsync(request.Conversation, userId, cmid: "", mayComeAgain: false, wanted).WaitAsync(patience, clock);
            if (judged.Error != ErrorCode.None)
                return Reply.Fail(judged.Error, judged.Reason);
            mentions = judged.References.IsEmpty ? NoMentions : judged.References.ToBytes();
        }

        var answer = await _changes.ChangeAsync(request, userId, patience - clock.GetElapsedTime(begun), mentions);
        return answer.Error == ErrorCode.None
            ? Reply.Ok(new ChangeReply(answer.Rev, answer.Ts).ToBytes(request.Ref))
            : Reply.Fail(answer.Error, answer.Reason);
    }

    public async Task<Reply> FetchAsync(FetchChangesRequest request, int userId)
    {
        return await contacts.TakesPartAsync(userId, request.Conversation)
            ? await ReadAsync(request, userId)
            : Reply.Fail(ErrorCode.NotYours, Refusal.NotYours(request.Conversation));
    }

    /// <summary>The same for who may ask: a user who takes part, or nobody (0).</summary>
    public async Task<Reply> ReadAsync(FetchChangesRequest request, int userId)
    {
        var id = request.Conversation;
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
    /// <param name="id">Where they are.</param>
    /// <param name="rows">Ascending.</param>
    /// <param name="asker">Who is told. The product gets files at the addresses of their senders.</param>
    /// <param name="room">None is larger: what does not fit is left out of it.</param>
    /// <param name="areTogether">Whether there is nothing between them.</param>
    public async Task<List<byte[]>> PushesAsync(ConversationId id, IReadOnlyList<LogRow> rows, Asker asker, int room, bool areTogether = true)
    {
        if (rows.Count == 0)
            return [];
        long[] seqs = [.. rows.Select(row => row.Seq)];
        var states = (await (areTogether ? store.StatesAsync(id, seqs[0], seqs[^1], asker.UserId) : store.StatesAsync(id, seqs, asker.UserId))).ToDictionary(state => state.Seq);
        var started = asker.SpeaksNext ? await threads.StatesAsync(id, seqs) : [];
        return [.. rows.Select(row =>
        {
            var body = ChangedBody.WithoutState(row.Body.Span);
            if (asker.SpeaksNext)
                body = ChangedBody.WithoutReferences(body);
            return new DeliveredMessage(body == row.Body.Span ? row.Body : body.ToArray(), id, row.Cmid, row.Seq, row.Ts)
            {
                References = asker.SpeaksNext ? FilePushes.WithAddresses(row.References, Files, asker == Asker.Product ? row.Sender : asker.UserId) : default,
                State = states.GetValueOrDefault(row.Seq),
                Thread = started.GetValueOrDefault(row.Seq),
            }.ToPush(room);
        })];
    }
}
