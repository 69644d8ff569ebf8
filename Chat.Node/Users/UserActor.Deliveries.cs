using Akka.Actor;
using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Node.Delivery;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>What conversations bring: to the sessions, or to the offline queue; and the confirmations.</summary>
sealed partial class UserActor
{
    SmallMap<(ConversationId Conversation, bool IsSideLane), DeliveryLink> _links;
    SmallMap<ConversationId, IActorRef> _conversations;
    SmallMap<ConversationId, List<(Deliver Deliver, IActorRef Sender)>> _awaitingMark;
    List<(Deliver Deliver, IActorRef Sender)>? _held;
    readonly OfflineBacklog<(ConversationId Conversation, PendingDelivery Delivery)> _backlog = new();
    int _pendingCount;

    void OnDeliver(Deliver deliver, IActorRef sender)
    {
        _lastActivity = CoarseMilliseconds;
        var conversation = deliver.Message.Conversation;
        if (_awaitingMark.TryGetValue(conversation, out var waiting))
        {
            if (waiting.Count < MaxHeld)
                waiting.Add((deliver, sender));
            return;
        }

        if (deliver is { IsSideLane: true, MayBeKnown: false, Message.IsBridged: true } && !HasPassed(deliver.Message))
            return; // the message itself is on its way, and comes first; the copy comes again

        if (_drain.IsHolding || _isStopping)
        {
            // What does not fit, or comes too late, is not taken: the conversation sends it again.
            if (!_isStopping && (_held ??= []).Count < MaxHeld)
                _held.Add((deliver, sender));
            return;
        }

        var key = (conversation, deliver.IsSideLane);
        if (!_links.TryGetValue(key, out var link) || link.Incarnation != deliver.Incarnation)
        {
            if (deliver is { MayBeKnown: true, Lane: Lane.Ordered })
            {
                AskMark(deliver, sender);
                return;
            }

            _pendingCount -= link?.Pending ?? 0;
            _links[key] = link = new DeliveryLink(deliver.Incarnation);
        }

        _conversations[conversation] = sender;
        switch (link.Judge(deliver))
        {
            case Arrival.Gap:
                sender.Tell(new ResendDeliveries(conversation, _userId, link.Incarnation, Math.Max(link.Last, deliver.ConfirmedTo)), Self);
                break;
            case Arrival.Repeated when deliver.Number <= link.ConfirmedTo:
                Confirm(conversation, link);
                break;
            case Arrival.Next when _pendingCount < MaxPending:
                _pendingCount++;
                Dispatch(conversation, link, link.Take(deliver));
                break;
        }
    }

    /// <summary>An earlier life may have handled this: the marks know how far it came.</summary>
    void AskMark(Deliver deliver, IActorRef sender)
    {
        var conversation = deliver.Message.Conversation;
        _awaitingMark[conversation] = [(deliver, sender)];
        _services.Marks.ReadAsync(_userId, conversation)
            .PipeTo(Self, success: mark => new MarkRead(conversation, mark), failure: _ => new MarkRead(conversation, null));
    }

    void OnMarkRead(MarkRead read)
    {
        if (!_awaitingMark.Remove(read.Conversation, out var waiting) || read.Mark is not { } mark)
            return; // could not be read: the conversation sends again
        var link = new DeliveryLink(DeliveryLife.Ordered);
        link.StartAfter(Math.Max(mark.QueuedTo, mark.ReceivedTo));
        _links[(read.Conversation, false)] = link;
        foreach (var (deliver, sender) in waiting)
            OnDeliver(deliver, sender);
    }

