using Akka.Actor;
using Akka.Cluster;
using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Links;

/// <summary>
/// News that nobody confirms, to the sessions that want such: the sessions of this node are here by user, and every node is told what its own are
/// to hear. So it wakes nobody who is away. Safe to use from any thread.
/// </summary>
sealed class NoticeBoard : IExtension
{
    readonly ExtendedActorSystem _system;
    readonly Akka.Cluster.Cluster? _cluster;
    readonly NodeLinks _links;
    readonly Dictionary<int, IActorRef[]> _sessions = [];
    readonly Lock _lock = new();

    NoticeBoard(ExtendedActorSystem system)
    {
        _system = system;
        _links = NodeLinks.Of(system);
        _cluster = system.Provider is IClusterActorRefProvider ? Akka.Cluster.Cluster.Get(system) : null;
    }

    public static NoticeBoard Of(ActorSystem system) => system.WithExtension<NoticeBoard, Provider>();

    /// <summary>A session wants to hear what concerns its user.</summary>
    public void Add(int userId, IActorRef session)
    {
        lock (_lock)
        {
            _sessions[userId] = _sessions.TryGetValue(userId, out var known) ? [.. known.Where(other => !other.Equals(session)), session] : [session];
        }
    }

    public void Remove(int userId, IActorRef session)
    {
        lock (_lock)
        {
            if (!_sessions.TryGetValue(userId, out var known))
                return;
            IActorRef[] left = [.. known.Where(other => !other.Equals(session))];
            if (left.Length > 0)
                _sessions[userId] = left;
            else
                _sessions.Remove(userId);
        }
    }

    /// <summary>To the sessions of all nodes.</summary>
    public void Tell(Notice notice)
    {
        TellHere(notice);
        if (_cluster is null)
            return;
        foreach (var member in _cluster.State.Members)
        {
            if (member.Address != _cluster.SelfAddress && member.Status is MemberStatus.Up or MemberStatus.Leaving)
                _links.Tell(_system.Provider.ResolveActorRef(new RootActorPath(member.Address) / "system" / NoticeReceiver.Name), notice, _system.DeadLetters);
        }
    }

    /// <summary>
    /// To those of one user, for news that comes often: nodes that have no session of the user are left out, as far as the hub of presence knows. It
    /// learns of a login within a second.
    /// </summary>
    public void TellUser(int userId, ReadOnlyMemory<byte> frame, long except = 0)
    {
        var notice = new Notice([userId], frame, except);
        TellHere(notice);
        if (_cluster is not null)
            PresenceRoad.Of(_system).TellHub(new NoticeElsewhere(userId, notice));
    }

    /// <summary>A member has read a group further: the hub of presence knows who watches it.</summary>
    public void TellRead(ConversationId conversation, int userId, long read) => PresenceRoad.Of(_system).TellHub(new GroupRead(conversation, userId, read));

    /// <summary>To those of this node.</summary>
    public void TellHere(Notice notice)
    {
        foreach (var userId in notice.Users)
        {
            foreach (var session in SessionsOf(userId))
                session.Tell(new SessionNotice(userId, notice.Frame, notice.Except));
        }
    }

    IActorRef[] SessionsOf(int userId)
    {
        lock (_lock)
        {
            return _sessions.GetValueOrDefault(userId, []);
        }
    }

    sealed class Provider : ExtensionIdProvider<NoticeBoard>
    {
        public override NoticeBoard CreateExtension(ExtendedActorSystem system) => new(system);
    }
}

/// <summary>Hears what other nodes have for the sessions of this one.</summary>
sealed class NoticeReceiver : UntypedActor
{
    public const string Name = "notices";

    readonly NoticeBoard _board = NoticeBoard.Of(Context.System);

    protected override void OnReceive(object message)
    {
        if (message is Notice notice)
            _board.TellHere(notice);
        else
            Unhandled(message);
    }
}
