using Chat.Protocol;

namespace Chat.Node.Search;

/// <summary>
/// Conversations whose index could not be written while the database answered: they are tried again after a pause that doubles, and hold up no other one. Pure;
/// times are milliseconds since 1970, UTC.
/// </summary>
sealed class SearchParking
{
    /// <summary>So many are remembered; others are found when all conversations are looked through.</summary>
    public const int Max = 10_000;

    public const long FirstPauseMilliseconds = 10_000;

    public const long LongestPauseMilliseconds = 10 * 60_000;

    readonly record struct Parked(long Since, long Due, long Pause);

    readonly Dictionary<ConversationId, Parked> _parked = [];

    public int Count => _parked.Count;

    /// <summary>When the first of them failed for the first time; null: there is none.</summary>
    public long? Oldest => _parked.Count == 0 ? null : _parked.Values.Min(parked => parked.Since);

    /// <summary>Whether a conversation has to wait.</summary>
    public bool Holds(ConversationId id, long now) => _parked.TryGetValue(id, out var parked) && parked.Due > now;

    /// <summary>Those whose pause is over.</summary>
    public List<ConversationId> Due(long now) => [.. _parked.Where(each => each.Value.Due <= now).Select(each => each.Key)];

    /// <summary>It could not be written. True if that is new.</summary>
    public bool OnFailed(ConversationId id, long now)
    {
        if (_parked.TryGetValue(id, out var before))
        {
            var pause = Math.Min(2 * before.Pause, LongestPauseMilliseconds);
            _parked[id] = before with { Due = now + pause, Pause = pause };
            return false;
        }

        if (_parked.Count < Max)
            _parked[id] = new Parked(now, now + FirstPauseMilliseconds, FirstPauseMilliseconds);
        return true;
    }

    public void OnDone(ConversationId id) => _parked.Remove(id);
}
