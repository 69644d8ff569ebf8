using Akka.Actor;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>
/// The way to other servers: what finds no session here is published, in order, before it is queued. What nobody received goes to the queue
/// with everything behind it, and only then the next is published.
/// </summary>
sealed partial class UserActor
{
    const int PublishedAtOnce = 16;

    /// <summary>
    /// A long text is published in pieces with pauses between them, and a login waits for the end of the round: so many bytes are a round at most, if
    /// they are not one message.
    /// </summary>
    const int BytesPublishedAtOnce = 16 * 1024;

    sealed record RoundPublished(
        IReadOnlyList<(ConversationId Conversation, PendingDelivery Delivery)> Round, int Tried, int Received) : INoSerializationVerificationNeeded;

    /// <summary>Until the answer is here nobody of ours begins to listen: the answer could count us.</summary>
    bool _isPublishing;

    void PublishSome(IReadOnlyList<(ConversationId Conversation, PendingDelivery Delivery)> round)
    {
        // A copy that a server sent us for this user is not sent back.
        var bytes = 0;
        var some = round.Take(PublishedAtOnce)
            .TakeWhile(item => !item.Delivery.IsSideLane && ((bytes += item.Delivery.Message.Body.Length) <= BytesPublishedAtOnce || bytes == item.Delivery.Message.Body.Length))
            .ToList();
        if (some.Count == 0)
        {
            Insert(round);
            return;
        }

        _isPublishing = true;
        _services.Others.PublishAsync(_userId, [.. some.Select(item => item.Delivery.Message.Body)])
            .PipeTo(Self, success: received => new RoundPublished(round, some.Count, received), failure: _ => new RoundPublished(round, some.Count, 0));
    }

    void OnRoundPublished(RoundPublished published)
    {
        _isPublishing = false;
        StorePresence();
        foreach (var (conversation, delivery) in published.Round.Take(published.Received))
        {
            SettleQueued(conversation, delivery, isDurable: true);
            if (delivery.Message.Seq > 0)
                RaiseMark(conversation, delivery.Message.Seq); // a legacy server acknowledges nothing
        }

        var rest = published.Round.Skip(published.Received).ToList();
        if (rest.Count == 0)
            OnRoundEnded();
        else if (published.Received == published.Tried && MayPublish)
            PublishSome(rest);
        else
            Insert(rest);
    }
}
