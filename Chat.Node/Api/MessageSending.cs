using Chat.Node.Contracts;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>What became of a message, and where.</summary>
/// <param name="Error">None: committed.</param>
/// <param name="Reason">For people.</param>
/// <param name="IsMalformed">The object itself is wrong; else it breaks a rule.</param>
sealed record SentMessage(ErrorCode Error, string Reason, bool IsMalformed = false)
{
    public ConversationId Conversation { get; init; }

    public long Seq { get; init; }

    public long Ts { get; init; }

    public ApiProblem ToProblem() => IsMalformed ? ApiProblem.Malformed(Reason) : ApiProblem.Of(Error, Reason);
}

/// <summary>From objects of requests to messages in conversations: who sends, whether it can be sent, and the way there.</summary>
sealed class MessageSending(
    UserDirectory users, MessageLogStore log, MessagePosts posts, ChatSettings settings, TimeProvider clock, ReferenceChecks references, HeadSampler sampler,
    IBeforeHook? hook = null)
{
    readonly MessageLimits _limits = new(settings.Limits.MaxTextBytes, settings.Limits.MaxFrameBytes);
    readonly CmidSource _cmids = new($"{Random.Shared.NextInt64():x16}", clock, prefix: "~");
    readonly Lock _cmidLock = new();

    /// <summary>Who sends, and whether that user is shut out.</summary>
    sealed record Sender(ChatSender User, bool IsDisabled);

    /// <summary>A message that can be sent.</summary>
    sealed record Ready(int At, ConversationId Conversation, OutgoingPost Post);

    /// <summary>A result for each message, in their order. Those to one conversation come there in this order, the others beside each other.</summary>
    /// <exception cref="StorageException">The database is away: nothing was sent.</exception>
    /// <param name="messages">What the request has.</param>
    /// <param name="traceparent">Of the request, if it has one.</param>
    public async Task<SentMessage[]> SendAsync(IReadOnlyList<ReadMessage> messages, string? traceparent)
    {
        var senders = await SendersAsync([.. messages.Select(message => message.Body).OfType<MessageBody>()]);
        var results = new SentMessage[messages.Count];
        var ready = new List<Ready>(messages.Count);
        for (var at = 0; at < messages.Count; at++)
        {
            if (Prepare(messages[at], senders, at, out var message) is { } problem)
            {
                results[at] = problem;
                continue;
            }

            message!.Post.Span = MessageSpans.BeginPost(sampler, message.Conversation, traceparent);
            ready.Add(message);
        }

        using var checks = hook is null ? null : new MessageChecks(hook);
        try
        {
            await Task.WhenAll(ready.GroupBy(message => message.Conversation).Select(group => SendAsync(group.Key, [.. group], checks, results)));
        }
        finally
        {
            foreach (var message in ready)
                message.Post.Span?.End(OutcomeOf(results[message.At]), results[message.At]?.Seq ?? 0);
        }

        return results;
    }

    static string OutcomeOf(SentMessage? result) => result switch
    {
        { Error: ErrorCode.None } => SpanOutcome.Accepted,
        { Error: var error } when !error.IsRetryable() => SpanOutcome.Refused,
        _ => SpanOutcome.GivenUp,
    };

    async Task SendAsync(ConversationId conversation, IReadOnlyList<Ready> messages, MessageChecks? checks, SentMessage[] results)
    {
        if (messages.Count > 1 && settings.KeepsHistory)
            messages = await WithoutLoggedAsync(conversation, messages, results);
        while (messages.Count > 0)
        {
            var (next, rest) = await WithReferencesAsync(conversation, messages, results);
            if (await SendNextAsync(conversation, next, checks, results) is { } postponed)
            {
                foreach (var message in rest)
                    results[message.At] = postponed; // nothing overtakes what may come again
                return;
            }

            messages = rest;
        }
    }

    /// <summary>The first that may be sent again; null: all have their last word.</summary>
    async Task<SentMessage?> SendNextAsync(ConversationId conversation, IReadOnlyList<Ready> messages, MessageChecks? checks, SentMessage[] results)
    {
        var asked = messages;
        if (checks is not null)
            messages = await AllowedAsync(checks, conversation, messages, results);
        if (messages.Count > 0)
        {
            var sent = await posts.SendAsync(conversation, [.. messages.Select(message => message.Post)]);
            for (var i = 0; i < messages.Count; i++)
                results[messages[i].At] = ResultOf(conversation, sent[i]);
        }

        return asked.Select(message => results[message.At]).FirstOrDefault(result => result.Error == ErrorCode.Unavailable);
    }

    /// <summary>
    /// A batch that is repeated is mostly logged already. Its conversation would find that out too, but message by message, and would stop each time.
    /// </summary>
    async Task<IReadOnlyList<Ready>> WithoutLoggedAsync(ConversationId conversation, IReadOnlyList<Ready> messages, SentMessage[] results)
    {
        var left = new List<Ready>(messages.Count);
        foreach (var ofSender in messages.GroupBy(message => message.Post.Sender))
        {
            var logged = await log.FindAsync(conversation, ofSender.Key, [.. ofSender.Select(message => message.Post.Cmid).Distinct()]);
            foreach (var message in ofSender)
            {
                if (logged.TryGetValue(message.Post.Cmid, out var place))
                    results[message.At] = ResultOf(conversation, new PostResult(ErrorCode.None, "", place.Seq, place.Ts));
                else
                    left.Add(message);
            }
        }

        return [.. left.OrderBy(message => message.At)];
    }

    /// <summary>
    /// Those whose references are as they may be; of most batches all, and nothing is asked. One that answers a message of the same batch is to wait until that is sent: it
    /// and what is behind it is the rest.
    /// </summary>
    async Task<(IReadOnlyList<Ready> Next, IReadOnlyList<Ready> Behind)> WithReferencesAsync(ConversationId conversation, IReadOnlyList<Ready> messages, SentMessage[] results)
    {
        if (messages.All(message => message.Post.References.IsEmpty))
            return (messages, []);
        var left = new List<Ready>(messages.Count);
        for (var at = 0; at < messages.Count; at++)
        {
            var message = messages[at];
            var post = message.Post;
            if (post.References.IsEmpty)
            {
                left.Add(message);
                continue;
            }

            var verdict = await references.JudgeAsync(conversation, post.Sender, post.Cmid, mayComeAgain: true, post.References);
            if (verdict.Error == ErrorCode.Malformed && left.Count > 0 && post.References.Reply + post.References.Thread > 0)
                return (left, [.. messages.Skip(at)]);
            if (verdict.Error == ErrorCode.None && _limits.Problem(post.Body, verdict.References) is { } tooLarge)
                results[message.At] = new SentMessage(ErrorCode.TooLarge, tooLarge);
            else if (verdict.Error == ErrorCode.None)
                left.Add(message with { Post = post with { References = verdict.References } });
            else
                results[message.At] = new SentMessage(verdict.Error, verdict.Reason, IsMalformed: verdict.Error == ErrorCode.Malformed);
        }

        return (left, []);
    }

    static async Task<IReadOnlyList<Ready>> AllowedAsync(MessageChecks checks, ConversationId conversation, IReadOnlyList<Ready> messages, SentMessage[] results)
    {
        var verdicts = await checks.AskAsync(conversation, [.. messages.Select(message => message.Post)]);
        var left = new List<Ready>(messages.Count);
        foreach (var (message, verdict) in messages.Zip(verdicts))
        {
            if (verdict.Action == HookAction.Allow)
                left.Add(verdict.Text is { } text ? message with { Post = message.Post with { Body = message.Post.Body.WithText(text) } } : message);
            else
                results[message.At] = new SentMessage(verdict.Action == HookAction.Deny ? ErrorCode.Forbidden : ErrorCode.Unavailable, verdict.Reason);
        }

        return left;
    }

    static SentMessage ResultOf(ConversationId conversation, PostResult result) =>
        new(result.Error, result.Reason) { Conversation = conversation, Seq = result.Seq, Ts = result.Ts };

    int? SenderOf(MessageBody message) => message.From ?? settings.Api.SystemUser;

    async Task<Dictionary<int, Sender>> SendersAsync(IReadOnlyList<MessageBody> messages)
    {
        int[] ids = [.. messages.Select(SenderOf).OfType<int>().Distinct()];
        return (await users.FindAsync(ids)).ToDictionary(user => user.Id, user => new Sender(new ChatSender(user.Id, user.Name), user.IsDisabled));
    }

    /// <summary>Null and the message, or why it cannot be sent.</summary>
    SentMessage? Prepare(ReadMessage read, Dictionary<int, Sender> senders, int at, out Ready? ready)
    {
        ready = null;
        if (read.Body is not { } message)
            return new SentMessage(ErrorCode.Malformed, read.Problem!, IsMalformed: true);
        if (message.Problem() is { } problem)
            return new SentMessage(ErrorCode.Malformed, problem, IsMalformed: true);
        if (SenderOf(message) is not { } from)
            return new SentMessage(ErrorCode.Malformed, "\"from\" is missing, and there is no system user (Chat:Api:SystemUser)", IsMalformed: true);
        if (!senders.TryGetValue(from, out var sender))
            return new SentMessage(ErrorCode.NotFound, $"there is no user {from}");
        if (sender.IsDisabled)
            return new SentMessage(ErrorCode.Malformed, $"user {from} is disabled");
        var wired = message.ToRequest(message.Cmid ?? OwnCmid());
        if (wired is SendMessageRequest sent)
            wired = sent.WithReferences();
        if (wired is not SendMessageRequest request)
            return new SentMessage(ErrorCode.Malformed, ReasonOf(wired), IsMalformed: true);
        var body = request.BuildBody(sender.User);
        if (_limits.Problem(request, body) is { } tooLong)
            return new SentMessage(ErrorCode.TooLarge, tooLong);
        var conversation = request.IsGroup ? ConversationId.Group(request.TargetId) : ConversationId.Direct(from, request.TargetId);
        if (!request.References.IsEmpty && !settings.KeepsHistory)
            return new SentMessage(ErrorCode.HistoryOff, "this server keeps no history: a message cannot refer to others, nor mention anybody");
        ready = new Ready(at, conversation, new OutgoingPost(from, request.Cmid!, body) { References = request.References });
        return null;
    }

    /// <summary>In the words of the API.</summary>
    static string ReasonOf(Request wired) => wired is InvalidRequest invalid
        ? invalid.Reason.Replace("\"toid\"", "\"to\"", StringComparison.Ordinal).Replace("\"groupid\"", "\"group\"", StringComparison.Ordinal)
        : "the message cannot be read";

    string OwnCmid()
    {
        lock (_cmidLock)
            return _cmids.Next();
    }
}
