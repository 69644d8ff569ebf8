using System.Reflection;
using Akka.Actor;
using Akka.Configuration;
using Akka.Remote.Transport;
using DotNetty.Transport.Channels;
using Google.Protobuf;
using AkkaTransport = Akka.Remote.Transport.Transport;

namespace Chat.Node.Cluster;

/// <summary>
/// Akka's TCP transport with a bound on incoming connections that say nothing. The oldest of them gives way. While too many are
/// being closed, no more are accepted (<see cref="AcceptGate"/>). Nodes speak at once, so strangers who connect to the cluster's port cost
/// a few file descriptors and shut no node out.
/// </summary>
/// <remarks>Made by Akka from its configuration (<c>transport-class</c>).</remarks>
sealed class GuardedTransport : AkkaTransport
{
    /// <summary>Akka's own is internal and can be named by configuration alone.</summary>
    const string Inner = "Akka.Remote.Transport.DotNetty.TcpTransport, Akka.Remote";

    /// <summary>Connections that others have opened to the cluster's port and have said nothing on.</summary>
    public const int MaxSilent = 64;

    /// <summary>Those, and the ones that are being closed.</summary>
    public const int MaxOpenSilent = MaxSilent + 32;

    readonly AkkaTransport _inner;
    readonly SilentAssociations _silent = new(MaxSilent);

    public GuardedTransport(ActorSystem system, Config config)
    {
        (System, Config) = (system, config);
        _inner = (AkkaTransport)Activator.CreateInstance(Type.GetType(Inner, throwOnError: true)!, system, config)!;
    }

    public override string SchemeIdentifier => _inner.SchemeIdentifier;

    public override long MaximumPayloadBytes => _inner.MaximumPayloadBytes;

    public override async Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        var (address, inner) = await _inner.Listen();
        // It does not accept before it knows its listener.
        var listening = ListeningChannel();
        var gate = new AcceptGate(listening, MaxOpenSilent);
        listening.Pipeline.AddFirst(gate);
        ClusterPort.Of(System).Observe(gate);
        var outer = new TaskCompletionSource<IAssociationEventListener>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = PassOnAsync(outer.Task, inner);
        return (address, outer);
    }

    public override bool IsResponsibleFor(Address remote) => _inner.IsResponsibleFor(remote);

    public override Task<AssociationHandle> Associate(Address remoteAddress) => _inner.Associate(remoteAddress);

    public override Task<bool> Shutdown() => _inner.Shutdown();

    public override Task<bool> ManagementCommand(object message) => _inner.ManagementCommand(message);

    IChannel ListeningChannel()
    {
        for (var type = _inner.GetType(); type is not null; type = type.BaseType)
            if (type.GetField("ServerChannel", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)?.GetValue(_inner) is IChannel channel)
                return channel;
        throw new InvalidOperationException($"{Inner} has no listening channel: this version of Akka.Remote is not known");
    }

    async Task PassOnAsync(Task<IAssociationEventListener> outer, TaskCompletionSource<IAssociationEventListener> inner) =>
        inner.TrySetResult(new GuardingListener(await outer, _silent));

    sealed class GuardingListener(IAssociationEventListener next, SilentAssociations silent) : IAssociationEventListener
    {
        public void Notify(IAssociationEvent ev)
        {
            if (ev is InboundAssociation { Association: { } inner })
            {
                silent.Add(inner);
                ev = new InboundAssociation(new Guarded(inner, silent));
            }

            next.Notify(ev);
        }
    }

    /// <summary>An incoming association that tells when its other side has spoken, or has gone.</summary>
    sealed class Guarded : AssociationHandle
    {
        readonly AssociationHandle _inner;

        public Guarded(AssociationHandle inner, SilentAssociations silent)
            : base(inner.LocalAddress, inner.RemoteAddress)
        {
            _inner = inner;
            _ = PassOnAsync(silent);
        }

        public override bool Write(ByteString payload) => _inner.Write(payload);

        [Obsolete("As the one that it overrides.")]
        public override void Disassociate() => _inner.Disassociate();

        async Task PassOnAsync(SilentAssociations silent) =>
            _inner.ReadHandlerSource.TrySetResult(new GuardingReader(await ReadHandlerSource.Task, _inner, silent));
    }

    sealed class GuardingReader(IHandleEventListener next, AssociationHandle association, SilentAssociations silent) : IHandleEventListener
    {
        bool _isKnown;

        public void Notify(IHandleEvent ev)
        {
            if (!_isKnown)
            {
                _isKnown = true; // it has spoken, or it is gone
                silent.Remove(association);
            }

            next.Notify(ev);
        }
    }
}

/// <summary>Incoming associations on which nothing has come yet. Safe to use from any thread.</summary>
sealed class SilentAssociations(int max)
{
    readonly Lock _lock = new();
    readonly LinkedList<AssociationHandle> _silent = [];

    public int Count
    {
        get
        {
            lock (_lock)
                return _silent.Count;
        }
    }

    /// <summary>One too many ends the oldest.</summary>
    public void Add(AssociationHandle association)
    {
        AssociationHandle? oldest = null;
        lock (_lock)
        {
            _silent.AddLast(association);
            if (_silent.Count > max)
            {
                oldest = _silent.First!.Value;
                _silent.RemoveFirst();
            }
        }

#pragma warning disable CS0618 // the other form needs Akka's log, and says nothing more
        oldest?.Disassociate();
#pragma warning restore CS0618
    }

    public void Remove(AssociationHandle association)
    {
        lock (_lock)
            _silent.Remove(association);
    }
}
