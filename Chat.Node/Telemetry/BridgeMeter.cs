using System.Diagnostics.Metrics;

namespace Chat.Node.Telemetry;

/// <summary>What goes over the bridge, in messages. Safe to use from any thread.</summary>
sealed class BridgeMeter : IDisposable
{
    public const string Name = "Chat";

    readonly Meter _meter = new(Name);
    readonly Counter<long> _published;
    readonly Counter<long> _received;
    readonly Counter<long> _noReceiver;
    readonly Counter<long> _unavailable;
    readonly Counter<long> _unknown;
    readonly Counter<long> _garbage;
    readonly Counter<long> _overflowed;
    readonly Counter<long> _lost;
    int _channels;

    /// <param name="isConnected">Whether Redis is to be had.</param>
    public BridgeMeter(Func<bool> isConnected)
    {
        _published = _meter.CreateCounter<long>("bridge_published", description: "Messages that another server received");
        _received = _meter.CreateCounter<long>("bridge_received", description: "Messages that another server published for a user who is here");
        _noReceiver = _meter.CreateCounter<long>("bridge_no_receiver", description: "Messages for users for whom no server listens: they are queued");
        _unavailable = _meter.CreateCounter<long>("bridge_queued_unavailable", description: "Messages that were queued because Redis was not to be had");
        _unknown = _meter.CreateCounter<long>("bridge_queued_unknown", description: "Messages that were queued though they may have been received: possible duplicates");
        _garbage = _meter.CreateCounter<long>("bridge_garbage", description: "What came on a channel and is no message: dropped");
        _overflowed = _meter.CreateCounter<long>("bridge_overflowed", description: "Messages that came faster than they could be logged: into the offline queue");
        _lost = _meter.CreateCounter<long>("bridge_lost", description: "Messages of other servers that could neither be logged nor queued");
        _meter.CreateObservableGauge("bridge_channels", () => Volatile.Read(ref _channels), description: "Channels of users on which this node listens");
        _meter.CreateObservableGauge("bridge_connected", () => isConnected() ? 1 : 0, description: "1 while Redis is to be had");
        foreach (var counter in (Counter<long>[])[_published, _received, _noReceiver, _unavailable, _unknown, _garbage, _overflowed, _lost])
            counter.Add(0); // known from the start
    }

    /// <summary>On so many channels this node listens.</summary>
    public int Channels
    {
        set => Volatile.Write(ref _channels, value);
    }

    public void Published() => _published.Add(1);

    public void Received() => _received.Add(1);

    public void NoReceiver() => _noReceiver.Add(1);

    public void Unavailable() => _unavailable.Add(1);

    public void Unknown() => _unknown.Add(1);

    public void Garbage() => _garbage.Add(1);

    public void Overflowed() => _overflowed.Add(1);

    public void Lost() => _lost.Add(1);

    public void Dispose() => _meter.Dispose();
}
