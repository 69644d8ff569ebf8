using Chat.Bench.Measuring;

namespace Chat.Bench.Workloads;

/// <summary>The same operation again and again on several threads, which wait for their answers.</summary>
sealed class OperationRun(string workload, string operation, UsageProbe probe)
{
    readonly Lock _lock = new();
    readonly LatencyRecorder _latency = new();
    long _count;
    long _messages;
    long _failed;
    string? _firstFailure;
    double _starved;
    long _from;
    long _to;

    /// <param name="threads">Each runs <paramref name="createWorker"/> once, and what that returns again and again; the result is the number of messages in the answer.</param>
    /// <param name="createWorker">Given the number of the thread.</param>
    /// <param name="warmUp">Does not count.</param>
    /// <param name="measure">Counts.</param>
    public OperationResult Run(int threads, Func<int, Func<int>> createWorker, TimeSpan warmUp, TimeSpan measure)
    {
        var workers = Enumerable.Range(0, threads).Select(createWorker).ToList();
        _from = LoadClock.Now + LoadClock.Ticks(warmUp);
        _to = _from + LoadClock.Ticks(measure);
        var all = workers.Select(worker => new Thread(() => Repeat(worker)) { IsBackground = true }).ToList();
        all.ForEach(thread => thread.Start());
        Thread.Sleep(warmUp);
        probe.Start();
        var cpu = Environment.CpuUsage.TotalTime;
        for (var second = 1; second <= (int)measure.TotalSeconds; second++)
        {
            Thread.Sleep(TimeSpan.FromSeconds(Math.Max(0, LoadClock.Seconds(_from - LoadClock.Now) + second)));
            Console.Error.WriteLine($"  {second,4} s {Interlocked.Read(ref _count) / (double)second,10:n0} {operation}/s");
        }

        Thread.Sleep(TimeSpan.FromSeconds(Math.Max(0, LoadClock.Seconds(_to - LoadClock.Now))));

        var (server, own) = (probe.Stop(), (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
        all.ForEach(thread => thread.Join());
        return new()
        {
            Workload = workload,
            Operation = operation,
            Seconds = measure.TotalSeconds,
            Count = _count,
            Messages = _messages,
            Latency = _latency.Summarize(),
            Failed = _failed,
            FirstFailure = _firstFailure,
            Server = server,
            GeneratorCpuSeconds = own,
            GeneratorStarvedShare = _starved / threads / measure.TotalSeconds,
        };
    }

    void Repeat(Func<int> worker)
    {
        double? waited = null;
        while (LoadClock.Now is var start && start < _to)
        {
            if (start >= _from)
                waited ??= Waited();
            try
            {
                var messages = worker();
                Note(start, messages);
            }
            catch (BenchException e)
            {
                lock (_lock)
                {
                    _failed++;
                    _firstFailure ??= e.Message;
                }
            }
        }

        lock (_lock)
            _starved += Waited() - (waited ?? Waited());
    }

    static double Waited() => ProcessUsage.OfThisThread()?.Waited ?? 0;

    /// <summary>Those count that began and ended in the measurement.</summary>
    void Note(long start, int messages)
    {
        var now = LoadClock.Now;
        if (start < _from || now >= _to)
            return;
        lock (_lock)
        {
            _count++;
            _messages += messages;
            _latency.Record(LoadClock.Microseconds(now - start));
        }
    }
}
