using Chat.Node.Actors;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>
/// The bridged messages of groups that this life has brought to its user in their order: a copy of one of them is nothing new. A message that
/// is not known here counts as new. So what is forgotten may come twice, but is never lost. Pure.
/// </summary>
sealed class BroughtMessages
{
    /// <summary>Of one conversation. A new range begins when the user was away in between.</summary>
    public const int MaxRanges = 64;

    sealed class Ranges
    {
        public readonly Queue<(long From, long To)> Closed = new();
        public (long From, long To)? Open;
    }

    SmallMap<ConversationId, Ranges> _ranges;

    /// <summary>A message was given to a session or to the queue. Numbers rise.</summary>
    public void OnBrought(ConversationId conversation, long seq)
    {
        if (!_ranges.TryGetValue(conversation, out var ranges))
            _ranges[conversation] = ranges = new Ranges();
        ranges.Open = (ranges.Open?.From ?? seq, seq);
    }

    /// <summary>A message found nobody: its copy is still to come.</summary>
    public void OnPassed(ConversationId conversation)
    {
        if (!_ranges.TryGetValue(conversation, out var ranges) || ranges.Open is not { } open)
            return;
        ranges.Open = null;
        if (ranges.Closed.Count == MaxRanges)
            ranges.Closed.Dequeue();
        ranges.Closed.Enqueue(open);
    }

    public bool Contains(ConversationId conversation, long seq) =>
        _ranges.TryGetValue(conversation, out var ranges) && (Holds(ranges.Open, seq) || ranges.Closed.Any(range => Holds(range, seq)));

    static bool Holds((long From, long To)? range, long seq) => range is { } known && seq >= known.From && seq <= known.To;
}
