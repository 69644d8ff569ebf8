using System.Diagnostics;
using Chat.Node.Telemetry;

namespace Chat.Node.Gateway;

/// <summary>What has left with a flush, for the metrics: looked at once for all of it, and nothing is made.</summary>
static class FlushMeasure
{
    /// <param name="meter">Counts it.</param>
    /// <param name="left">The receipts of what the kernel has taken.</param>
    /// <param name="clock">The clock by which messages have their times.</param>
    public static void Note(NodeMeter meter, ReadOnlySpan<Receipt> left, TimeProvider clock)
    {
        var (pushed, drained, oldest, now) = (0, 0, 0, 0L);
        foreach (ref readonly var receipt in left)
        {
            switch (receipt.Kind)
            {
                case ReceiptKind.Push when receipt.Number > 0:
                    // Their times ascend but for a few: the first one has waited longest.
                    oldest = pushed == 0 ? receipt.Ts : oldest;
                    pushed++;
                    break;
                case ReceiptKind.Offline when receipt.Number > 0:
                    drained++;
                    break;
                case ReceiptKind.Acknowledgement when receipt.Number > 0:
                    now = now == 0 ? Stopwatch.GetTimestamp() : now;
                    meter.Acknowledged(receipt.Number, now);
                    break;
            }
        }

        meter.Delivered(DeliveryOutcome.Pushed, pushed);
        meter.Delivered(DeliveryOutcome.Drained, drained);
        if (pushed > 0)
            meter.Pushed(Since(oldest, clock.GetUtcNow().Ticks));
    }

    /// <summary>
    /// The milliseconds from the number of a message until now. Its time is that of the last whole millisecond before, so it is half of one older than
    /// it says, on the average.
    /// </summary>
    static double Since(int ts, long ticks)
    {
        var (milliseconds, rest) = Math.DivRem(ticks - DateTimeOffset.UnixEpoch.Ticks, TimeSpan.TicksPerMillisecond);
        return unchecked((int)milliseconds - ts) + ((double)rest / TimeSpan.TicksPerMillisecond) - 0.5;
    }
}
