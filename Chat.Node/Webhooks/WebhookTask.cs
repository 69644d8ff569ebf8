using Chat.Node.Storage;

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
}

/// <summary>What one endpoint lacks in one conversation. Pure.</summary>
sealed class WebhookTask(WebhookCursor cursor)
{
    bool _hasNews;

    public WebhookCursor Cursor { get; private set; } = cursor;

    public TaskPhase Phase { get; private set; } = cursor.FailingSince is null ? TaskPhase.Idle : TaskPhase.Failed;

    /// <summary>When the last look that found nothing began, in milliseconds of a steady clock.</summary>
    public long EmptySince { get; private set; } = long.MinValue;

    /// <summary>There may be something new. True if it waits for its turn from now on.</summary>
    public bool OnNews()
    {
        _hasNews = true;
        if (Phase != TaskPhase.Idle)
            return false;
        Phase = TaskPhase.Ready;
        return true;
    }

    /// <summary>True if a failed request is due again: it waits for its turn from now on.</summary>
    /// <param name="now">Milliseconds since 1970, UTC.</param>
    public bool OnTime(long now)
    {
        if (Phase != TaskPhase.Failed || Cursor.Due > now)
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
        return OnDone();
    }

    /// <summary>The endpoint has taken everything up to a number: there may be more.</summary>
    public void OnTaken(long upTo)
    {
        Cursor = Cursor with { Seq = upTo, Attempts = 0, FailingSince = null, Due = 0 };
        Phase = TaskPhase.Ready;
    }

    /// <summary>It has taken nothing more.</summary>
    /// <param name="upTo">It has everything up to here.</param>
    /// <param name="now">Milliseconds since 1970, UTC.</param>
    /// <param name="random">From 0 to 1.</param>
    public void OnFailed(long upTo, long now, double random)
    {
        var attempts = upTo > Cursor.Seq ? 1 : Cursor.Attempts + 1;
        var since = upTo > Cursor.Seq ? now : Cursor.FailingSince ?? now;
        Cursor = Cursor with { Seq = upTo, Attempts = attempts, FailingSince = since, Due = now + Backoff.After(attempts, random) };
        Phase = TaskPhase.Failed;
    }

    /// <summary>What it failed at was given up, up to a number.</summary>
    public void OnBuried(long upTo)
    {
        Cursor = Cursor with { Seq = Math.Max(upTo, Cursor.Seq), Attempts = 0, FailingSince = null, Due = 0 };
        if (Phase == TaskPhase.Failed)
            Cursor = Cursor with { Due = 0 };
    }

    /// <summary>The database did not answer: nothing is known, and it is not the endpoint's fault.</summary>
    public void OnUnknown(long now)
    {
        Cursor = Cursor with { Due = now + Backoff.After(1, 1) };
        Phase = TaskPhase.Failed;
    }

    bool OnDone()
    {
        Phase = _hasNews ? TaskPhase.Ready : TaskPhase.Idle;
        return _hasNews;
    }
}
