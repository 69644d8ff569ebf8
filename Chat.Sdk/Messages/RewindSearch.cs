namespace ChatActors.Client.Messages;

/// <summary>
/// A server that goes on from an older copy of its database gives numbers a second time. What the user has seen is older than anything
/// that has been sent since, and times of a conversation never go back: so the first message that is newer than everything that was seen
/// is where what is new begins. Looks backwards for it, page by page. Pure.
/// </summary>
sealed class RewindSearch
{
    const int Step = 100;

    readonly long _newestTs;
    bool _isOldBefore;

    /// <param name="below">What is above this number is new, as far as is known.</param>
    /// <param name="newestTs">The newest time that was seen before; 0 when none is known.</param>
    public RewindSearch(long below, long newestTs)
    {
        (Below, _newestTs) = (below, newestTs);
        IsDone = below == 0 || newestTs == 0;
        After = Math.Max(0, below - Step);
    }

    /// <summary>Everything above this number is new; final when done.</summary>
    public long Below { get; private set; }

    /// <summary>The history is to be asked for what is behind this number.</summary>
    public long After { get; private set; }

    public bool IsDone { get; private set; }

    /// <summary>What the history has behind <see cref="After"/>.</summary>
    public void Offer(IReadOnlyList<ChatMessage> messages, bool hasMore)
    {
        var firstNew = messages.FirstOrDefault(message => message.Timestamp > _newestTs)?.Seq ?? long.MaxValue;
        if (firstNew <= Below)
        {
            Below = firstNew - 1;
            // Only if what is in front of it is known to be old is it the first.
            IsDone = _isOldBefore || After == 0 || messages[0].Seq < firstNew;
            After = Math.Max(0, Below - Step);
        }
        else if (!hasMore || messages.Count == 0 || messages[^1].Seq >= Below)
        {
            IsDone = true;
        }
        else
        {
            _isOldBefore = true;
            After = messages[^1].Seq;
        }
    }
}
