using System.Diagnostics.Metrics;

namespace Chat.Node.Telemetry;

/// <summary>What goes over the bridge, in messages. Safe to use from any thread.</summary>
sealed class BridgeMeter : IDisposable
{
    readonly Meter _meter = new(NodeMeter.Name);
    long _published;
    long _received;
    long _noReceiver;
    long _unavailable;
    long _unknown;
    long _garbage;
    long _overflowed;
    long _lost;
    int _channels;

    /// <param name="isConnected">Whether Redis is to be had.</param>
    public BridgeMeter(Func<bool> isConnected)
    {
        Count("chat.bridge.published", () => ref _published, "Messages that another server received");
        Count("chat.bridge.received", () => ref _received, "Messages that another server published for a user who is here");
        Count("chat.bridge.no_receiver", () => ref _noReceiver, "Messages for users for whom no server listens: they are queued");
        Count("chat.bridge.queued_unavailable", () => ref _unavailable, "Messages that were queued because Redis was not to be had");
        Count("chat.bridge.queued_unknown", () => ref _unknown, "Messages that were queued though they may have been received: possible duplicates");
        Count("chat.bridge.garbage", () => ref _garbage, "What came on a channel and is no message: dropped");
        Count("chat.bridge.overflowed", () => ref _overflowed, "Messages that came faster than they could be logged: into the offline queue");
        Count("chat.bridge.lost", () => ref _lost, "Messages of other servers that could neither be logged nor queued");
        _meter.CreateObservableGauge("chat.bridge.channels", () => Volatile.Read(ref _channels), "{channel}", "Channels of users on which this node listens");
        _meter.CreateObservableGauge("chat.bridge.connected", () => isConnected() ? 1 : 0, "{connection}", "1 while Redis is to be had");
    }

    delegate ref long Place();

    /// <summary>The meter itself, for who listens to it alone.</summary>
    public Meter Meter => _meter;

    /// <summary>On so many channels this node listens.</summary>
    public int Channels
    {
        set => Volatile.Write(ref _channels, value);
    }

    public void Published() => Interlocked.Increment(ref _published);

    public void Received() => Interlocked.Increment(ref _received);

    public void NoReceiver() => Interlocked.Increment(ref _noReceiver);

    public void Unavailable() => Interlocked.Increment(ref _unavailable);

    public void Unknown() => Interlocked.Increment(ref _unknown);

    public void Garbage() => Interlocked.Increment(ref _garbage);

    public void Overflowed() => Interlocked.Increment(ref _overflowed);

    public void Lost() => Interlocked.Increment(ref _lost);

    public void Dispose() => _meter.Dispose();

    void Count(string name, Place place, string description) =>
        _meter.CreateObservableCounter(name, () => Interlocked.Read(ref place()), "{message}", description);
}
