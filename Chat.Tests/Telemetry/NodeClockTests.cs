using Chat.Node.Telemetry;
using Xunit;

namespace Chat.Tests.Telemetry;

public sealed class NodeClockTests
{
    static readonly TimeSpan Beat = TimeSpan.FromSeconds(0.5);
    static readonly TimeSpan Days = TimeSpan.FromDays(40);

    readonly Machine _machine = new();
    readonly NodeClock _clock;

    public NodeClockTests() => _clock = new NodeClock(_machine, () => _machine.Uptime);

    [Fact]
    public void It_is_the_machines_clock()
    {
        Run(TimeSpan.FromSeconds(10));
        Assert.Equal(_machine.Now, _clock.GetUtcNow());
        _machine.Now += TimeSpan.FromSeconds(1); // a correction
        _clock.Look();
        Assert.Equal(_machine.Now, _clock.GetUtcNow());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void A_step_is_not_believed_at_once_and_forgotten_when_it_is_taken_back(int sign)
    {
        Run(TimeSpan.FromSeconds(5));
        var before = _clock.GetUtcNow();
        _machine.Now += sign * Days;
        Assert.Equal(before, _clock.GetUtcNow()); // nor before the next look
        Pass(Beat);
        Assert.Equal(new ClockNews(sign * Days, IsDoubted: true), _clock.Look());
        Assert.Equal(sign * Days, _clock.Doubted);
        Run(TimeSpan.FromMinutes(9));
        Assert.Equal(before + Beat + TimeSpan.FromMinutes(9), _clock.GetUtcNow());
        _machine.Now -= sign * Days;
        Assert.Equal(new ClockNews(sign * Days, IsDoubted: false), _clock.Look());
        Assert.Equal(_machine.Now, _clock.GetUtcNow());
        Assert.Equal(TimeSpan.Zero, _clock.Doubted);
    }

    [Fact]
    public void A_step_forward_that_lasts_is_believed()
    {
        _machine.Now += Days;
        Run(NodeClock.Doubt + Beat + Beat);
        Assert.Equal(_machine.Now, _clock.GetUtcNow());
        Assert.Equal(TimeSpan.Zero, _clock.Doubted);
    }

    [Fact]
    public void A_clock_that_is_set_again_and_again_is_not_believed()
    {
        var start = _clock.GetUtcNow();
        for (var i = 0; i < 4; i++)
        {
            _machine.Now += Days;
            Run(NodeClock.Doubt / 2);
        }

        Assert.Equal(start + 2 * NodeClock.Doubt, _clock.GetUtcNow());
    }

    [Fact]
    public void After_a_step_back_that_lasts_it_runs_at_half_the_pace_until_it_is_right()
    {
        _machine.Now -= TimeSpan.FromHours(1);
        Run(NodeClock.Doubt + Beat + Beat);
        var before = _clock.GetUtcNow();
        Run(TimeSpan.FromSeconds(10));
        Assert.Equal(before + TimeSpan.FromSeconds(5), _clock.GetUtcNow());
        Run(TimeSpan.FromHours(2));
        Assert.Equal(_machine.Now, _clock.GetUtcNow());
    }

    [Fact]
    public void It_never_goes_back()
    {
        var last = _clock.GetUtcNow();
        var random = new Random(7);
        for (var i = 0; i < 10_000; i++)
        {
            _machine.Now += random.Next(50) == 0 ? TimeSpan.FromSeconds(random.Next(-5, 6)) : TimeSpan.Zero;
            Pass(TimeSpan.FromMilliseconds(random.Next(0, 800)));
            if (random.Next(2) == 0)
                _clock.Look();
            Assert.True(_clock.GetUtcNow() >= last);
            last = _clock.GetUtcNow();
        }
    }

    [Fact]
    public void A_machine_that_slept_has_not_had_its_clock_set()
    {
        Run(TimeSpan.FromSeconds(5));
        _machine.Now += TimeSpan.FromHours(8);
        _machine.Uptime += TimeSpan.FromHours(8);
        Assert.Null(_clock.Look());
        Assert.Equal(_machine.Now, _clock.GetUtcNow());
    }

    [Fact]
    public void The_uptime_of_this_machine_goes_on()
    {
        var before = NodeClock.SystemUptime();
        Assert.NotNull(before);
        Assert.True(NodeClock.SystemUptime() >= before);
    }

    void Pass(TimeSpan time)
    {
        _machine.Now += time;
        _machine.Steady += time;
        _machine.Uptime += time;
    }

    void Run(TimeSpan time)
    {
        for (; time > TimeSpan.Zero; time -= Beat)
        {
            Pass(Beat);
            _clock.Look();
        }
    }

    sealed class Machine : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        public TimeSpan Steady { get; set; }

        public TimeSpan Uptime { get; set; } = TimeSpan.FromSeconds(100);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => Steady.Ticks;
    }
}
