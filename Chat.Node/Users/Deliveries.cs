using Akka.Actor;
using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Node.Delivery;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>What conversations bring: to the sessions, or to the offline queue; and the confirmations.</summary>
/// <param name="core">What the parts of the user share.</param>
/// <param name="offline">Takes what finds no session.</param>
sealed class Deliveries(UserCore core, OfflineWriter offline)
{
    /// <summary>Deliveries that wait. What does not fit is not taken: the conversation sends it again.</summary>
    const int MaxHeld = 1000;

    /// <summary>Deliveries that are with a session or with the offline queue.</summary>
    const int MaxPending = 20_000;

    public sealed record MarkRead(ConversationId Conversation, DeliveryMark? Mark) : INoSerializationVerificationNeeded;

    SmallMap<(ConversationId Conversation, bool IsSideLane), DeliveryLink> _links;
    SmallMap<ConversationId, IActorRef> _conversations;
    SmallMap<ConversationId, List<(Deliver Deliver, IActorRef Sender)>> _awaitingMark;
    List<(Deliver Deliver, IActorRef Sender)>? _held;

    /// <summary>Only of users to whom other servers write in groups.</summary>
    BroughtMessages? _brought;
    int _pendingCount;

    public bool IsIdle => _held is null && !_links.Any(static link => !link.IsIdle);

    public void OnDeliver(Deliver deliver, IActorRef sender)
    {
        core.Touch();
        var conversation = deliver.Message.Conversation;
        if (_awaitingMark.TryGetValue(conversation, out var waiting))
        {
            if (waiting.Count < MaxHeld)
                waiting.Add((deliver, sender));
            return;
        }

        if (deliver is { IsSideLane: true, MayBeKnown: false, Message.IsBridged: true } && !HasPassed(deliver.Message))
            return; // the message itself is on its way, and comes first; the copy comes again

        if (core.Drain.IsHolding || core.IsStopping)
        {
            // What does not fit, or comes too late, is not taken: the conversation sends it again.
            if (!core.IsStopping && (_held ??= []).Count < MaxHeld)
                _held.Add((deliver, sender));
            return;
        }

        if (LinkOf(deliver) is not { } link)
        {
            AskMark(deliver, sender);
            return;
        }

        _conversations[conversation] = sender;
        Judge(link, deliver, sender);
    }

    public void OnMarkRead(MarkRead read)
    {
        if (!_awaitingMark.Remove(read.Conversation, out var waiting) || read.Mark is not { } mark)
            return; // could not be read: the conversation sends again
        var link = new DeliveryLink(DeliveryLife.Ordered);
        link.StartAfter(Math.Max(mark.QueuedTo, mark.ReceivedTo));
        _links[(read.Conversation, false)] = link;
        foreach (var (deliver, sender) in waiting)
            OnDeliver(deliver, sender);
    }

    public void OnPushed(Pushed pushed)
    {
        if (core.Sessions.Find(pushed.SessionId) is not { } session
            || !_links.TryGetValue((pushed.Conversation, pushed.IsSideLane), out var link) || link.Incarnation != pushed.Incarnation)
            return;
        var before = link.Pending;
        if (!link.OnPushed(session.Slot, pushed.UpTo))
            return;
        _pendingCount -= before - link.Pending;
        Confirm(pushed.Conversation, link);
        if (!session.IsModern && link.Lane == Lane.Ordered)
            core.Marks.Raise(pushed.Conversation, pushed.UpTo); // a legacy client acknowledges nothing
    }

    /// <summary>A delivery is durable in the queue, or another server has received it; or neither, and it is tried again.</summary>
    public void OnSettled(ConversationId conversation, PendingDelivery delivery, bool isDurable)
    {
        offline.OnSettled(conversation, delivery, isDurable);
        if (isDurable && _links.TryGetValue((conversation, delivery.IsSideLane), out var link))
            Done(conversation, link, delivery, SpanOutcome.Queued);
    }

    /// <summary>Other servers have received the front of a round.</summary>
    public void OnRoundPublished(Publisher.RoundPublished published)
    {
        foreach (var (conversation, delivery) in published.Round.Take(published.Received))
        {
            OnSettled(conversation, delivery, isDurable: true);
            if (delivery.Message.Seq > 0)
                core.Marks.Raise(conversation, delivery.Message.Seq); // a legacy server acknowledges nothing
        }
    }

    /// <summary>Deliveries are taken again: what was held goes first.</summary>
    public void ReleaseHeld()
    {
        var held = _held;
        _held = null;
        foreach (var (deliver, sender) in held ?? [])
            OnDeliver(deliver, sender);
    }

    /// <summary>
    /// What is on its way to the other sessions. If one of them is dead, and nobody knows yet, it would come to this one behind what is
    /// newer; a modern client would fetch it, a legacy one cannot.
    /// </summary>
    public void GiveUnflushed(UserSession session)
    {
        foreach (var ((conversation, _), link) in _links)
        {
            foreach (var delivery in link.GiveTo(session.Slot, message => session.IsModern || !(message.IsSystem || core.IsSelfCopy(conversation, message))))
                core.Tell(session.Actor, new Push(link.Incarnation, delivery.Number, delivery.Message) { Trace = delivery.Span?.Trace });
        }
    }

    /// <summary>What only this session was given, and did not flush, goes to the queue. True if there was such.</summary>
    public bool OnSessionGone(int slot)
    {
        var hasLost = false;
        foreach (var ((conversation, _), link) in _links)
        {
            foreach (var lost in link.OnSessionGone(slot))
            {
                if (lost.Message.IsSystem || core.IsSelfCopy(conversation, lost.Message))
                {
                    Done(conversation, link, lost, SpanOutcome.Skipped);
                    continue;
                }

                hasLost = true;
                offline.Add(conversation, lost);
            }
        }

        return hasLost;
    }

