using Chat.Bench.Checking;
using Chat.Bench.Load;
using Chat.Bench.Measuring;
using Chat.Bench.Workloads;
using Chat.Protocol;

namespace Chat.Bench.Storms;

/// <summary>What is done to a server, and how much of it.</summary>
sealed record StormOptions
{
    /// <summary>The pairs that are measured.</summary>
    public required WorkloadOptions Pairs { get; init; }

    public IReadOnlyList<int> Pids { get; init; } = [];

    /// <summary>Messages a second of all pairs together.</summary>
    public double Rate { get; init; } = 500;

    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Of each of both: without the storm, and in it.</summary>
    public TimeSpan Measure { get; init; } = TimeSpan.FromSeconds(10);

    public IReadOnlyList<string> Kinds { get; init; } = Storms;

    /// <summary>1: as large as it is described.</summary>
    public double Scale { get; init; } = 1;

    public static IReadOnlyList<string> Storms { get; } = ["overload", "connections", "slow", "unread", "passwords", "registrations", "pings"];
}

/// <summary>One storm.</summary>
/// <param name="Kind">Which.</param>
/// <param name="What">In words.</param>
/// <param name="Quiet">The pairs without it.</param>
/// <param name="Stormy">The pairs in it.</param>
/// <param name="BytesBefore">Memory of the server before it.</param>
/// <param name="MaxBytes">The most in it.</param>
/// <param name="Seen">What it was answered.</param>
/// <param name="Logins">What new logins were answered meanwhile.</param>
sealed record StormResult(
    string Kind, string What, RunResult Quiet, RunResult Stormy, long BytesBefore, long MaxBytes, IReadOnlyDictionary<string, long> Seen, IReadOnlyDictionary<string, long> Logins)
{
    /// <summary>How much longer the slowest hundredth of the deliveries takes.</summary>
    public double Ratio => Quiet.Delivery.P99 == 0 ? 0 : (double)Stormy.Delivery.P99 / Quiet.Delivery.P99;

    public bool IsClean => Quiet.Tally.IsPerfect && Stormy.Tally.IsPerfect;

    public IReadOnlyList<Tally> Tallies => [Quiet.Tally, Stormy.Tally];
}

/// <summary>All of them, for a report.</summary>
sealed record StormReport(int Pairs, double Rate, double Bar, IReadOnlyList<StormResult> Storms)
{
    public bool IsGood => Storms.All(storm => storm.IsClean && storm.Ratio <= Bar);
}

/// <summary>Pairs that chat at a rate which costs little, and one storm after the other beside them.</summary>
static class StormWorkload
{
    const int FloodConnections = 64;

    public static List<StormResult> Run(StormOptions options, Action<string> tell)
    {
        using var loop = new LoadLoop(Topology.Pairs(options.Pairs, new SetupProgress(TextWriter.Null)), new UsageProbe(options.Pids), hasHeartbeat: true);
        var results = new List<StormResult>();
        foreach (var kind in options.Kinds)
        {
            tell(kind);
            using var storm = Create(kind, options);
            results.Add(Run(options, loop, storm));
        }

        return results;
    }

    static StormResult Run(StormOptions options, LoadLoop loop, Storm storm)
    {
        var plan = new LoadPlan
        {
            Workload = storm.Name,
            RatePerSecond = options.Rate,
            WarmUp = options.WarmUp,
            Measure = options.Measure,
            Drain = TimeSpan.FromSeconds(30),
        };
        storm.Prepare();
        var quiet = loop.Run(plan);
        using var memory = new MemoryWatch(new UsageProbe(options.Pids));
        using var logins = NewLogins(options);
        storm.Start();
        logins.Start();
        var stormy = loop.Run(plan);
        logins.Stop();
        storm.Stop();
        return new StormResult(storm.Name, storm.What, quiet, stormy, memory.Before, memory.Max, storm.Seen, logins.Seen);
    }

    /// <summary>Somebody who has nothing to do with the storm and wants to log in.</summary>
    static RequestStorm NewLogins(StormOptions options) => new(
        "logins", "", 1, options.Pairs.Targets[0], (_, number) => new LoginRequest(null, $"somebody-{number}", "wrong", null), pause: TimeSpan.FromMilliseconds(250));

    static Storm Create(string kind, StormOptions options)
    {
        var (target, pairs) = (options.Pairs.Targets[0], options.Pairs);
        return kind switch
        {
            "overload" => new OverloadStorm(pairs with { Prefix = $"{pairs.Prefix}-flood", Connections = Scaled(100) }, options.WarmUp),
            "connections" => new ConnectionStorm(Scaled(5000), target),
            "slow" => new SlowStorm(Scaled(2000), target),
            "unread" => new UnreadStorm(Scaled(50), pairs with { Prefix = $"{pairs.Prefix}-unread", IsOneWay = false }),
            "passwords" => new RequestStorm("passwords", "wrong passwords, one half for users who are there", Scaled(FloodConnections), target, (connection, number) =>
                new LoginRequest(null, connection % 2 == 0 ? $"{pairs.Prefix}-{number % pairs.Connections}" : $"nobody-{connection}-{number}", "wrong", null)),
            "registrations" => new RequestStorm("registrations", "new users", Scaled(FloodConnections), target, (_, _) => new RegisterRequest($"new-{Guid.NewGuid():N}"[..28], "password")),
            "pings" => new RequestStorm("pings", "signs of life", Scaled(FloodConnections), target, (_, _) => new PingRequest()),
            _ => throw new BenchException($"--kind {kind} is none: expected is one of {string.Join(", ", StormOptions.Storms)}"),
        };

        int Scaled(int count) => Math.Max(2, (int)(count * options.Scale));
    }

    /// <summary>The most memory that the server had while it was looked at.</summary>
    sealed class MemoryWatch : IDisposable
    {
        static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

        readonly UsageProbe _probe;
        readonly Timer _timer;
        long _max;

        public MemoryWatch(UsageProbe probe)
        {
            _probe = probe;
            Before = _max = probe.TotalResidentBytes();
            _timer = new Timer(_ => Look(), null, Interval, Interval);
        }

        public long Before { get; }

        public long Max => Interlocked.Read(ref _max);

        public void Dispose() => _timer.Dispose();

        void Look()
        {
            var now = _probe.TotalResidentBytes();
            if (now > Max)
                Interlocked.Exchange(ref _max, now);
        }
    }
}
