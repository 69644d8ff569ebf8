using Akka.Actor;
using Chat.Node.Faults;
using Chat.Node.Settings;
using Chat.Node.Storage;

namespace Chat.Node.Gateway;

/// <summary>What every session on this node uses.</summary>
sealed record GatewayServices(
    ChatLimits Limits, NodeIdentity Node, bool KeepsHistory, TimeProvider Clock, CrashPoints CrashPoints,
    AccountService Logins, UserRequests Requests, AddressLimiter Addresses, ILogger Logger,
    Lazy<IActorRef> Users, Lazy<IActorRef> Conversations)
{
    public FlushReportTimer Reports { get; } = new(Clock);

    public SocketWatch Peers { get; } = new(Clock);

    public AckCoalescer Acknowledgements { get; init; } = new();
}
