namespace Chat.Node.Gateway;

/// <summary>The place of one connection: whether a question of it is being answered. From any thread.</summary>
/// <param name="clock">The time.</param>
/// <param name="hasSpoken">Whether a byte has come.</param>
sealed class QuestionPlace(TimeProvider clock, Func<bool> hasSpoken)
{
    int _questions;
    long _since = clock.GetTimestamp();
    volatile bool _hasAsked;

    /// <summary>A question is being answered.</summary>
    public bool IsBusy => Volatile.Read(ref _questions) > 0;

    /// <summary>It has asked something before.</summary>
    public bool HasAsked => _hasAsked;

    /// <summary>Something has come, perhaps a question that nobody has read yet.</summary>
    public bool HasSpoken => HasAsked || hasSpoken();

    /// <summary>Since when it has kept still, in ticks of the clock.</summary>
    public long Since => Volatile.Read(ref _since);

    public void Begin()
    {
        Interlocked.Increment(ref _questions);
        _hasAsked = true;
    }

    public void End()
    {
        Volatile.Write(ref _since, clock.GetTimestamp());
        Interlocked.Decrement(ref _questions);
    }
}

/// <summary>
/// Pure: who gives way where short questions are asked, and there is no place left. Never somebody who is being answered. First those who
/// have not asked anything, the oldest first; then those who keep their connection for later. Who has just come has a moment to ask.
/// </summary>
sealed class QuestionPlaces(int max, TimeProvider clock)
{
    /// <summary>A question that comes with its connection is here after this time.</summary>
    public static readonly TimeSpan SilentStay = TimeSpan.FromMilliseconds(50);

    /// <summary>A question that is here is being answered after this time, also on a busy machine.</summary>
    public static readonly TimeSpan UnreadStay = TimeSpan.FromMilliseconds(100);

    /// <summary>All are being answered.</summary>
    static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(10);

    readonly HashSet<QuestionPlace> _open = [];

    public int Count => _open.Count;

    /// <param name="hasSpoken">Whether a byte has come on the connection.</param>
    public QuestionPlace Open(Func<bool> hasSpoken)
    {
        var place = new QuestionPlace(clock, hasSpoken);
        _open.Add(place);
        return place;
    }

    public void Leave(QuestionPlace place) => _open.Remove(place);

    /// <summary>Whether there is room for one more; if not, who gives way, or when to ask again.</summary>
    /// <param name="waited">So long the newcomer waits already. Those who ask without a pause must not keep it out.</param>
    public (bool HasRoom, QuestionPlace? GivesWay, TimeSpan Wait) Judge(TimeSpan waited)
    {
        if (_open.Count < max)
            return (true, null, TimeSpan.Zero);
        QuestionPlace? first = null;
        TimeSpan? wait = null;
        foreach (var place in _open.Where(place => !place.IsBusy))
        {
            if (LeftOf(place, waited) is { Ticks: > 0 } left)
                wait = left > wait ? wait : left;
            else if (first is null || (place.HasAsked, place.Since).CompareTo((first.HasAsked, first.Since)) < 0)
                first = place;
        }

        return (false, first, first is null ? wait ?? BusyPause : TimeSpan.Zero);
    }

    /// <summary>How long it is before somebody may have to give way.</summary>
    TimeSpan LeftOf(QuestionPlace place, TimeSpan waited)
    {
        var age = clock.GetElapsedTime(place.Since);
        if (waited >= UnreadStay)
            return TimeSpan.Zero;
        return age < SilentStay || place.HasAsked || !place.HasSpoken ? SilentStay - age : UnreadStay - age;
    }
}
