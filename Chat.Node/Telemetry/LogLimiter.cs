namespace Chat.Node.Telemetry;

/// <summary>Lines that are the same but for what happened to whom.</summary>
readonly record struct LogKind(string Category, int EventId, string Template);

/// <summary>Lines of a kind that were left out, and the first of them.</summary>
readonly record struct LeftOut(LogKind Kind, LogLevel Level, long Count, TimeSpan Within, string Example, string Peer, long OfPeer);

/// <summary>
/// Pure: which lines are written. Nobody outside can fill the log: of each kind, and of each address in it, come a few lines, then
/// one line with a count, after one second at first, then after ever longer pauses of up to a minute.
/// </summary>
/// <remarks>From any thread. A kind that keeps still is forgotten.</remarks>
sealed class LogLimiter(TimeProvider clock)
{
    /// <summary>So many lines of a kind in a row; more follow one by one, every <see cref="Refill"/>.</summary>
    public const int LinesOfKind = 20;

    /// <summary>So many of them may be about one address; lines that are about none count as one address.</summary>
    public const int LinesOfPeer = 8;

    /// <summary>What is not known yet shares one place.</summary>
    const int MaxKinds = 500;

    const int MaxPeers = 500;

    public static readonly TimeSpan Refill = TimeSpan.FromSeconds(10);

    static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    readonly Lock _lock = new();
    readonly Dictionary<LogKind, KindBudget> _entries = [];

    /// <summary>Whether a line is written. If not, it is counted; <paramref name="example"/> is asked for the text of the first one.</summary>
    /// <param name="kind">What the line is.</param>
    /// <param name="level">How bad it is.</param>
    /// <param name="peer">The address that it is about, or nothing.</param>
    /// <param name="example">The text of the line.</param>
    public bool TryPass(LogKind kind, LogLevel level, string peer, Func<string> example)
    {
        var now = clock.GetTimestamp();
        lock (_lock)
        {
            var entry = EntryOf(kind, now);
            if (entry.TryTake(peer, clock.GetElapsedTime(entry.Refilled, now), now))
                return true;
            if (entry.Left++ == 0)
                (entry.Since, entry.Level, entry.Example) = (now, level, example());
            entry.LeftOf[peer] = entry.LeftOf.GetValueOrDefault(peer) + 1;
            if (entry.LeftOf.Count > MaxPeers)
                entry.LeftOf.Remove(peer);
            return false;
        }
    }

    /// <summary>What is to be told now. To be asked every second.</summary>
    public IReadOnlyList<LeftOut> TakeDue()
    {
        var now = clock.GetTimestamp();
        var due = new List<LeftOut>();
        lock (_lock)
        {
            foreach (var (kind, entry) in _entries)
            {
                if (entry.Left == 0)
                    Forget(kind, entry, now);
                else if (clock.GetElapsedTime(entry.Since, now) is var within && within >= entry.Pause)
                    due.Add(Take(kind, entry, within, now));
            }
        }

        return due;
    }

    static LeftOut Take(LogKind kind, KindBudget entry, TimeSpan within, long now)
    {
        var (peer, count) = entry.LeftOf.Count == 0 ? new("", 0) : entry.LeftOf.MaxBy(of => of.Value);
        var left = new LeftOut(kind, entry.Level, entry.Left, within, entry.Example, peer, count);
        entry.Pause = entry.Pause * 2 > LongestPause ? LongestPause : entry.Pause * 2;
        (entry.Left, entry.Told) = (0, now);
        entry.LeftOf.Clear();
        return left;
    }

    void Forget(LogKind kind, KindBudget entry, long now)
    {
        if (clock.GetElapsedTime(entry.Told, now) > entry.Pause)
            entry.Pause = FirstPause;
        if (clock.GetElapsedTime(entry.Refilled, now) > Refill * LinesOfKind)
            _entries.Remove(kind);
    }

    KindBudget EntryOf(LogKind kind, long now)
    {
        if (_entries.TryGetValue(kind, out var known))
            return known;
        if (_entries.Count >= MaxKinds)
            kind = default;
        if (_entries.TryGetValue(kind, out var shared))
            return shared;
        return _entries[kind] = new KindBudget { Refilled = now };
    }

    sealed class KindBudget
    {
        readonly Dictionary<string, int> _takenOf = [];
        int _taken;

        public long Refilled { get; set; }

        public long Since { get; set; }

        public long Told { get; set; }

        public TimeSpan Pause { get; set; } = FirstPause;

        public long Left { get; set; }

        public Dictionary<string, long> LeftOf { get; } = [];

        public LogLevel Level { get; set; }

        public string Example { get; set; } = "";

        public bool TryTake(string peer, TimeSpan sinceRefill, long now)
        {
            if (sinceRefill >= Refill)
                GiveBack((int)Math.Min(sinceRefill / Refill, LinesOfKind), now);
            if (_taken >= LinesOfKind || _takenOf.GetValueOrDefault(peer) >= LinesOfPeer)
                return false;
            _taken++;
            _takenOf[peer] = _takenOf.GetValueOrDefault(peer) + 1;
            return true;
        }

        void GiveBack(int lines, long now)
        {
            Refilled = now;
            _taken = Math.Max(0, _taken - lines);
            foreach (var (peer, taken) in _takenOf)
            {
                if (taken > lines)
                    _takenOf[peer] = taken - lines;
                else
                    _takenOf.Remove(peer);
            }
        }
    }
}
