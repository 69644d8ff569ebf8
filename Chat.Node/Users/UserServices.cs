using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Faults;
using Chat.Node.Storage;

namespace Chat.Node.Users;

/// <summary>What every user on this node uses.</summary>
sealed record UserServices(
    OfflineQueue OfflineQueue, OfflineStore OfflineStore, DeliveryMarks Marks, MarkQueue MarkQueue, Presence Presence, UserLoader Loader, UserLimits Limits,
    bool KeepsHistory, TimeProvider Clock, CrashPoints CrashPoints, Lazy<IActorRef> Conversations, INodeDirectory Nodes, IBridge Others);

/// <summary>Limits per user, from the settings.</summary>
sealed record UserLimits(int MaxSessions, int FailedLoginsPerMinute);
