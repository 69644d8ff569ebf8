using Akka.Actor;
using Chat.Node.Links;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Watching;

/// <summary>What the parts of a hub share. It outlives the actor: a hub that fails is started again with what it knew.</summary>
sealed class HubServices(NodeIdentity node, Presence presence, TimeProvider clock, ILogger<PresenceHub> logger, int maxFrameBytes)
{
    PeerExchange? _peers;
    WatcherDesk? _watchers;
    VeilDesk? _veils;
    ReaderDesk? _readers;

    public Presence Presence => presence;

    public ILogger Logger => logger;

    public int MaxFrameBytes => maxFrameBytes;

    public LocalUsers Local { get; } = new();

    public PresenceBook Book { get; } = new();

    public TypingTable Typing { get; } = new();

    public WatchIndex<IActorRef> Watches { get; init; } = new();

    /// <summary>Milliseconds of a steady clock.</summary>
    public long Now => clock.CoarseMilliseconds();

    /// <summary>Milliseconds since 1970, to be shown.</summary>
    public long WallTime => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public PeerExchange PeersBy(IPresenceRoad road) => _peers ??= new PeerExchange(this, road, node.Incarnation);

    /// <summary>Who may not see whom.</summary>
    public required ContactBook Contacts { get; init; }

    /// <summary>Who is in groups.</summary>
    public required ContactStore Groups { get; init; }

    public VeilDesk Veils => _veils ??= new VeilDesk(this);

    public ReaderDesk Readers => _readers ??= new ReaderDesk(this);

    public WatcherDesk Watchers => _watchers ??= new WatcherDesk(this);
}
