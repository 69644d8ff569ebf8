using System.Net;
using Chat.Node.Telemetry;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Telemetry;

public sealed class NodeLogFormatterTests
{
    readonly ManualClock _clock = new();
    readonly LogLimiter _limiter;
    readonly RecentWarnings _warnings;
    readonly NodeLogFormatter _formatter;

    public NodeLogFormatterTests()
    {
        _limiter = new LogLimiter(_clock);
        _warnings = new RecentWarnings(_clock);
        _formatter = new NodeLogFormatter(_limiter, _warnings, LogShape.Text, _clock);
    }

    [Fact]
    public void An_event_is_one_line_whatever_is_in_it() => Assert.Equal(
        "03:04:05.000 warn: Chat[7] name \\u202Egnp and what System.InvalidOperationException: a b" + Environment.NewLine,
        Write("name \u202Egnp and what", LogLevel.Warning, exception: new InvalidOperationException("a\nb")));

    [Fact]
    public void Lines_that_differ_in_numbers_only_are_of_one_kind()
    {
        var written = Enumerable.Range(0, 1000).Count(i => Write($"[Thread {i:0000}] channel (Id={i:x8}) failed").Length > 0);
        Assert.Equal(LogLimiter.LinesOfPeer, written);
    }

    [Fact]
    public void What_comes_to_the_port_of_the_cluster_has_no_stack_trace()
    {
        Assert.DoesNotContain("at X", Write("[TcpServerHandler (akka://chat)] Error caught channel\nCause: Y: z\n   at X.Y()"), StringComparison.Ordinal);
        Assert.DoesNotContain("at Chat.", Write("[TcpServerHandler (akka://chat)] Error", exception: Thrown()), StringComparison.Ordinal);
        Assert.Contains("at Chat.", Write("[Other (akka://chat)] Error", exception: Thrown()), StringComparison.Ordinal);
        Assert.Contains("at X", Write("[Other (akka://chat)] Error\nCause: Y: z\n   at X.Y()"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_address_counts_and_not_the_port()
    {
        var written = Enumerable.Range(1, 1000).Count(port => WritePeer(new IPEndPoint(IPAddress.Loopback, port)).Length > 0);
        Assert.Equal(LogLimiter.LinesOfPeer, written);
        Assert.NotEmpty(WritePeer(new IPEndPoint(IPAddress.Parse("10.0.0.1"), 1)));
    }

    /// <summary>Debug lines were asked for, critical ones end the node, and what says how many were left out cannot be left out.</summary>
    [Theory]
    [InlineData(LogLevel.Debug, 7)]
    [InlineData(LogLevel.Critical, 7)]
    [InlineData(LogLevel.Information, Log.LinesLeftOutId)]
    [InlineData(LogLevel.Information, ApiLog.AuditId)]
    public void Some_lines_always_come(LogLevel level, int id) =>
        Assert.Equal(100, Enumerable.Range(0, 100).Count(_ => Write("x", level, id).Length > 0));

    [Fact]
    public void What_warns_and_is_written_is_kept_for_operators_and_what_is_left_out_is_not()
    {
        for (var i = 0; i < 100; i++)
            Write("look", LogLevel.Warning);
        Write("all is well");
        Assert.Equal(LogLimiter.LinesOfPeer, _warnings.Read().Count);
        Assert.All(_warnings.Read(), line => Assert.Equal(("warning", 7), (line.Level, line.Event)));
    }

    /// <summary>One object on one line, whatever is in it, with the values by their names.</summary>
    [Fact]
    public void On_request_a_line_is_JSON()
    {
        using var writer = new StringWriter();
        new NodeLogFormatter(_limiter, _warnings, new LogShape(IsJson: true), _clock).Write(
            new LogEntry<IReadOnlyList<KeyValuePair<string, object?>>>(
                LogLevel.Warning, "Chat", new EventId(8, "Peered"), [new("Peer", "a\"\n\u202Eb"), new("Count", 3), new("{OriginalFormat}", "from {Peer}")],
                new InvalidOperationException("a\nb"), (_, _) => "from a\"\n\u202Eb"), null, writer);
        var line = writer.ToString();
        Assert.Equal(line.Length - Environment.NewLine.Length, line.IndexOf(Environment.NewLine, StringComparison.Ordinal));
        Assert.All(line.TrimEnd(), letter => Assert.InRange(letter, ' ', '~'));
        var read = System.Text.Json.JsonDocument.Parse(line).RootElement;
        Assert.Equal(
            ("2026-01-02T03:04:05.000Z", "warning", "Chat", 8, "Peered", 3),
            (read.GetProperty("time").GetString(), read.GetProperty("level").GetString(), read.GetProperty("source").GetString(), read.GetProperty("event").GetInt32(),
                read.GetProperty("name").GetString(), read.GetProperty("values").GetProperty("Count").GetInt32()));
        Assert.StartsWith("from a\" \\u202Eb System.InvalidOperationException: a b", read.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.False(read.GetProperty("values").TryGetProperty("{OriginalFormat}", out _));
    }

    static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("bad");
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }

    string Write(string text, LogLevel level = LogLevel.Information, int id = 7, Exception? exception = null) =>
        Write(new LogEntry<string>(level, "Chat", new EventId(id), text, exception, (state, _) => state));

    string WritePeer(EndPoint peer) => Write(new LogEntry<IReadOnlyList<KeyValuePair<string, object?>>>(
        LogLevel.Information, "Chat", new EventId(8), [new("Peer", peer), new("{OriginalFormat}", "from {Peer}")], null, (_, _) => $"from {peer}"));

    string Write<TState>(LogEntry<TState> entry)
    {
        using var writer = new StringWriter();
        _formatter.Write(entry, null, writer);
        return writer.ToString();
    }
}
