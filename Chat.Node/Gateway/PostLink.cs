using Akka.Actor;
using Chat.Node.Actors;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>How far a post has come.</summary>
enum PostStage : byte
{
    /// <summary>On its way into the conversation.</summary>
    Sent,

    /// <summary>The product's own server is asked about it, or the database about what it refers to.</summary>
    Asked,

    /// <summary>The server has not said: it has to be asked again.</summary>
    Postponed,

    /// <summary>It may go when those in front of it have.</summary>
    Allowed,
}

/// <summary>A post without its answer.</summary>
sealed class UnansweredPost(string cmid, bool isOwnCmid, ChatBody body, RequestRef requestRef, long postedAt)
{
    public string Cmid => cmid;

    /// <summary>The client gave no cmid: it cannot send this one again.</summary>
    public bool IsOwnCmid => isOwnCmid;

    /// <summary>As it is logged and delivered.</summary>
    public ChatBody Body { get; set; } = body;

    /// <summary>What it refers to.</summary>
    public MessageReferences References { get; set; } = MessageReferences.None;

    public PostStage Stage { get; set; }

    /// <summary>Neither it nor what is behind it may be sent.</summary>
    public bool IsHeld => Stage is PostStage.Asked or PostStage.Postponed;

    public RequestRef Ref => requestRef;

    /// <inheritdoc cref="SendMessageRequest.ReceivedAt" />
    public long ReceivedAt { get; init; }

    /// <summary>Until it has its answer, if its way is recorded.</summary>
    public MessageSpan? Span { get; init; }

    /// <summary>Milliseconds of a steady clock.</summary>
    public long PostedAt => postedAt;

    public long Number { get; set; }
}

/// <summary>
/// The sending end of a session's posts to one conversation: numbers them, keeps them until they are answered, and after
/// a refusal with retry lets nothing overtake the refused one.
/// </summary>
sealed class PostLink(ConversationId conversation)
{
    readonly List<UnansweredPost> _pending = [];
    long _lastNumber;
    long _blockedNumber;
    OneShotTimer _retry;

    public ConversationId Conversation => conversation;

    /// <summary>The conversation's actor once it has answered; else the region is asked.</summary>
    public IActorRef? Target { get; set; }

    public IReadOnlyList<UnansweredPost> Pending => _pending;

    /// <summary>Everything up to here has its answer.</summary>
    public long AnsweredTo => _pending.Count > 0 ? _pending[0].Number - 1 : _lastNumber;

    /// <summary>The last number that a post was acknowledged with; 0 without a history.</summary>
    public long LastSeq { get; set; }

    /// <summary>The user has been told that its client has sent up to here.</summary>
    public long ReportedTo { get; set; }

    /// <summary>Rises with every refusal that asks for a retry.</summary>
    public int Epoch { get; private set; }

    /// <summary>The cmid that has to come again before anything else is sent.</summary>
    public string? BlockedOn { get; private set; }

    /// <summary>When anything was last sent or answered; milliseconds of a steady clock.</summary>
    public long LastProgress { get; set; }

    /// <summary>So often everything was sent again since the last answer.</summary>
    public int Repeats { get; set; }

    /// <summary>So long after the last refusal everything is sent again.</summary>
    public void RetryIn(IActorContext context, TimeSpan delay, object message) => _retry.Set(context, delay, message);

    /// <summary>
    /// Without an answer everything is sent again, soon and then less often. A region that has not heard yet of a node's death sends what it gets to
    /// nobody, and the actor of a conversation answers within milliseconds.
    /// </summary>
    public void RepeatLater(IActorContext context, BackOff backOff, object message)
    {
        if (!_retry.IsSet)
            _retry.Set(context, backOff.After(Repeats), message);
    }

    /// <summary>The time that was waited for has come.</summary>
    public void RepeatsNow()
    {
        _retry.Clear();
        Repeats++;
    }

    /// <summary>The session ends.</summary>
    public void Stop()
    {
        _retry.Cancel();
        foreach (var post in _pending)
            post.Span?.End(SpanOutcome.Abandoned);
    }

    /// <summary>False if another post has to come first.</summary>
    public bool TryUnblock(string? cmid)
    {
        if (BlockedOn is null)
            return true;
        if (BlockedOn != cmid)
            return false;
        BlockedOn = null;
        return true;
    }

    /// <summary>A post of the client was refused before it became one of ours.</summary>
    public void BlockOn(string? cmid) => Block(cmid, _lastNumber + 1);

    public void Add(UnansweredPost post)
    {
        post.Number = ++_lastNumber;
        _pending.Add(post);
    }

    /// <summary>
    /// Those that are to be sent, in order, each with the number before it: all behind <paramref name="after"/>, up to the first about which the product's own
    /// server has not said yet that it may go.
    /// </summary>
    public IEnumerable<(UnansweredPost Post, long Previous)> TakeFree(long after = 0)
    {
        var previous = AnsweredTo;
        foreach (var post in _pending)
        {
            if (post.IsHeld)
                break;
            post.Stage = PostStage.Sent;
            if (post.Number > after)
                yield return (post, previous);
            previous = post.Number;
        }
    }

    /// <summary>The last that was sent; 0 if none is under way.</summary>
    public long SentTo
    {
        get
        {
            var sent = 0L;
            foreach (var post in _pending)
                sent = post.Stage == PostStage.Sent ? post.Number : sent;
            return sent;
        }
    }

    /// <summary>The answered post, or null if it is none of ours any more.</summary>
    public UnansweredPost? Take(long number)
    {
        var at = 0;
        while (at < _pending.Count && _pending[at].Number != number)
            at++;
        if (at == _pending.Count)
            return null;
        var post = _pending[at];
        _pending.RemoveAt(at);
        return post;
    }

    /// <summary>
    /// For a client that repeats by itself: gives up the refused post and everything behind it (all that is pending,
    /// without one); the first of it has to come again before anything else. What was sent before it may still be accepted.
    /// </summary>
    public IReadOnlyList<UnansweredPost> GiveUp(UnansweredPost? refused)
    {
        Epoch++;
        var given = _pending.FindAll(post => post.Number > (refused?.Number ?? 0));
        _pending.RemoveAll(given.Contains);
        if (refused is not null)
            given.Insert(0, refused);
        if (given.Find(post => !post.IsOwnCmid) is { } first)
            Block(first.Cmid, first.Number);
        return given;
    }

    /// <summary>Of several refused posts the first has to come again first, whichever was refused first.</summary>
    void Block(string? cmid, long number)
    {
        if (BlockedOn is null || number < _blockedNumber)
            (BlockedOn, _blockedNumber) = (cmid, number);
    }

    /// <summary>For a client that cannot repeat: everything pending is numbered anew and sent again, in order.</summary>
    public void Restart(UnansweredPost refused)
    {
        Epoch++;
        var at = _pending.FindIndex(post => post.Number > refused.Number);
        _pending.Insert(at < 0 ? _pending.Count : at, refused);
        foreach (var post in _pending)
            post.Number = ++_lastNumber;
    }
}
