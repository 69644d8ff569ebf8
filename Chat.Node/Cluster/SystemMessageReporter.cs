using Akka.Actor;
using Akka.Event;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Cluster;

/// <summary>
/// One per node. It wakes conversations that have not heard of a change of their group: the node that made it has died behind the commit. They read their
/// members again, and tell what waits. What is found twice is late; everything else is on its way.
/// </summary>
sealed class SystemMessageReporter : ReceiveActor, IWithTimers
{
    const int AtOnce = 200;

    /// <summary>Twice this, and a reading, are below 3 s.</summary>
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(1200);

    readonly SystemOutbox _outbox;
    HashSet<long> _found = [];
    bool _isReading;

    /// <summary>What waits; null: it could not be read.</summary>
    sealed record Found(List<(long Id, int GroupId)>? Waiting) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    public SystemMessageReporter(SystemOutbox outbox, Lazy<IActorRef> conversations)
    {
        _outbox = outbox;
        Receive<Tick>(_ => Read());
        Receive<Found>(found =>
        {
            _isReading = false;
            if (found.Waiting is not { } waiting)
                return;
            foreach (var group in waiting.Where(each => _found.Contains(each.Id)).Select(each => each.GroupId).Distinct())
                conversations.Value.Tell(new ReloadMembers(ConversationId.Group(group)), ActorRefs.Nobody);
            _found = [.. waiting.Select(each => each.Id)];
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Timers.StartPeriodicTimer("tick", Tick.Instance, Interval);

    void Read()
    {
        if (_isReading)
            return;
        _isReading = true;
        _outbox.WaitingAsync(AtOnce).PipeTo(Self, success: waiting => new Found(waiting), failure: _ => new Found(null));
    }
}
