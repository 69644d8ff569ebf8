using Chat.Protocol;

namespace Chat.Node.Storage;

/// <summary>
/// The conversations in which this node has just written something: the index of the search lacks it. Nothing waits for it; what is lost here is found
/// when somebody looks through all conversations. Safe to use from any thread.
/// </summary>
sealed class SearchTouches(TimeProvider clock)
{
    /// <summary>Conversations that wait. Beyond that all are looked through.</summary>
    public const int Max = 100_000;

    readonly Lock _gate = new();
    HashSet<ConversationId> _touched = [];
    long? _since;
    long? _takenSince;
    long _written;
    bool _hasLost;

    /// <summary>Whether somebody takes them.</summary>
    public bool IsOn { get; set; }

    /// <summary>When the oldest thing was written that the index may lack, in milliseconds since 1970, UTC; null: it lacks nothing.</summary>
    public long? Oldest
    {
        get
        {
            lock (_gate)
                return _takenSince ?? _since;
        }
    }

    /// <summary>Conversations that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
                return _touched.Count;
        }
    }

    /// <summary>How much was written since the start.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>After a commit: the conversation of each message.</summary>
    public void Add(IReadOnlyCollection<ConversationId> conversations)
    {
        if (!IsOn)
            return;
        lock (_gate)
        {
            _written += conversations.Count;
            _since ??= clock.GetUtcNow().ToUnixTimeMilliseconds();
            foreach (var conversation in conversations)
            {
                if (_touched.Count < Max || _touched.Contains(conversation))
                    _touched.Add(conversation);
                else
                    _hasLost = true;
            }
        }
    }

    /// <summary>What was added since the last time, and whether something did not find room. <see cref="Settle"/> says that the index has it.</summary>
    public (IReadOnlyCollection<ConversationId> Conversations, bool HasLost) Take()
    {
        lock (_gate)
        {
            var taken = (_touched, _hasLost);
            _takenSince ??= _since;
            (_touched, _hasLost, _since) = ([], false, null);
            return taken;
        }
    }

    /// <summary>What was taken is in the index.</summary>
    public void Settle()
    {
        lock (_gate)
            _takenSince = null;
    }
}
