using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Faults;
using Chat.Node.Files;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Gateway;

/// <summary>What every session on this node uses.</summary>
sealed record GatewayServices(
    ChatLimits Limits, NodeIdentity Node, bool KeepsHistory, TimeProvider Clock, CrashPoints CrashPoints,
    AccountService Logins, UserRequests Requests, WatchRequests Watches, AddressLimiter Addresses, ILogger Logger,
    Lazy<IActorRef> Users, Lazy<IActorRef> Conversations)
{
    public MessageLimits MessageLimits { get; } = new(Limits.MaxTextBytes, Limits.MaxFrameBytes);

    public FlushReportTimer Reports { get; } = new(Clock);

    public SocketWatch Peers { get; } = new(Clock);

    /// <summary>What waits for all clients together.</summary>
    public OutboxBudget Outboxes { get; } = OutboxBudget.OfMemory();

    /// <summary>Whether messages can be looked for by their words.</summary>
    public bool HasSearch { get; init; }

    /// <summary>Knows of the devices of sessions.</summary>
    public DeviceSightings? Devices { get; init; }

    /// <summary>Whether clients may make users.</summary>
    public Registration Registration { get; init; }

    /// <summary>Whether the node has more to do than it can: then nobody new is let in.</summary>
    public Func<bool> IsOverloaded { get; init; } = static () => false;

    /// <summary>Asked about messages before they are sent; null: nobody is.</summary>
    public IBeforeHook? Hook { get; init; }

    /// <summary>How long a session waits for an actor that has not answered it yet.</summary>
    public BackOff BackOff { get; init; } = BackOff.Standard;

    /// <summary>Looks at what messages refer to; null without a history.</summary>
    public ReferenceChecks? References { get; init; }

    /// <summary>Signs addresses of files; null: there are none here.</summary>
    public FileLinks? Files { get; init; }

    /// <summary>Knows whether clients may send files; null: they may not.</summary>
    public UploadDesk? Uploads { get; init; }

    public AckCoalescer Acknowledgements { get; init; } = new();

    public NodeMeter Meter { get; init; } = NodeMeter.Unread;

    /// <summary>Says of which messages the way is recorded.</summary>
    public HeadSampler Sampler { get; init; } = HeadSampler.Off;
}
