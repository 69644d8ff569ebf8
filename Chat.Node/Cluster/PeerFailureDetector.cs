using Akka.Configuration;
using Akka.Event;
using Akka.Remote;

namespace Chat.Node.Cluster;

/// <summary>Akka's failure detector, which also believes <see cref="GonePeers"/>: a dead member is removed only when it is unreachable.</summary>
/// <remarks>Made by Akka from its configuration (<c>failure-detector.implementation-class</c>), one for each member.</remarks>
sealed class PeerFailureDetector(Config config, EventStream events) : PhiAccrualFailureDetector(config, events)
{
    readonly GonePeers _gone = GonePeers.Of(events);

    public override bool IsAvailable => !_gone.Contains(Address) && base.IsAvailable;
}
