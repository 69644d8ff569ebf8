using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Chat.Node.Telemetry;

/// <summary>What became of a message for one session or user.</summary>
enum DeliveryOutcome
{
    /// <summary>The kernel has taken the push for a socket.</summary>
    Pushed,

    /// <summary>A row is in the offline queue: the user has no session, or none that took it.</summary>
    Queued,

    /// <summary>The kernel has taken a row of the offline queue for a socket.</summary>
    Drained,
}

/// <summary>What is sharded over the nodes.</summary>
enum EntityRegion
{
    User,
    Conversation,
}

/// <summary>How a statement was run.</summary>
enum StatementKind
{
    Read,
    Write,

    /// <summary>A batch of the message log.</summary>
    Batch,
}

/// <summary>The connections of a kind, and how many of them are logged in.</summary>
readonly record struct ConnectionCount(string Transport, string Profile, int Connections, int Sessions);

/// <summary>
/// Everything that a node counts and measures, but for the bridge (<see cref="BridgeMeter"/>); docs/METRICS.md lists it. What happens for each message
/// is an addition to a number, or one value for a flush or a batch: it makes nothing. What is only looked at has no cost until somebody looks. No tag
/// ever has a value that a client chooses. Safe to use from any thread.
/// </summary>
sealed class NodeMeter : IDisposable
{
    public const string Name = "Chat";

