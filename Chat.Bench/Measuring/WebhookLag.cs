namespace Chat.Bench.Measuring;

/// <summary>A message of the load, at an event of its.</summary>
/// <param name="Flow">An index of the run.</param>
/// <param name="Number">1, 2, 3 … within the flow.</param>
/// <param name="At">In ticks of <see cref="LoadClock"/>.</param>
readonly record struct MessageMoment(int Flow, long Number, long At);

/// <summary>How far an endpoint of webhooks is behind the acknowledgements.</summary>
/// <param name="Received">Different messages that it got in the measurement.</param>
/// <param name="Seconds">Length of the measurement.</param>
/// <param name="Lag">From the acknowledgement to the receipt, of messages that were acknowledged in the measurement.</param>
/// <param name="Missing">Acknowledged in the measurement, and not received when the wait at the end was over; they are not in the lag.</param>
/// <param name="Repeated">Receipts of what was received already.</param>
/// <param name="Early">Received before their acknowledgement had come: they count as no lag.</param>
sealed record WebhookLag(long Received, double Seconds, LatencySummary Lag, long Missing, long Repeated, long Early)
{
    public double PerSecond => Seconds > 0 ? Received / Seconds : 0;

    /// <summary>Pure.</summary>
    /// <param name="acknowledged">What was acknowledged in the run.</param>
    /// <param name="received">What the endpoint got, in order of time; what is not of this run is passed over.</param>
    /// <param name="from">Start of the measurement.</param>
    /// <param name="to">Its end.</param>
    public static WebhookLag Of(IReadOnlyCollection<MessageMoment> acknowledged, IEnumerable<MessageMoment> received, long from, long to)
    {
        var open = acknowledged.ToDictionary(moment => (moment.Flow, moment.Number), moment => moment.At);
        var done = new HashSet<(int, long)>();
        var lag = new LatencyRecorder();
        long inTime = 0, repeated = 0, early = 0;
        foreach (var (flow, number, at) in received)
        {
            if (!open.TryGetValue((flow, number), out var since))
                continue;
            if (!done.Add((flow, number)))
            {
                repeated++;
                continue;
            }

            inTime += at >= from && at < to ? 1 : 0;
            if (since < from || since >= to)
                continue;
            early += at < since ? 1 : 0;
            lag.Record(LoadClock.Microseconds(at - since));
        }

        return new(inTime, LoadClock.Seconds(to - from), lag.Summarize(), open.LongCount(one => one.Value >= from && one.Value < to && !done.Contains(one.Key)), repeated, early);
    }
}