    /// <summary>A client's own numbers are believed as far as they are known to exist here; else the log is asked first.</summary>
    public void OnReceived(ReceivedUpTo received, IActorRef session)
    {
        var isKnown = received.IsKnown || (KnownTo(received.Conversation) is > 0 and var known && received.UpTo <= known);
        core.Marks.OnReceived(received, session, isKnown);
    }

    /// <summary>A message with this number was brought here, or came from the queue: it exists.</summary>
    long KnownTo(ConversationId conversation) => Math.Max(
        _links.TryGetValue((conversation, false), out var link) && link.Lane == Lane.Ordered ? link.Last : 0,
        core.Drain.DrainedTo(conversation));

    /// <summary>The receiving end of a delivery's lane; null if an earlier life may know how far it came.</summary>
    DeliveryLink? LinkOf(Deliver deliver)
    {
        var key = (deliver.Message.Conversation, deliver.IsSideLane);
        if (_links.TryGetValue(key, out var link) && link.Incarnation == deliver.Incarnation)
            return link;
        if (deliver is { MayBeKnown: true, Lane: Lane.Ordered })
            return null;
        _pendingCount -= link?.Pending ?? 0;
        return _links[key] = new DeliveryLink(deliver.Incarnation);
    }

    /// <summary>An earlier life may have handled this: the marks know how far it came.</summary>
    void AskMark(Deliver deliver, IActorRef sender)
    {
        var conversation = deliver.Message.Conversation;
        _awaitingMark[conversation] = [(deliver, sender)];
        core.Services.Marks.ReadAsync(core.UserId, conversation)
            .PipeTo(core.Self, success: mark => new MarkRead(conversation, mark), failure: _ => new MarkRead(conversation, null));
    }

    void Judge(DeliveryLink link, Deliver deliver, IActorRef sender)
    {
        var conversation = deliver.Message.Conversation;
        switch (link.Judge(deliver))
        {
            case Arrival.Gap:
                sender.Tell(new ResendDeliveries(conversation, core.UserId, link.Incarnation, Math.Max(link.Last, deliver.ConfirmedTo)), core.Self);
                break;
            case Arrival.Repeated when deliver.Number <= link.ConfirmedTo:
                Confirm(conversation, link);
                break;
            case Arrival.Next when _pendingCount < MaxPending:
                _pendingCount++;
                var taken = link.Take(deliver);
                taken.Span = MessageSpans.BeginDeliver(deliver.Trace, conversation, deliver.Message.Seq);
                Dispatch(conversation, link, taken);
                break;
        }
    }

    /// <summary>
    /// To every session, or into the queue. The sender's own devices get copies, which are never queued. Neither are system messages: who is not here finds
    /// them in the history, and a legacy client or another server would take them for a text.
    /// </summary>
    void Dispatch(ConversationId conversation, DeliveryLink link, PendingDelivery delivery)
    {
        if (IsKnownBridged(delivery))
        {
            Done(conversation, link, delivery, SpanOutcome.Skipped);
            return;
        }

        var message = delivery.Message;
        var isCopy = core.IsSelfCopy(conversation, message);
        if (core.Drain.Phase == DeliveryPhase.Live)
        {
            Push? push = null;
            foreach (var session in core.Sessions)
            {
                if ((isCopy || message.IsSystem) && (!session.IsModern || session.Id == message.OriginSession))
                    continue;
                delivery.PushedTo |= 1UL << session.Slot;
                core.Tell(session.Actor, push ??= new Push(link.Incarnation, delivery.Number, message) { Trace = delivery.Span?.Trace });
            }
        }

        if (delivery.PushedTo != 0)
            return;
        if (isCopy || message.IsSystem || IsElsewhere(conversation, delivery))
            Done(conversation, link, delivery, SpanOutcome.Skipped);
        else
            offline.Add(conversation, delivery);
    }

    void Done(ConversationId conversation, DeliveryLink link, PendingDelivery delivery, string outcome)
    {
        delivery.Finish(outcome);
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
            actor.Tell(new DeliveryConfirmed(conversation, core.UserId, link.Incarnation, link.ConfirmedTo), core.Self);
    }

    /// <summary>
    /// A message that another server sends to a group goes in the order of the conversation to whoever is here. Who is not here gets the server's own
    /// copy: nothing is to be queued or published for it.
    /// </summary>
    bool IsElsewhere(ConversationId conversation, PendingDelivery delivery)
    {
        if (!delivery.Message.IsBridged || delivery.IsSideLane || core.Sessions.Count > 0)
            return false;
        _brought?.OnPassed(conversation);
        return true;
    }

    bool HasPassed(AcceptedMessage message) =>
        message.Seq == 0 || (_links.TryGetValue((message.Conversation, false), out var link) && link.Last >= message.Seq);

    /// <summary>
    /// Whether a delivery is the copy of a message that this life has brought in its order, which is remembered here. An earlier life may have
    /// brought it too, or not: sessions and modern clients recognise by its number what they have.
    /// </summary>
    bool IsKnownBridged(PendingDelivery delivery)
    {
        if (delivery.Message is not { IsBridged: true, Seq: > 0 } message)
            return false;
        if (delivery.IsSideLane)
            return _brought?.Contains(message.Conversation, message.Seq) == true;
        if (core.Sessions.Count > 0)
            (_brought ??= new BroughtMessages()).OnBrought(message.Conversation, message.Seq);
        return false;
    }
}
