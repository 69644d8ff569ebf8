namespace Chat.Node.Watching;

/// <summary>One user or conversation in the list of one session.</summary>
struct WatchEntry<TWatcher>
    where TWatcher : class
{
    public TWatcher? Watcher;

    /// <summary>Whom or what it watches.</summary>
    public long Key;

    /// <summary>The next entry with the same key, or none (-1); of a free place the next free one.</summary>
    public int Next;

    public int Previous;

    /// <summary>What the session was told last.</summary>
    public byte Told;

    /// <summary>The session's user may not see how that is.</summary>
    public bool IsVeiled;
}

/// <summary>Places for entries, in pieces: it grows without copying, and a free place is used again. Not for several threads.</summary>
sealed class EntryPool<TWatcher>
    where TWatcher : class
{
    const int Bits = 10;
    const int Size = 1 << Bits;

    readonly List<WatchEntry<TWatcher>[]> _pieces = [];
    int _firstFree = -1;
    int _used;

    public int Count { get; private set; }

    public ref WatchEntry<TWatcher> this[int place] => ref _pieces[place >> Bits][place & (Size - 1)];

    public int Take(WatchEntry<TWatcher> entry)
    {
        var place = _firstFree;
        if (place >= 0)
        {
            _firstFree = this[place].Next;
        }
        else
        {
            place = _used++;
            if (place >> Bits == _pieces.Count)
                _pieces.Add(new WatchEntry<TWatcher>[Size]);
        }

        this[place] = entry;
        Count++;
        return place;
    }

    public void Free(int place)
    {
        this[place] = new WatchEntry<TWatcher> { Next = _firstFree };
        _firstFree = place;
        if (--Count > 0)
            return;
        _pieces.Clear(); // nobody watches any more
        (_firstFree, _used) = (-1, 0);
    }
}
