using Chat.Node.Telemetry;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Chat.Tests.Telemetry;

public sealed class LogLimiterTests
{
    static readonly LogKind Kind = new("category", 5, "connection {Connection} ended");

    readonly ManualClock _clock = new();
    readonly LogLimiter _limiter;

    public LogLimiterTests() => _limiter = new LogLimiter(_clock);

    [Fact]
    public void Of_one_address_come_a_few_lines_and_then_a_count()
    {
        Assert.Equal(LogLimiter.LinesOfPeer, Write(1000, "10.0.0.1"));
        Assert.Empty(_limiter.TakeDue());
        Pass(TimeSpan.FromSeconds(1));

        var left = Assert.Single(_limiter.TakeDue());
        Assert.Equal((1000 - LogLimiter.LinesOfPeer, "10.0.0.1", "line 8"), (left.Count, left.Peer, left.Example));
        Assert.Equal(left.Count, left.OfPeer);
        Assert.Empty(_limiter.TakeDue());
    }

    [Fact]
    public void Another_address_and_another_kind_are_heard_beside_a_flood()
    {
        Write(1000, "10.0.0.1");
        Assert.Equal(1, Write(1, "10.0.0.2"));
        Assert.Equal(1, Write(1, "10.0.0.1", Kind with { EventId = 6 }));
    }

    [Fact]
    public void Many_addresses_share_what_their_kind_may_write()
    {
        Assert.Equal(LogLimiter.LinesOfKind, Enumerable.Range(0, 1000).Sum(i => Write(1, $"10.0.1.{i}")));
        Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(1000 - LogLimiter.LinesOfKind, Assert.Single(_limiter.TakeDue()).Count);
    }

    /// <summary>A database that is down for half a minute, with a line from everybody who notices.</summary>
    [Fact]
    public void What_goes_on_is_told_ever_more_rarely()
    {
        var lines = 0;
        for (var second = 0; second < 600; second++)
        {
            lines += Write(6, "") + _limiter.TakeDue().Count;
            Pass(TimeSpan.FromSeconds(1));
            if (second == 30)
                Assert.InRange(lines, LogLimiter.LinesOfPeer + 1, 20);
        }

        Assert.InRange(lines, LogLimiter.LinesOfPeer + 10, 100);
    }

    [Fact]
    public void Every_line_is_written_or_counted()
    {
        long written = 0, counted = 0;
        for (var i = 0; i < 500; i++)
        {
            written += Write(7, $"10.0.0.{i % 3}");
            counted += _limiter.TakeDue().Sum(left => left.Count);
            Pass(TimeSpan.FromSeconds(1));
        }

        Pass(TimeSpan.FromSeconds(60));
        Assert.Equal(3500, written + counted + _limiter.TakeDue().Sum(left => left.Count));
    }

    [Fact]
    public void After_a_rest_all_is_as_at_the_start()
    {
        Write(1000, "");
        Pass(TimeSpan.FromSeconds(1));
        _limiter.TakeDue();
        Pass(LogLimiter.Refill * (LogLimiter.LinesOfKind + 1));
        _limiter.TakeDue();

        Assert.Equal(LogLimiter.LinesOfPeer, Write(100, ""));
        Pass(TimeSpan.FromSeconds(1));
        Assert.Single(_limiter.TakeDue());
    }

    [Fact]
    public void Kinds_without_end_share_one_place()
    {
        var written = Enumerable.Range(0, 10_000).Sum(i => Write(1, "", Kind with { Template = $"template {i}" }));
        Assert.InRange(written, 500, 600);
    }

    int Write(int count, string peer, LogKind? kind = null) =>
        Enumerable.Range(0, count).Count(i => _limiter.TryPass(kind ?? Kind, LogLevel.Information, peer, () => $"line {i}"));

    void Pass(TimeSpan time) => _clock.Now += time;
}
