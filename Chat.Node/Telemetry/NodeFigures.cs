namespace Chat.Node.Telemetry;

/// <summary>What a node has counted since its start. Rates are differences of two readings.</summary>
/// <param name="Accepted">Messages of clients that were acknowledged.</param>
/// <param name="Pushed">Messages that went to a session of their receiver.</param>
/// <param name="Queued">Messages that went into the offline queue.</param>
/// <param name="Drained">Messages that a login took from there.</param>
/// <param name="Logins">Logins that succeeded.</param>
/// <param name="LoginsRefused">Those that did not.</param>
/// <param name="Refused">Requests and connections that were refused.</param>
/// <param name="SlowConsumers">Connections that were closed because their client did not read.</param>
/// <param name="DatabaseFailures">Work that the database did not do.</param>
/// <param name="DatabaseRepeats">Statements that were tried again.</param>
sealed record NodeTotals(
    long Accepted, long Pushed, long Queued, long Drained, long Logins, long LoginsRefused, long Refused, long SlowConsumers, long DatabaseFailures, long DatabaseRepeats);

/// <summary>How durations are spread since the start, in the buckets that <see cref="NodeFigures.Buckets"/> names.</summary>
/// <param name="Ack">From the socket that a message came from to the kernel having its acknowledgement.</param>
/// <param name="Delivery">From the number of a message to the kernel having the push for a receiver.</param>
/// <param name="Commit">How long a batch of the log takes.</param>
sealed record NodeSpreads(IReadOnlyList<long> Ack, IReadOnlyList<long> Delivery, IReadOnlyList<long> Commit);

/// <summary>A bounded queue: how much waits in it, and how much may.</summary>
sealed record QueueFigure(string Name, long Depth, long Bound);

/// <summary>What operators see of one node at a glance.</summary>
/// <param name="Version">Of the program.</param>
/// <param name="Ready">Whether it is a member that may write.</param>
/// <param name="UpMilliseconds">For how long the node has run: what rates are taken by. Less than before: it was started again.</param>
/// <param name="CpuMilliseconds">The processor's time that it has used.</param>
/// <param name="MemoryBytes">Its memory.</param>
/// <param name="Connections">Open connections of clients.</param>
/// <param name="Sessions">Those on which a user is logged in.</param>
/// <param name="Users">Actors of users that are alive here.</param>
/// <param name="Conversations">Actors of conversations that are alive here.</param>
/// <param name="Totals">What was counted.</param>
/// <param name="Buckets">Where the buckets of <paramref name="Spreads"/> end, in seconds; there is one more, for what is longer.</param>
/// <param name="Spreads">What was measured.</param>
/// <param name="Queues">By name.</param>
/// <param name="Warnings">The last lines of the log that warn, the newest first.</param>
sealed record NodeFigures(
    string Version, bool Ready, long UpMilliseconds, long CpuMilliseconds, long MemoryBytes, int Connections, int Sessions, long Users, long Conversations,
    NodeTotals Totals, IReadOnlyList<double> Buckets, NodeSpreads Spreads, IReadOnlyList<QueueFigure> Queues, IReadOnlyList<RecentWarning> Warnings);

/// <summary>Reads the figures of this node, when somebody asks.</summary>
sealed class FigureReader(NodeMeter meter, RecentWarnings warnings, TimeProvider clock)
{
    readonly long _begunAt = clock.GetTimestamp();

    public NodeFigures Read()
    {
        var connections = meter.Connections();
        return new NodeFigures(
            typeof(FigureReader).Assembly.GetName().Version?.ToString(3) ?? "", meter.IsReady(), (long)clock.GetElapsedTime(_begunAt).TotalMilliseconds,
            (long)Environment.CpuUsage.TotalTime.TotalMilliseconds, Environment.WorkingSet, connections.Sum(count => count.Connections), connections.Sum(count => count.Sessions),
            meter.EntitiesOf(EntityRegion.User), meter.EntitiesOf(EntityRegion.Conversation), meter.ReadTotals(), Spread.Seconds, meter.ReadSpreads(), meter.Queues.Read(), warnings.Read());
    }
}
