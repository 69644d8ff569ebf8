using Chat.Checker;
using Chat.Checker.Faults;
using Chat.Checker.Population;
using Xunit;

namespace Chat.Tests.Checker;

public sealed class OutageReportTests
{
    [Fact]
    public void A_silence_begins_with_the_message_that_waited_and_counts_for_the_fault_before_its_end()
    {
        var everybody = new SilenceMeter(start: 1000);
        var pair = new SilenceMeter();
        foreach (var (now, madeAt) in (Span<(long, long)>)[(1100, 1050), (3000, 1200), (9000, 8900), (12_000, 9100)])
        {
            everybody.Acknowledge(now, 0);
            pair.Acknowledge(now, madeAt);
        }

        var kill = new HappenedFault(new Fault(FaultKind.Kill, 0, 1, 1, 0), From: 1500);
        var freeze = new HappenedFault(new Fault(FaultKind.Freeze, 0, 1, 1, 0), From: 9500);
        var lines = OutageReport.Lines(everybody, [("a to b", pair)], [kill, freeze], at => $"{at}").ToList();
        Assert.Contains("anybody: 6.00 s", lines[0], StringComparison.Ordinal);
        Assert.Contains("2.90 s until 12000, a to b", lines[1], StringComparison.Ordinal);
        Assert.Contains("anybody 6.00 s, one client 1.80 s until 3000", lines[2], StringComparison.Ordinal);
        Assert.Contains("anybody 3.00 s, one client 2.90 s until 12000, a to b; 1 of 1 pairs", lines[3], StringComparison.Ordinal);
    }
}
