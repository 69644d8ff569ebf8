using Akka.Actor;
using Akka.Hosting;
using Chat.Node.Hosting;
using Chat.Node.Storage;
using Chat.Node.Users;

namespace Chat.Node.Conversations;

/// <summary>What every conversation on this node uses.</summary>
sealed record ConversationServices(
    MessageLog Log, ConversationLoader Loader, FanOutClock FanOutClock, bool KeepsHistory, TimeProvider Clock,
    CrashPoints CrashPoints, Lazy<IActorRef> Users, INodeDirectory Nodes, DeliveryMarks Marks, bool IsBridged)
{
    /// <summary>The region is started after the services are made.</summary>
    public static Lazy<IActorRef> UsersOf(IReadOnlyActorRegistry registry) => new(() => registry.Get<UserActor>());
}
