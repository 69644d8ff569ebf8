using Chat.Node.Telemetry;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Chat.Tests.Telemetry;

public sealed class RecentWarningsTests
{
    readonly RecentWarnings _warnings = new(new ManualClock());

    [Fact]
    public void The_newest_come_first_and_the_oldest_go()
    {
        for (var i = 1; i <= RecentWarnings.Max + 3; i++)
            _warnings.Note(LogLevel.Warning, "Chat.Node.Cluster.PeerMonitor", 79, $"node {i} is dead");
        var lines = _warnings.Read();
        Assert.Equal(RecentWarnings.Max, lines.Count);
        Assert.Equal(($"node {RecentWarnings.Max + 3} is dead", "node 4 is dead"), (lines[0].Text, lines[^1].Text));
        Assert.Equal(("warning", "PeerMonitor", 79), (lines[0].Level, lines[0].Source, lines[0].Event));
    }

    [Theory]
    [InlineData(LogLevel.Debug, null)]
    [InlineData(LogLevel.Information, null)]
    [InlineData(LogLevel.Warning, "warning")]
    [InlineData(LogLevel.Error, "error")]
    [InlineData(LogLevel.Critical, "critical")]
    public void Only_what_warns_is_kept(LogLevel level, string? kept)
    {
        _warnings.Note(level, "Chat.Node", 7, "text");
        Assert.Equal(kept is null ? [] : [kept], _warnings.Read().Select(line => line.Level));
    }

    /// <summary>What a library writes may hold anything, a password in an address among it.</summary>
    [Fact]
    public void The_words_of_a_library_stay_in_the_log()
    {
        _warnings.Note(LogLevel.Error, "MySqlConnector.ConnectionPool", 1, "Password=secret was refused");
        var line = Assert.Single(_warnings.Read());
        Assert.Equal(("MySqlConnector.ConnectionPool", null), (line.Source, line.Text));
    }

    [Fact]
    public void A_long_line_is_cut_and_is_one_line()
    {
        _warnings.Note(LogLevel.Warning, "Chat.Node", 7, "a\nb" + new string('x', 10_000));
        var text = Assert.Single(_warnings.Read()).Text!;
        Assert.StartsWith("a bxxx", text, StringComparison.Ordinal);
        Assert.True(text.Length < RecentWarnings.MaxText + 60, text);
    }
}
