using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Delivery;

namespace Chat.Node.Cluster;

/// <summary>
/// One per node. It wakes conversations that have moved away from this node before everybody had their messages, until
/// their new life says that everybody has them. When the node dies, the sweeper takes over.
/// </summary>
sealed class FanOutReporter : ReceiveActor, IWithTimers
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public FanOutReporter(FanOutWatermarks clock, Lazy<IActorRef> conversations)
    {
        Receive<Tick>(_ =>
        {
            foreach (var conversation in clock.Abandoned())
                conversations.Value.Tell(new ResumeFanOut(conversation));
        });
        Receive<FanOutFinished>(finished => clock.CloseAbandoned(finished.Conversation));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Timers.StartPeriodicTimer("tick", Tick.Instance, Interval);
}
