using Chat.Bench.Checking;

namespace Chat.Bench.Measuring;

/// <summary>
/// Counts one run. Throughput is what arrived in the measurement; latencies are of the messages that were intended in it, whenever they
/// arrived, from the intended time on: a server that stalls shows in every message that should have been sent meanwhile. For one thread.
/// </summary>
sealed class RunMeter(string workload, UsageProbe probe, long from, long to)
{
    readonly LatencyRecorder _delivery = new();
    readonly LatencyRecorder _acknowledgement = new();
    readonly LatencyRecorder _lateness = new();
    readonly LatencyRecorder _interval = new();
    readonly List<IntervalSample> _timeline = [];
    long _to = to;
    long _sent;
    long _delivered;
    long _acknowledged;
    long _censored;
    double _cpuFrom;
    (double Ran, double Waited)? _threadFrom;
    GeneratorUsage? _generator;
    IReadOnlyList<ServerUsage> _server = [];
    long _intervalStart;
    double _intervalServer;
    double _intervalRan;

    public Tally Tally { get; } = new();

    public void OnIntended(long intended)
    {
        if (IsMeasured(intended))
            _sent++;
    }

    public void OnNoticed(long intended, long now)
    {
        if (IsMeasured(intended))
            _lateness.Record(LoadClock.Microseconds(now - intended));
    }

    public void OnDelivered(long intended, long now)
    {
        var latency = LoadClock.Microseconds(now - intended);
        _interval.Record(latency);
        if (IsMeasured(now))
            _delivered++;
        if (IsMeasured(intended))
            _delivery.Record(latency);
    }

    public void OnAcknowledged(long intended, long now)
    {
        if (IsMeasured(now))
            _acknowledged++;
        if (IsMeasured(intended))
            _acknowledgement.Record(LoadClock.Microseconds(now - intended));
    }

    /// <summary>It had not arrived when the run ended: its age is the least that it took.</summary>
    public void OnCensored(long intended, long now, int receivers, bool hasAcknowledgement)
    {
        if (!IsMeasured(intended))
            return;
        _censored++;
        for (var i = 0; i < receivers; i++)
            _delivery.Record(LoadClock.Microseconds(now - intended));
        if (hasAcknowledgement)
            _acknowledgement.Record(LoadClock.Microseconds(now - intended));
    }

    /// <summary>The load begins.</summary>
    public void Start(long now)
    {
        _intervalStart = now;
        _intervalServer = probe.TotalCpuSeconds();
        _intervalRan = ProcessUsage.OfThisThread()?.Ran ?? 0;
    }

    public void StartMeasuring()
    {
        probe.Start();
        _cpuFrom = Environment.CpuUsage.TotalTime.TotalSeconds;
        _threadFrom = ProcessUsage.OfThisThread();
    }

    public void StopMeasuring(long now)
    {
        _to = Math.Min(_to, now);
        var seconds = LoadClock.Seconds(_to - from);
        var cpu = Environment.CpuUsage.TotalTime.TotalSeconds - _cpuFrom;
        _server = probe.Stop();
        _generator = ProcessUsage.OfThisThread() is { } thread && _threadFrom is { } before
            ? new(cpu, (thread.Ran - before.Ran) / seconds, (thread.Waited - before.Waited) / seconds, LatencySummary.None)
            : new(cpu, Math.Min(1, cpu / seconds), 0, LatencySummary.None);
    }

    /// <summary>A second is over.</summary>
    public IntervalSample EndInterval(long loadStart, long now, LoadPhase phase)
    {
        var seconds = LoadClock.Seconds(now - _intervalStart);
        var server = probe.TotalCpuSeconds();
        var ran = ProcessUsage.OfThisThread()?.Ran ?? 0;
        var sample = new IntervalSample(
            LoadClock.Seconds(now - loadStart), phase, _interval.Count / seconds, _interval.At(50), _interval.At(99), _interval.At(100),
            probe.IsAvailable ? (server - _intervalServer) / seconds : null, (ran - _intervalRan) / seconds);
        _timeline.Add(sample);
        _interval.Reset();
        (_intervalStart, _intervalServer, _intervalRan) = (now, server, ran);
        return sample;
    }

    public RunResult Finish(double? offered) => new()
    {
        Workload = workload,
        Seconds = LoadClock.Seconds(_to - from),
        Sent = _sent,
        Delivered = _delivered,
        Acknowledged = _acknowledged,
        OfferedPerSecond = offered,
        Delivery = _delivery.Summarize(),
        Acknowledgement = _acknowledgement.Summarize(),
        Censored = _censored,
        Tally = Tally,
        Server = _server,
        Generator = (_generator ?? new(0, 0, 0, LatencySummary.None)) with { Lateness = _lateness.Summarize() },
        Timeline = _timeline,
    };

    bool IsMeasured(long at) => at >= from && at < _to;
}