    /// <summary>To every session, or into the queue. The sender's own devices get copies, which are never queued.</summary>
    void Dispatch(ConversationId conversation, DeliveryLink link, PendingDelivery delivery)
    {
        if (IsKnownBridged(delivery))
        {
            Done(conversation, link, delivery);
            return;
        }

        var message = delivery.Message;
        var isCopy = IsSelfCopy(conversation, message);
        if (_drain.Phase == DeliveryPhase.Live)
        {
            Push? push = null;
            foreach (var session in _sessions)
            {
                if (isCopy && (!session.IsModern || session.Id == message.OriginSession))
                    continue;
                delivery.PushedTo |= 1UL << session.Slot;
                _nodes.Tell(session.Actor, push ??= new Push(link.Incarnation, delivery.Number, message), Self);
            }
        }

        if (delivery.PushedTo != 0)
            return;
        if (isCopy || IsElsewhere(conversation, delivery))
            Done(conversation, link, delivery);
        else
            Queue(conversation, delivery);
    }

    void OnPushed(Pushed pushed)
    {
        if (SessionOf(pushed.SessionId) is not { } session
            || !_links.TryGetValue((pushed.Conversation, pushed.IsSideLane), out var link) || link.Incarnation != pushed.Incarnation)
            return;
        var before = link.Pending;
        if (!link.OnPushed(session.Slot, pushed.UpTo))
            return;
        _pendingCount -= before - link.Pending;
        Confirm(pushed.Conversation, link);
        if (!session.IsModern && link.Lane == Lane.Ordered)
            RaiseMark(pushed.Conversation, pushed.UpTo); // a legacy client acknowledges nothing
    }

    void Done(ConversationId conversation, DeliveryLink link, PendingDelivery delivery)
    {
        delivery.IsDone = true;
        var before = link.Pending;
        if (!link.Advance())
            return;
        _pendingCount -= before - link.Pending;
        Confirm(conversation, link);
    }

    /// <summary>Directly: the news of this actor's end must not overtake its last confirmation.</summary>
    void Confirm(ConversationId conversation, DeliveryLink link)
    {
        if (_conversations.TryGetValue(conversation, out var actor))
            actor.Tell(new DeliveryConfirmed(conversation, _userId, link.Incarnation, link.ConfirmedTo), Self);
    }

    void Queue(ConversationId conversation, PendingDelivery delivery)
    {
        _backlog.Add((conversation, delivery));
        InsertNextRound();
    }

    void InsertNextRound()
    {
        var round = _backlog.NextRound();
        if (round.Count > 0 && MayPublish)
            PublishSome(round);
        else
            Insert(round);
        if (!_backlog.IsIdle)
            ArmTick();
    }

    void Insert(IEnumerable<(ConversationId Conversation, PendingDelivery Delivery)> round)
    {
        foreach (var (conversation, delivery) in round)
        {
            var message = delivery.Message;
            var row = new OfflineRow(_userId, conversation, message.Seq, message.Cmid, message.Ts, message.Body, RaisesMark: !delivery.IsSideLane);
            var self = Self;
            var pending = new PendingOffline(
                row, (settled, isDurable) => self.Tell(new OfflineSettled(settled, conversation, delivery, isDurable)));
            if (!_services.OfflineQueue.TryAdd(pending))
                self.Tell(new OfflineSettled(row, conversation, delivery, IsDurable: false));
        }
    }

    void OnOfflineSettled(OfflineSettled settled)
    {
        SettleQueued(settled.Conversation, settled.Delivery, settled.IsDurable);
        OnRoundEnded();
    }

    void SettleQueued(ConversationId conversation, PendingDelivery delivery, bool isDurable)
    {
        _backlog.OnSettled((conversation, delivery), isDurable);
        if (isDurable && _links.TryGetValue((conversation, delivery.IsSideLane), out var link))
            Done(conversation, link, delivery);
    }

    void OnRoundEnded()
    {
        InsertNextRound();
        if (_backlog.IsIdle && _drain.Phase == DeliveryPhase.Finishing)
            ReadPage();
        if (_isStopping)
            Stop();
    }

    void RetryBacklog()
    {
        _backlog.Retry();
        InsertNextRound();
    }

    void ReleaseHeld()
    {
        var held = _held;
        _held = null;
        foreach (var (deliver, sender) in held ?? [])
            OnDeliver(deliver, sender);
    }
}
