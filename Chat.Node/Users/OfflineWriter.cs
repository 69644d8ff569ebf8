using Akka.Actor;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>
/// One user's deliveries without a session, in order: to other servers first, if they have the user, and else into the offline queue. Each ends with
/// an <see cref="OfflineSettled"/> or a <see cref="Publisher.RoundPublished"/>.
/// </summary>
/// <param name="core">What the parts of the user share.</param>
/// <param name="channel">The way to other servers; only with a bridge.</param>
sealed class OfflineWriter(UserCore core, UserChannel? channel)
{
    readonly OfflineBacklog<(ConversationId Conversation, PendingDelivery Delivery)> _backlog = new();

    public bool IsIdle => _backlog.IsIdle;

    /// <summary>Something failed: nothing is tried until the next tick.</summary>
    public bool IsStuck => _backlog.IsStuck;

    /// <summary>How many deliveries have come in all.</summary>
    public long Added => _backlog.Added;

    public void Add(ConversationId conversation, PendingDelivery delivery)
    {
        core.HasNewWork = true;
        _backlog.Add((conversation, delivery));
        WriteNext();
    }

    public void OnSettled(ConversationId conversation, PendingDelivery delivery, bool isDurable) => _backlog.OnSettled((conversation, delivery), isDurable);

    /// <summary>Begins the next round, if none is under way.</summary>
    public void WriteNext()
    {
        var round = _backlog.NextRound();
        if (round.Count > 0 && channel?.TryPublish(round) != true)
            Insert(round);
    }

    /// <summary>Other servers have received the front of a round. What nobody received goes to the queue with everything behind it.</summary>
    public void OnRoundPublished(Publisher.RoundPublished published)
    {
        var rest = published.Round.Skip(published.Received).ToList();
        if (rest.Count == 0)
            WriteNext();
        else if (published.Received != published.Tried || channel?.TryPublish(rest) != true)
            Insert(rest);
    }

    public void OnTick()
    {
        _backlog.Retry();
        WriteNext();
    }

    void Insert(List<(ConversationId Conversation, PendingDelivery Delivery)> round)
    {
        foreach (var (conversation, delivery) in round)
        {
            var message = delivery.Message;
            var row = new OfflineRow(core.UserId, conversation, message.Seq, message.Cmid, message.Ts, message.Body, RaisesMark: !delivery.IsSideLane);
            var self = core.Self;
            var pending = new PendingOffline(
                row, (settled, isDurable) => self.Tell(new OfflineSettled(settled, conversation, delivery, isDurable)));
            if (!core.Services.OfflineQueue.TryAdd(pending))
                self.Tell(new OfflineSettled(row, conversation, delivery, IsDurable: false));
        }
    }
}
