using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Webhooks;

enum TaskPhase
{
    /// <summary>The endpoint has everything that was in the log at the last look.</summary>
    Idle,

    /// <summary>It waits for its turn.</summary>
    Ready,

    /// <summary>A request is under way.</summary>
    Running,

    /// <summary>The last request failed: it is tried again when it is due.</summary>
    Failed,

    /// <summary>What it failed at for too long is being given up: nothing is sent meanwhile.</summary>
    GivingUp,
}

/// <summary>
/// What one endpoint lacks in one conversation: messages, and what became of messages. One after the other, so that no change comes before its message. Pure.
/// </summary>
sealed class WebhookTask(long endpoint, ConversationId conversation)
{
    bool _hasNews;

    /// <summary>Nothing was known at the last look: no look before.</summary>
    long _pausedTo;

    public WebhookTask(WebhookCursor cursor)
        : this(cursor.Endpoint, cursor.Conversation) => Begin(cursor);

    public long Endpoint => endpoint;

    public ConversationId Conversation => conversation;

    /// <summary>How far the endpoint has come with messages; null: none was marked.</summary>
    public WebhookCursor? Messages { get; private set; }

    /// <summary>How far it has come with changes of messages; null: none was marked.</summary>
    public WebhookCursor? Changes { get; private set; }

    public TaskPhase Phase { get; private set; } = TaskPhase.Idle;

    /// <summary>When the last look that found nothing began, in milliseconds of a steady clock.</summary>
    public long EmptySince { get; private set; } = long.MinValue;

    /// <summary>Since when the endpoint has taken nothing here, in milliseconds since 1970, UTC; null: it takes what comes.</summary>
    public long? FailingSince => (Messages?.FailingSince, Changes?.FailingSince) switch
    {
        ({ } one, { } other) => Math.Min(one, other),
        var (one, other) => one ?? other,
    };

    long Due => Math.Max(_pausedTo, Math.Max(Messages?.Due ?? 0, Changes?.Due ?? 0));

    public bool Has(bool isOfChanges) => Of(isOfChanges) is not null;

    /// <summary>There are messages, or changes of messages, from a cursor on; what is known already stays, it is newer.</summary>
    public void Begin(WebhookCursor cursor)
    {
        if (Has(cursor.IsOfChanges))
            return;
        Set(cursor);
        if (cursor.FailingSince is not null && Phase == TaskPhase.Idle)
            Phase = TaskPhase.Failed;
    }

    /// <summary>Its endpoint did not want messages, or changes, up to now, and begins where it is stored that it does.</summary>
    public void Forget(bool isOfChanges)
    {
        if (isOfChanges)
            Changes = null;
        else
            Messages = null;
    }

    /// <summary>There may be something new. True if it waits for its turn from now on.</summary>
    public bool OnNews()
    {
        _hasNews = true;
        if (Phase != TaskPhase.Idle)
            return false;
        Phase = TaskPhase.Ready;
        return true;
    }

    /// <summary>Its endpoint was switched on again: it does not wait until it is due. True if it waits for its turn from now on.</summary>
    public bool Hurry()
    {
        if (Phase != TaskPhase.Failed)
            return false;
        Phase = TaskPhase.Ready;
        return true;
    }

    /// <summary>True if a failed request is due again: it waits for its turn from now on.</summary>
    /// <param name="now">Milliseconds since 1970, UTC.</param>
    public bool OnTime(long now)
    {
        if (Phase != TaskPhase.Failed || !Backoff.IsDue(Due, now))
            return false;
        Phase = TaskPhase.Ready;
        return true;
    }

    public void Start()
    {
        Phase = TaskPhase.Running;
        _hasNews = false;
    }

    /// <summary>A look found nothing. True if there is news again.</summary>
    /// <param name="begunAt">When it began, in milliseconds of a steady clock.</param>
    public bool OnEmpty(long begunAt)
    {
        EmptySince = begunAt;
        Phase = _hasNews ? TaskPhase.Ready : TaskPhase.Idle;
        return _hasNews;
    }

    /// <summary>The endpoint has taken everything up to a number, or a rev: there may be more.</summary>
    public void OnTaken(long upTo, bool isOfChanges = false)
    {
        Set(Known(isOfChanges) with { Seq = upTo, Attempts = 0, FailingSince = null, Due = 0, Tried = null });
        Phase = TaskPhase.Ready;
    }

    /// <summary>It has taken nothing more.</summary>
    /// <param name="upTo">It has everything up to here.</param>
    /// <param name="now">Milliseconds since 1970, UTC.</param>
    /// <param name="random">From 0 to 1.</param>
    /// <param name="isOfChanges">Whether it has failed at a change.</param>
    /// <param name="tried">What it has failed at, if that was a batch.</param>
    public void OnFailed(long upTo, long now, double random, bool isOfChanges = false, TriedBatch? tried = null)
    {
        var cursor = Known(isOfChanges);
        var attempts = upTo > cursor.Seq ? 1 : cursor.Attempts + 1;
        var since = upTo > cursor.Seq ? now : cursor.FailingSince ?? now;
        Set(cursor with { Seq = upTo, Attempts = attempts, FailingSince = since, Due = now + Backoff.After(attempts, random), Tried = tried });
        Phase = TaskPhase.Failed;
    }

    /// <summary>It has failed for too long.</summary>
    public void GiveUp() => Phase = TaskPhase.GivingUp;

    /// <summary>It could not be given up: it is tried again when it is due.</summary>
    public void OnNotBuried() => Phase = TaskPhase.Failed;

    /// <summary>What it failed at was given up, up to a number or a rev.</summary>
    public void OnBuried(long upTo, bool isOfChanges = false)
    {
        var cursor = Known(isOfChanges);
        Phase = TaskPhase.Failed; // and due at once, for what comes behind
        Set(cursor with { Seq = Math.Max(upTo, cursor.Seq), Attempts = 0, FailingSince = null, Due = 0, Tried = null });
    }

    /// <summary>The database did not answer: nothing is known, and it is not the endpoint's fault.</summary>
    public void OnUnknown(long now)
    {
        _pausedTo = now + Backoff.After(1, 1);
        Phase = TaskPhase.Failed;
    }

    /// <summary>The cursor that a run has moved.</summary>
    public WebhookCursor Known(bool isOfChanges) => Of(isOfChanges) ?? new WebhookCursor(endpoint, conversation, 0, IsOfChanges: isOfChanges);

    WebhookCursor? Of(bool isOfChanges) => isOfChanges ? Changes : Messages;

    void Set(WebhookCursor cursor) => (Messages, Changes) = cursor.IsOfChanges ? (Messages, cursor) : (cursor, Changes);
}
