using System.Reflection;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;

namespace Chat.Node.Cluster;

/// <summary>
/// When the node of the shard coordinators is gone and this one follows it: lets them begin as soon as they have their state. By themselves they wait
/// half a second more for news of dead regions, and no actor of the dead node starts elsewhere in that time. This node removes dead members by
/// its own rules, so the news is there already; what comes later is handled as at any other time.
/// </summary>
sealed class CoordinatorWakeUp : UntypedActor, IWithTimers
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>The coordinators wait no longer than half a second after they have their state.</summary>
    static readonly TimeSpan Length = TimeSpan.FromSeconds(1);

    /// <summary>Akka's own is internal.</summary>
    internal static readonly object StateInitialized = typeof(ClusterSharding).Assembly
        .GetType("Akka.Cluster.Sharding.ShardCoordinator+StateInitialized", throwOnError: true)!
        .GetField("Instance", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;

    readonly ActorSelection[] _coordinators;
    int _left;

    /// <param name="regions">The names of the regions.</param>
    public CoordinatorWakeUp(IEnumerable<string> regions) =>
        _coordinators = [.. regions.Select(region => Context.ActorSelection($"/system/sharding/{region}Coordinator/singleton/coordinator"))];

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() =>
        Akka.Cluster.Cluster.Get(Context.System).Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, [typeof(ClusterEvent.MemberRemoved)]);

    protected override void PostStop() => Akka.Cluster.Cluster.Get(Context.System).Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterEvent.MemberRemoved { Member: var gone, PreviousStatus: MemberStatus.Down } when IsNext(gone):
                _left = (int)(Length / Interval);
                Timers.StartPeriodicTimer(this, Tick.Instance, Interval);
                break;
            case Tick:
                foreach (var coordinator in _coordinators)
                    coordinator.Tell(StateInitialized);
                if (--_left <= 0)
                    Timers.Cancel(this);
                break;
        }
    }

    /// <summary>Whether the coordinators come from that member to this one: they are on the oldest.</summary>
    static bool IsNext(Member gone)
    {
        var cluster = Akka.Cluster.Cluster.Get(Context.System);
        var self = cluster.SelfMember;
        return gone.IsOlderThan(self)
            && cluster.State.Members.All(member => member.Equals(self) || member.Equals(gone) || !member.IsOlderThan(self)); // it may still be among them
    }

    sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
