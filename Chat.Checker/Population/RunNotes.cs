
namespace Chat.Checker.Population;

/// <summary>What happened in a run, line by line: in its report, which can be followed while it runs, and wherever the caller shows it.</summary>
sealed class RunNotes(RunClock clock, Action<string> output, string file) : IDisposable
{
    readonly object _gate = new();
    readonly StreamWriter _file = new(file) { AutoFlush = true };
    bool _isOver;

    public RunClock Clock => clock;

    /// <summary>From any thread.</summary>
    public void Write(string text)
    {
        var now = clock.Now;
        var line = $"{clock.TimeOfDay(now)} {now / 1000.0,7:0.0} s  {text}";
        lock (_gate)
        {
            if (_isOver)
                return;
            _file.WriteLine(line);
            output(line);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _file.Dispose();
        }
    }
}
