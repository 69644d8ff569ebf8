using Chat.Bench.Load;
using Chat.Bench.Measuring;
using Chat.Bench.Workloads;

namespace Chat.Bench.Storms;

/// <summary>Other pairs, who are to send ten times as many messages as the server can take. They lose nothing either.</summary>
sealed class OverloadStorm(WorkloadOptions options, TimeSpan search) : Storm
{
    const int Times = 10;
    const int Window = 8;

    /// <summary>Longer than any measurement: it is ended.</summary>
    static readonly TimeSpan Long = TimeSpan.FromHours(1);

    LoadLoop? _loop;
    double _capacity;

    public override string Name => "overload";

    public override string What => $"{Times} times the capacity is offered: {_capacity * Times:n0} messages a second of {options.Connections:n0} connections, where {_capacity:n0} were taken";

    public override void Prepare()
    {
        _loop = new LoadLoop(Topology.Pairs(options, new SetupProgress(TextWriter.Null)), new UsageProbe([]));
        _capacity = _loop.Run(new LoadPlan { Workload = Name, Window = Window, WarmUp = search, Measure = search }).DeliveredPerSecond;
    }

    public override void Start() => Run(() =>
    {
        var result = _loop!.Run(new LoadPlan
        {
            Workload = Name,
            RatePerSecond = Math.Max(1, _capacity * Times),
            WarmUp = TimeSpan.Zero,
            Measure = Long,
            Over = Over,
        });
        var tally = result.Tally;
        Count("delivered", result.Delivered);
        Count("refused, and sent again", tally.Refused);
        Count("lost", tally.Lost);
        Count("twice", tally.Duplicated);
        Count("out of order", tally.OutOfOrder);
        Count("ended by the server", tally.Disconnected);
    });

    protected override void Clean() => _loop?.Dispose();
}
