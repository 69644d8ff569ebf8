using Akka.Actor;
using Chat.Node.Hosting;
using Chat.Node.Storage;

namespace Chat.Node.Users;

/// <summary>What every user on this node uses. <c>NodeOf</c>: the incarnation of the node on which an actor lives.</summary>
sealed record UserServices(
    OfflineQueue OfflineQueue, OfflineStore OfflineStore, DeliveryMarks Marks, MarkQueue MarkQueue, Presence Presence, UserLoader Loader, UserLimits Limits,
    bool KeepsHistory, TimeProvider Clock, CrashPoints CrashPoints, Lazy<IActorRef> Conversations, Func<IActorRef, long> NodeOf);

/// <summary>Limits per user, from the settings.</summary>
sealed record UserLimits(int MaxSessions, int FailedLoginsPerMinute);
