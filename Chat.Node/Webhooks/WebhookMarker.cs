using Akka.Actor;
using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Webhooks;

/// <summary>Messages of a conversation were changed: the mark of that is stored with the change.</summary>
sealed record MessagesChanged(ConversationId Conversation) : INoSerializationVerificationNeeded;

/// <summary>
/// One per node: a receiver of every message beside the users. It stores that endpoints lack something in a conversation, and confirms then. So what
/// was acknowledged reaches every endpoint, whatever dies: either the mark is stored, or the fan-out is unfinished and comes again.
/// </summary>
sealed class WebhookMarker(WebhookMarks marks, Lazy<IActorRef> dispatcher, TimeProvider clock, ILogger<WebhookMarker> logger) : FastReceiveActor
{
    const int MaxBatch = 500;

    sealed record Marked(IReadOnlyList<(ConversationId Conversation, long FirstSeq)> Batch, long BegunAt, Exception? Failure) : INoSerializationVerificationNeeded;

    readonly MarkedConversations _marked = new();

    /// <summary>To be marked with the next write, each from its first number on.</summary>
    readonly Dictionary<ConversationId, long> _due = [];
    readonly Dictionary<ConversationId, IActorRef> _conversations = [];
    readonly HashSet<ConversationId> _hints = [];

    /// <summary>Those of them of which messages were changed.</summary>
    readonly HashSet<ConversationId> _changed = [];
    Ticker _ticker;
    bool _isWriting;

    /// <summary>The database did not answer: the next tick tries again.</summary>
    bool _hasFailed;

    long Now => clock.SteadyMilliseconds();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Deliver deliver:
                OnDeliver(deliver, Sender);
                break;
            case Marked marked:
                OnMarked(marked);
                break;
            case MessagesChanged changed:
                _changed.Add(changed.Conversation);
                Hint(changed.Conversation);
                break;
            case Tick:
                OnTick();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void PostStop() => _ticker.Clear();

    void OnDeliver(Deliver deliver, IActorRef conversation)
    {
        var id = deliver.Message.Conversation;
        switch (_marked.OnDeliver(deliver, Now))
        {
            case MarkStep.AskAgain:
                conversation.Tell(
                    new ResendDeliveries(id, IWebhooks.ReceiverId, deliver.Incarnation, Math.Max(_marked.LastOf(id), deliver.ConfirmedTo)), Self);
                return;
            case MarkStep.Confirm:
                Confirm(id, conversation);
                Hint(id);
                return;
            case MarkStep.Mark:
                _due.TryAdd(id, deliver.Message.Seq);
                break;
        }

        _conversations[id] = conversation;
        Write();
    }

    void Write()
    {
        if (_isWriting || _hasFailed || _due.Count == 0)
            return;
        var batch = _due.Take(MaxBatch).Select(due => (due.Key, due.Value)).ToList();
        foreach (var (id, _) in batch)
        {
            _due.Remove(id);
            _marked.OnBegin(id);
        }

        _isWriting = true;
        var begunAt = Now;
        marks.MarkAsync(batch).PipeTo(Self, success: () => new Marked(batch, begunAt, null), failure: cause => new Marked(batch, begunAt, cause));
    }

    void OnMarked(Marked marked)
    {
        _isWriting = false;
        _hasFailed = marked.Failure is not null;
        if (marked.Failure is { } cause)
            WebhookLog.MarksFailed(logger, marked.Batch.Count, cause.Message);
        foreach (var (id, firstSeq) in marked.Batch)
        {
            if (marked.Failure is not null)
            {
                _due.TryAdd(id, firstSeq);
                continue;
            }

            if (_marked.OnMarked(id, marked.BegunAt, Now) is { } next)
                _due.TryAdd(id, next);
            if (_conversations.TryGetValue(id, out var conversation))
                Confirm(id, conversation);
            if (!_due.ContainsKey(id))
                _conversations.Remove(id);
            Hint(id);
        }

        Write();
        if (_hasFailed)
            _ticker.Arm(Context, Tick.Instance, hasOpenWork: true);
    }

    void OnTick()
    {
        _ticker.Clear();
        _marked.Forget(Now);
        _hasFailed = false;
        Write();
        SendHints();
        if (_marked.Count > 0)
            _ticker.Arm(Context, Tick.Instance, hasOpenWork: _due.Count > 0);
    }

    void Confirm(ConversationId id, IActorRef conversation)
    {
        var (incarnation, upTo) = _marked.ConfirmedTo(id);
        conversation.Tell(new DeliveryConfirmed(id, IWebhooks.ReceiverId, incarnation, upTo), Self);
    }

    /// <summary>What gathers in the mailbox is told together.</summary>
    void Hint(ConversationId id)
    {
        _hints.Add(id);
        if (_hints.Count >= MaxBatch || !((ActorCell)Context).HasMessages)
            SendHints();
        else
            _ticker.Arm(Context, Tick.Instance, hasOpenWork: true);
    }

    void SendHints()
    {
        if (_hints.Count == 0)
            return;
        dispatcher.Value.Tell(new WebhookHint([.. _hints, .. _changed]), Self);
        _hints.Clear();
        _changed.Clear();
    }
}