    static readonly InstrumentAdvice<double> Seconds = new() { HistogramBucketBoundaries = Spread.Seconds };
    static readonly InstrumentAdvice<int> Rows = new() { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500] };
    static readonly int Errors = Enum.GetValues<Protocol.ErrorCode>().Length;
    static readonly string[] LoginResults = [.. Tallies.NamesOf<Protocol.ErrorCode>().Select((name, at) => at == 0 ? "ok" : name), "other"];

    static readonly KeyValuePair<string, object?>[] Kinds = [.. Tallies.NamesOf<StatementKind>().Select(name => new KeyValuePair<string, object?>("kind", name))];

    readonly Meter _meter;
    readonly Histogram<double> _ack;
    readonly Histogram<double> _delivery;
    readonly Histogram<int> _batch;
    readonly Histogram<double> _commit;
    readonly Histogram<double> _statement;
    readonly Histogram<double> _webhook;
    readonly Spread _ackSpread = new();
    readonly Spread _deliverySpread = new();
    readonly Spread _commitSpread = new();
    readonly Tallies _logins = new("result", LoginResults);
    readonly Tallies _refusals = new("reason", [.. Tallies.NamesOf<Protocol.ErrorCode>(), "too_many_connections", "other"]);
    readonly Tallies _deliveries = new("outcome", Tallies.NamesOf<DeliveryOutcome>());
    readonly Tallies _entities = new("region", Tallies.NamesOf<EntityRegion>());
    readonly Tallies _failedStatements = new("kind", Tallies.NamesOf<StatementKind>());
    readonly Tallies _webhooks = new("result", "taken", "failed");
    long _accepted;
    long _slowConsumers;
    long _repeatedStatements;
    long _webhookLag;
    int _webhookConversations;

    /// <param name="name">Of the meter; another one only for parts that stand alone in tests.</param>
    public NodeMeter(string name = Name)
    {
        _meter = new Meter(name);
        _meter.CreateObservableUpDownCounter("chat.connections", () => CountConnections(count => count.Connections), "{connection}", "Open connections of clients");
        _meter.CreateObservableUpDownCounter("chat.sessions", () => Connections().Sum(count => count.Sessions), "{session}", "Connections on which a user is logged in");
        _meter.CreateObservableCounter("chat.logins", _logins.Read, "{login}", "Logins that were answered");
        _meter.CreateObservableCounter("chat.messages.accepted", () => Interlocked.Read(ref _accepted), "{message}", "Messages of clients that were acknowledged");
        _meter.CreateObservableCounter("chat.deliveries", _deliveries.Read, "{message}", "What became of messages for their receivers");
        _ack = _meter.CreateHistogram("chat.ack.duration", "s", "From the socket that a message came from to the kernel having its acknowledgement", advice: Seconds);
        _delivery = _meter.CreateHistogram("chat.delivery.duration", "s", "From the number of a message to the kernel having the push for a receiver; one value for each flush, its oldest", advice: Seconds);
        _batch = _meter.CreateHistogram("chat.log.batch.size", "{message}", "Messages that are written to the log together", advice: Rows);
        _commit = _meter.CreateHistogram("chat.log.commit.duration", "s", "How long a batch of the log takes", advice: Seconds);
        _meter.CreateObservableUpDownCounter("chat.queue.depth", Queues.ReadDepths, "{item}", "What waits in a bounded queue of the node");
        _meter.CreateObservableUpDownCounter("chat.queue.bound", Queues.ReadBounds, "{item}", "How much may wait in it");
        _meter.CreateObservableCounter("chat.refusals", _refusals.Read, "{request}", "Requests and connections that were refused");
        _meter.CreateObservableCounter("chat.slow_consumers", () => Interlocked.Read(ref _slowConsumers), "{connection}", "Connections that were closed because their client did not read");
        _meter.CreateObservableUpDownCounter("chat.entities", _entities.Read, "{actor}", "Actors of users and conversations that are alive here");
        _meter.CreateObservableGauge("chat.node.ready", () => IsReady() ? 1 : 0, "{node}", "1 while this node is a member that may write");
        _meter.CreateObservableGauge("chat.cluster.members", () => Members(), "{node}", "Living nodes of the cluster as this one sees it, itself included");
        _meter.CreateObservableGauge("chat.certificate.expiry", ReadCertificates, "s", "How long the certificate of the TLS ports, and the one for other nodes, is still good");
        _webhook = _meter.CreateHistogram("chat.webhook.duration", "s", "How long an endpoint took to answer", advice: Seconds);
        _meter.CreateObservableCounter("chat.webhook.requests", _webhooks.Read, "{request}", "Requests to endpoints");
        _meter.CreateObservableGauge("chat.webhook.lag", () => WebhookLag.TotalSeconds, "s", "For how long the endpoint that fails longest has taken nothing; on the node with the dispatcher");
        _statement = _meter.CreateHistogram("chat.db.duration", "s", "How long a piece of work for the database takes, waiting included", advice: Seconds);
        _meter.CreateObservableCounter("chat.db.failures", _failedStatements.Read, "{statement}", "Work that the database did not do");
        _meter.CreateObservableCounter("chat.db.repeats", () => Interlocked.Read(ref _repeatedStatements), "{statement}", "Statements that were tried again");
    }

    /// <summary>For parts that stand alone, in tests and tools: nobody reads it.</summary>
    public static NodeMeter Unread { get; } = new("Chat.Unread");

    /// <summary>The meter itself, for who listens to it alone.</summary>
    public Meter Meter => _meter;

    public QueueDepths Queues { get; } = new();

    /// <summary>Who is connected now.</summary>
    public Func<IReadOnlyCollection<ConnectionCount>> Connections { get; set; } = () => [];

    public Func<bool> IsReady { get; set; } = () => false;

    public Func<int> Members { get; set; } = () => 0;

    /// <summary>How long the certificate of the TLS ports is good; null: there is none.</summary>
    public Func<TimeSpan?> Certificate { get; set; } = () => null;

    /// <summary>The same of the one for TLS between nodes.</summary>
    public Func<TimeSpan?> ClusterCertificate { get; set; } = () => null;

    /// <summary>Told by the dispatcher, once a second.</summary>
    public TimeSpan WebhookLag
    {
        private get => new(Interlocked.Read(ref _webhookLag));
        set => Interlocked.Exchange(ref _webhookLag, value.Ticks);
    }

    /// <summary>Conversations that the dispatcher has in memory, told by it once a second; 0 while another node has it.</summary>
    public int WebhookConversations
    {
        get => Volatile.Read(ref _webhookConversations);
        set => Volatile.Write(ref _webhookConversations, value);
    }

    public void Accepted(int messages) => Interlocked.Add(ref _accepted, messages);

    /// <summary>Another node of another version may send what this one does not know.</summary>
    public void LoginAnswered(Protocol.ErrorCode error) => _logins.Add((int)error is >= 0 and var known && known < Errors ? known : Errors);

    public void Refused(Protocol.ErrorCode error) => _refusals.Add((int)error is >= 0 and var known && known < Errors ? known : Errors + 1);

    public void ConnectionRefused() => _refusals.Add(Errors);

    public void Delivered(DeliveryOutcome outcome, int messages)
    {
        if (messages > 0)
            _deliveries.Add((int)outcome, messages);
    }

    public void SlowConsumerClosed() => Interlocked.Increment(ref _slowConsumers);

    public void EntityStarted(EntityRegion region) => _entities.Add((int)region);

    public void EntityEnded(EntityRegion region) => _entities.Add((int)region, -1);

    /// <param name="receivedAt">When the message was read from its socket, by <see cref="Stopwatch"/>.</param>
    /// <param name="now">The same for now.</param>
    public void Acknowledged(long receivedAt, long now)
    {
        var seconds = (now - receivedAt) / (double)Stopwatch.Frequency;
        _ack.Record(seconds);
        _ackSpread.Add(seconds);
    }

    /// <param name="milliseconds">Two clocks may be behind it: less than nothing is nothing.</param>
    public void Pushed(double milliseconds)
    {
        var seconds = Math.Max(0, milliseconds) / 1000;
        _delivery.Record(seconds);
        _deliverySpread.Add(seconds);
    }

    public void Committed(int rows, TimeSpan elapsed)
    {
        _batch.Record(rows);
        _commit.Record(elapsed.TotalSeconds);
        _commitSpread.Add(elapsed.TotalSeconds);
    }

    public void StatementEnded(StatementKind kind, long begunAt, bool hasFailed)
    {
        _statement.Record(Stopwatch.GetElapsedTime(begunAt).TotalSeconds, Kinds[(int)kind]);
        if (hasFailed)
            _failedStatements.Add((int)kind);
    }

    public void StatementRepeated() => Interlocked.Increment(ref _repeatedStatements);

    public void WebhookAnswered(bool isTaken, int milliseconds)
    {
        _webhook.Record(milliseconds / 1000.0);
        _webhooks.Add(isTaken ? 0 : 1);
    }

    /// <summary>Actors that are alive here.</summary>
    public long EntitiesOf(EntityRegion region) => _entities[(int)region];

    public NodeTotals ReadTotals() => new(
        Interlocked.Read(ref _accepted), _deliveries[(int)DeliveryOutcome.Pushed], _deliveries[(int)DeliveryOutcome.Queued], _deliveries[(int)DeliveryOutcome.Drained],
        _logins[0], _logins.Sum - _logins[0], _refusals.Sum, Interlocked.Read(ref _slowConsumers), _failedStatements.Sum, Interlocked.Read(ref _repeatedStatements));

    public NodeSpreads ReadSpreads() => new(_ackSpread.Read(), _deliverySpread.Read(), _commitSpread.Read());

    public void Dispose() => _meter.Dispose();

    IEnumerable<Measurement<int>> CountConnections(Func<ConnectionCount, int> choose) => Connections().Select(count =>
        new Measurement<int>(choose(count), new KeyValuePair<string, object?>("transport", count.Transport), new KeyValuePair<string, object?>("profile", count.Profile)));

    IEnumerable<Measurement<double>> ReadCertificates()
    {
        if (Certificate() is { } clients)
            yield return new Measurement<double>(clients.TotalSeconds, new KeyValuePair<string, object?>("certificate", "clients"));
        if (ClusterCertificate() is { } cluster)
            yield return new Measurement<double>(cluster.TotalSeconds, new KeyValuePair<string, object?>("certificate", "cluster"));
    }
}
