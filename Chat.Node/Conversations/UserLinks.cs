using Akka.Actor;
using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Node.Links;

namespace Chat.Node.Conversations;

/// <summary>
/// The users a conversation speaks to: those that have answered directly, the others by way of their region. The webhooks of this node are one more.
/// </summary>
sealed class UserLinks(IActorContext context, Lazy<IActorRef> region, IWebhooks webhooks)
{
    readonly NodeLinks _nodes = NodeLinks.Of(context.System);
    readonly IActorRef _self = context.Self;
    SmallMap<int, IActorRef> _users;

    /// <summary>What is about to be sent; empty between two messages.</summary>
    public List<DueDelivery> Due { get; } = [];

    /// <param name="incarnation">Whose numbers they are.</param>
    /// <param name="throughRegion">Whether to ask the region for the users, because a known one may be gone.</param>
    /// <param name="spans">Of recorded messages; null: there is none.</param>
    public void SendDue(long incarnation, bool throughRegion, FanOutSpans? spans = null)
    {
        foreach (var due in Due)
        {
            var deliver = new Deliver(due.UserId, incarnation, due.Number, due.Previous, due.ConfirmedTo, due.MayBeKnown, due.Message);
            if (due.UserId == IWebhooks.ReceiverId)
            {
                webhooks.Marker.Tell(deliver, _self);
                continue;
            }

            var target = !throughRegion && _users.TryGetValue(due.UserId, out var user) ? user : region.Value;
            if (spans?.TraceFor(due.Number, target.Path.Address) is { } trace)
                deliver = deliver with { Trace = trace };
            _nodes.Tell(target, deliver, _self);
        }

        Due.Clear();
    }

    /// <summary>A user that has answered is spoken to directly from now on, until it ends.</summary>
    public void Watch(int userId, IActorRef user)
    {
        if (_users.TryGetValue(userId, out var known))
        {
            if (known.Equals(user))
                return;
            context.Unwatch(known);
        }

        _users[userId] = context.Watch(user);
    }

    /// <summary>A user has ended; returns whose it was, or null if nobody's.</summary>
    public int? Forget(IActorRef ended)
    {
        foreach (var (userId, user) in _users)
        {
            if (!user.Equals(ended))
                continue;
            _users.Remove(userId);
            return userId;
        }

        return null;
    }
}
