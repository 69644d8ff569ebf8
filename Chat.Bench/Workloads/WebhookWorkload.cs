using Chat.Bench.Load;
using Chat.Bench.Measuring;
using Chat.Bench.Reports;

namespace Chat.Bench.Workloads;

/// <summary>Where the endpoint of webhooks is and how it is made.</summary>
/// <param name="Api">The HTTP port of a node.</param>
/// <param name="Key">A key of its API with the scope <c>manage</c>.</param>
/// <param name="Listen">The address of the endpoint.</param>
/// <param name="IsBatch">Several messages in a request.</param>
/// <param name="CatchUp">The longest wait at the end of a round for what the endpoint lacks.</param>
sealed record WebhookOptions(Uri Api, string Key, string Listen, bool IsBatch, TimeSpan CatchUp);

/// <summary>The same load alternately with an endpoint of webhooks and without one.</summary>
sealed class WebhookWorkload(LoadLoop loop, LoadPlan plan, WebhookOptions options, WebhookApi api, WebhookSink sink)
{
    /// <summary>Nodes other than the one that is asked learn within about a second which endpoints there are: not shorter than this is the warm-up, which does not count.</summary>
    static readonly TimeSpan LeastWarmUp = TimeSpan.FromSeconds(3);

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    readonly LoadPlan _plan = plan with { WarmUp = plan.WarmUp > LeastWarmUp ? plan.WarmUp : LeastWarmUp };

    public WebhookReport Run(int rounds)
    {
        var report = new WebhookReport(plan.Workload, options.IsBatch);
        for (var round = 0; round < rounds; round++)
        {
            // Without, with, with, without: what drifts in one direction hurts both.
            if (round % 2 == 0)
            {
                var without = RunWithout();
                var (with, lag) = RunWith();
                report.Add(without, with, lag);
            }
            else
            {
                var (with, lag) = RunWith();
                report.Add(RunWithout(), with, lag);
            }
        }

        return report;
    }

    RunResult RunWithout()
    {
        var result = loop.Run(_plan);
        Tell("without", result);
        return result;
    }

    (RunResult Load, WebhookLag Lag) RunWith()
    {
        var endpoint = api.Add(sink.Url, options.IsBatch);
        try
        {
            sink.Clear();
            var acknowledged = new List<MessageMoment>();
            loop.State.OnAcknowledged = acknowledged.Add;
            var from = LoadClock.Now + LoadClock.Ticks(_plan.WarmUp);
            var to = from + LoadClock.Ticks(_plan.Measure);
            var result = loop.Run(_plan);
            loop.State.OnAcknowledged = null;
            WaitFor([.. acknowledged.Where(message => message.At >= from && message.At < to).Select(message => (message.Flow, message.Number))]);
            var lag = WebhookLag.Of(acknowledged, sink.Received, from, to);
            Tell("with   ", result, $"  lag p50 {Units.Time(lag.Lag.P50),8}  p99 {Units.Time(lag.Lag.P99),8}");
            return (result, lag);
        }
        finally
        {
            api.Remove(endpoint);
        }
    }

    /// <summary>Until the endpoint has them all, or its time is over.</summary>
    void WaitFor(HashSet<(int Flow, long Number)> missing)
    {
        for (var start = LoadClock.Now; LoadClock.Seconds(LoadClock.Now - start) < options.CatchUp.TotalSeconds; Thread.Sleep(Pause))
        {
            missing.ExceptWith(sink.Received.Select(message => (message.Flow, message.Number)));
            if (missing.Count == 0)
                return;
        }
    }

    static void Tell(string how, RunResult result, string more = "") =>
        Console.Error.WriteLine($"  {how} {result.DeliveredPerSecond,10:n0} msg/s  ack p99 {Units.Time(result.Acknowledgement.P99),8}{more}");
}
