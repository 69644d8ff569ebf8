using System.Diagnostics;
using Chat.Node.Gateway;
using Chat.Node.Telemetry;
using Chat.Protocol;
using Chat.Tests.Support;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Xunit;

namespace Chat.Tests.Telemetry;

/// <summary>What a message is counted with makes nothing, with the exporter of the node listening. Chat.Bench micro has the times.</summary>
public sealed class MeterCostTests
{
    const int Operations = 2000;

    [Fact]
    public void To_count_a_message_allocates_nothing()
    {
        using var meter = new NodeMeter("Chat.Cost");
        using var exporter = Sdk.CreateMeterProviderBuilder().AddMeter("Chat.Cost").AddReader(new BaseExportingMetricReader(new Discard())).Build();
        var conversation = ConversationId.Direct(1, 2);
        Receipt[] left =
        [
            new Receipt(ReceiptKind.Push, conversation, 1, 7) { Ts = 5 },
            new Receipt(ReceiptKind.Offline, Number: 3),
            new Receipt(ReceiptKind.Acknowledgement, Number: Stopwatch.GetTimestamp()),
        ];
        Measure();
        // What others do on this thread can only add: the least of a few is the operation itself.
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => Measure()));
        Assert.True(exporter.ForceFlush());

        long Measure()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Operations; i++)
            {
                FlushMeasure.Note(meter, left, TimeProvider.System);
                meter.Accepted(1);
                meter.Refused(ErrorCode.Unavailable);
                meter.LoginAnswered(ErrorCode.None);
                meter.Delivered(DeliveryOutcome.Queued, 1);
                meter.Committed(1, TimeSpan.FromMilliseconds(3));
                meter.StatementEnded(StatementKind.Batch, Stopwatch.GetTimestamp(), hasFailed: false);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void A_flush_is_measured_by_its_oldest_push_and_by_each_acknowledgement()
    {
        using var meter = new NodeMeter("Chat.Flush");
        using var readings = new Readings(meter.Meter);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var (conversation, begun) = (ConversationId.Direct(1, 2), Stopwatch.GetTimestamp());
        FlushMeasure.Note(
            meter,
            [
                new Receipt(ReceiptKind.Push, conversation, 1, 7) { Ts = unchecked((int)(now - 40_000)) },
                new Receipt(ReceiptKind.Push, conversation, 1, 8) { Ts = unchecked((int)now) },
                new Receipt(ReceiptKind.Push, conversation, 1, 0) { Ts = unchecked((int)(now - 90_000)) }, // the front of a text that is split
                new Receipt(ReceiptKind.Acknowledgement, Number: begun - Stopwatch.Frequency),
                new Receipt(ReceiptKind.Acknowledgement), // nobody knows when it came
                new Receipt(ReceiptKind.Offline, Number: 5),
            ],
            TimeProvider.System);

        Assert.Equal((2, 1), (readings.Of("chat.deliveries", "pushed"), readings.Of("chat.deliveries", "drained")));
        Assert.InRange(Assert.Single(readings.Recorded("chat.delivery.duration")), 39, 80);
        Assert.InRange(Assert.Single(readings.Recorded("chat.ack.duration")), 1, 40);
    }

    /// <summary>The time of a message is that of the millisecond that it was numbered in, in its middle on the average.</summary>
    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(0.9, 0.4)]
    [InlineData(3.5, 3.0)]
    [InlineData(1000.25, 999.75)]
    public void A_push_is_measured_finer_than_its_message_is_timed(double millisecondsLater, double expected)
    {
        using var meter = new NodeMeter("Chat.Fine");
        using var readings = new Readings(meter.Meter);
        var clock = new ManualClock();
        var numbered = clock.Milliseconds;
        clock.Now += TimeSpan.FromTicks((long)(millisecondsLater * TimeSpan.TicksPerMillisecond));
        FlushMeasure.Note(meter, [new Receipt(ReceiptKind.Push, ConversationId.Direct(1, 2), 1, 7) { Ts = unchecked((int)numbered) }], clock);
        Assert.Equal(expected / 1000, Assert.Single(readings.Recorded("chat.delivery.duration")), 9);
    }

    [Fact]
    public void A_clock_that_is_behind_makes_no_time_that_is_less_than_nothing()
    {
        using var meter = new NodeMeter("Chat.Behind");
        using var readings = new Readings(meter.Meter);
        meter.Pushed(-5);
        Assert.Equal([0], readings.Recorded("chat.delivery.duration"));
    }

    sealed class Discard : BaseExporter<Metric>
    {
        public override ExportResult Export(in Batch<Metric> batch) => ExportResult.Success;
    }
}
