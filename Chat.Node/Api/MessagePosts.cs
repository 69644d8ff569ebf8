using Akka.Actor;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>Sends messages into conversations, each request by a <see cref="PostSender"/> of its own.</summary>
sealed class MessagePosts(Lazy<ActorSystem> system, Lazy<IActorRef> conversations, TimeProvider clock)
{
    readonly PostLanes _lanes = new();

    /// <summary>A result for each message, in their order: completes when all are committed or refused, always within a bounded time.</summary>
    public Task<PostResult[]> SendAsync(ConversationId conversation, IReadOnlyList<OutgoingPost> posts)
    {
        var done = new TaskCompletionSource<PostResult[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var sending = new PostSending(conversation, posts, _lanes.Rent(), _lanes, conversations.Value, clock, done);
        system.Value.ActorOf(Props.Create<PostSender>(sending));
        return done.Task;
    }
}
