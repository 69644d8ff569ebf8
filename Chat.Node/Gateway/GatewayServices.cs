using Akka.Actor;
using Chat.Node.Hosting;
using Chat.Node.Storage;

namespace Chat.Node.Gateway;

/// <summary>What every session on this node uses.</summary>
sealed record GatewayServices(
    ChatLimits Limits, NodeIdentity Node, bool KeepsHistory, TimeProvider Clock, CrashPoints CrashPoints,
    LoginFlow Logins, RequestFlow Requests, AddressLimiter Addresses, ILogger Logger,
    Lazy<IActorRef> Users, Lazy<IActorRef> Conversations)
{
    public ReportClock Reports { get; } = new(Clock);

    public PeerWatch Peers { get; } = new(Clock);

    public AcknowledgementRound Acknowledgements { get; init; } = new();
}
