using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>
/// The way of one user's messages to other servers: what finds no session here is published, in order, before it is queued. What nobody received
/// goes to the queue with everything behind it, and only then the next is published. Answers with <see cref="RoundPublished"/>.
/// </summary>
sealed class Publisher(int userId, IBridge others, IActorRef self)
{
    public const int MaxMessages = 16;

    /// <summary>
    /// A long text is published in pieces with pauses between them, and a login waits for the end of the round: so many bytes are a round at most, if
    /// they are not one message.
    /// </summary>
    public const int MaxBytes = 16 * 1024;

    public sealed record RoundPublished(
        IReadOnlyList<(ConversationId Conversation, PendingDelivery Delivery)> Round, int Tried, int Received) : INoSerializationVerificationNeeded;

    /// <summary>Until the answer is here nobody of ours begins to listen: the answer could count us.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>Publishes the front of a round. False if nothing of it may be published now.</summary>
    public bool TryPublish(IReadOnlyList<(ConversationId Conversation, PendingDelivery Delivery)> round)
    {
        var count = CountOf([.. round.Take(MaxMessages).Select(item => item.Delivery)]);
        if (count == 0)
            return false;
        IsUnderWay = true;
        others.PublishAsync(userId, [.. round.Take(count).Select(item => item.Delivery.Message.Body)])
            .PipeTo(self, success: received => new RoundPublished(round, count, received), failure: _ => new RoundPublished(round, count, 0));
        return true;
    }

    public void OnPublished() => IsUnderWay = false;

    /// <summary>How many deliveries from the front go at once. A copy that a server sent us for this user is not sent back.</summary>
    public static int CountOf(IReadOnlyList<PendingDelivery> deliveries)
    {
        var bytes = 0;
        var count = 0;
        foreach (var delivery in deliveries)
        {
            var length = delivery.Message.Body.Length;
            bytes += length;
            if (count == MaxMessages || delivery.IsSideLane || (bytes > MaxBytes && bytes != length))
                break;
            count++;
        }

        return count;
    }
}
