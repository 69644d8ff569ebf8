using Chat.Protocol;

namespace Chat.Node.Webhooks;

/// <summary>Conversations that somebody has told of, until their marks are read: each once, the first one first. Pure.</summary>
sealed class MarkHints
{
    /// <summary>More are not kept: their marks are found with the page they are on.</summary>
    public const int Max = 10_000;

    /// <summary>So many are looked at together.</summary>
    public const int AtOnce = 100;

    readonly Queue<ConversationId> _next = new();
    readonly HashSet<ConversationId> _known = [];

    /// <summary>There was no room for them, or the database did not answer.</summary>
    readonly Queue<ConversationId> _later = new();

    /// <summary>Whether there is something to look at now.</summary>
    public bool IsEmpty => _next.Count == 0;

    public void Add(ConversationId id)
    {
        if (_known.Count < Max && _known.Add(id))
            _next.Enqueue(id);
    }

    /// <summary>It is looked at once more, but not before the next tick.</summary>
    public void AddLater(ConversationId id)
    {
        if (_known.Count < Max && _known.Add(id))
            _later.Enqueue(id);
    }

    /// <summary>What had to wait comes again, a few at a time: there may be no room now either.</summary>
    public void OnTick()
    {
        for (var i = 0; i < AtOnce && _later.TryDequeue(out var id); i++)
            _next.Enqueue(id);
    }

    public List<ConversationId> Take()
    {
        var batch = new List<ConversationId>();
        while (batch.Count < AtOnce && _next.TryDequeue(out var id))
        {
            _known.Remove(id);
            batch.Add(id);
        }

        return batch;
    }
}
