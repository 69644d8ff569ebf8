using Akka.Actor;
using Akka.Event;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>What the parts of one user's actor share.</summary>
sealed class UserCore(int userId, UserServices services, IActorContext context)
{
    readonly NodeLinks _nodes = NodeLinks.Of(context.System);
    MarkWriter? _marks;

    public int UserId => userId;

    public UserServices Services => services;

    public IActorContext Context => context;

    public IActorRef Self => context.Self;

    public OfflineDrain Drain { get; } = new();

    public SessionSet Sessions { get; } = new();

    /// <summary>Made for users who have something to mark or to delete.</summary>
    public MarkWriter Marks
    {
        get
        {
            HasNewWork = true;
            return _marks ??= new MarkWriter(userId, services, Drain, NoticeBoard.Of(context.System), Self);
        }
    }

    /// <summary>Something may have been left for the next tick. Said here, so that a message that leaves nothing looks at no part that could have some.</summary>
    public bool HasNewWork { get; set; }

    public bool HasOpenMarks => _marks is { HasOpenWork: true };

    public bool IsStopping { get; set; }

    public long LastActivity { get; private set; }

    public DateTimeOffset Now => services.Clock.GetUtcNow();

    public long Milliseconds => services.Clock.CoarseMilliseconds();

    public bool HasBridge => services.Others.IsOn;

    /// <summary>With a bridge and a history, rows of other servers are logged before they are given to a session.</summary>
    public bool ImportsRows => HasBridge && services.KeepsHistory;

    public ILoggingAdapter Log => context.GetLogger(); // not a field: it is needed in few lives

    public void Touch() => LastActivity = Milliseconds;

    /// <summary>To a session: on the road of the busy messages.</summary>
    public void Tell(IActorRef session, IClusterMessage message) => _nodes.Tell(session, message, Self);

    public void OnTick() => _marks?.OnTick();

    public void WriteMarks() => _marks?.WriteGathered();

    /// <summary>Of the user's own message, for its other modern sessions: never queued.</summary>
    public bool IsSelfCopy(ConversationId conversation, AcceptedMessage message) =>
        message.Sender == userId && (conversation.IsGroup || conversation.A != conversation.B);
}
