using Chat.Node.Storage;

namespace Chat.Node.Webhooks;

/// <summary>A conversation in the memory of the dispatcher. Pure.</summary>
/// <param name="seenAt">When its mark was seen first, in milliseconds of a steady clock.</param>
sealed class PlanEntry(long seenAt)
{
    /// <summary>One for messages, one for changes of messages; null: nothing is marked.</summary>
    WebhookMark? _messages;
    WebhookMark? _changes;

    /// <summary>When these versions of the marks were seen first, in milliseconds of a steady clock.</summary>
    public long SeenAt { get; private set; } = seenAt;

    public bool IsClearing { get; set; }

    /// <summary>A request has ended since the last tick: its cursor may not be stored yet.</summary>
    public bool IsFresh { get; set; } = true;

    /// <summary>Of each endpoint.</summary>
    public Dictionary<long, WebhookTask> Tasks { get; } = [];

    public IEnumerable<WebhookMark> Marks => ((IEnumerable<WebhookMark?>)[_messages, _changes]).OfType<WebhookMark>();

    /// <summary>True if this version was not known.</summary>
    public bool Take(WebhookMark mark, long now)
    {
        if ((mark.IsOfChanges ? _changes : _messages) == mark)
            return false;
        Put(mark.IsOfChanges, mark);
        (SeenAt, IsClearing) = (now, false);
        return true;
    }

    public void Put(bool isOfChanges, WebhookMark? mark) => (_messages, _changes) = isOfChanges ? (_messages, mark) : (mark, _changes);
}
