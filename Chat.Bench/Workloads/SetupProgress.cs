using Chat.Bench.Measuring;

namespace Chat.Bench.Workloads;

/// <summary>Tells how far the preparation is, at most once a second.</summary>
sealed class SetupProgress(TextWriter output)
{
    readonly Lock _lock = new();
    string _what = "";
    int _total;
    int _done;
    long _started;
    long _told;

    public void Start(string what, int total)
    {
        (_what, _total, _done) = (what, total, 0);
        _started = _told = LoadClock.Now;
    }

    public void Add()
    {
        lock (_lock)
        {
            _done++;
            var now = LoadClock.Now;
            if (LoadClock.Seconds(now - _told) < 1)
                return;
            _told = now;
            output.WriteLine($"  {_what}: {_done} of {_total} ({_done / LoadClock.Seconds(now - _started):n0}/s)");
        }
    }

    public void End() => output.WriteLine($"  {_what}: {_done} in {LoadClock.Seconds(LoadClock.Now - _started):n1} s");
}
