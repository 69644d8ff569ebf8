using Akka.Actor;
using Chat.Node.Cluster;
using Chat.Node.Gateway;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Hosting;

/// <summary>
/// The order of things at both ends of a node's life. Start: when everything else has started (the health endpoint too), join
/// the cluster and read the journal once, then open the chat and web ports. End: before anything else stops, close the ports and send the clients elsewhere.
/// </summary>
sealed class NodeLifecycle(
    IServiceProvider services, ChatSettings settings, ChatListener chat, WebListener web, SessionRegistry sessions, NodeState state, ILogger<NodeLifecycle> logger)
    : IHostedLifecycleService
{
    /// <summary>Sessions that wait for answers to their posts are given so long.</summary>
    static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(20);

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var system = services.GetRequiredService<ActorSystem>();
        var cluster = Akka.Cluster.Cluster.Get(system);
        var warmUp = services.GetRequiredService<JournalWarmUp>().RunAsync(system);
        try
        {
            if (settings.IsClustered)
                await JoinAsync(cluster, cancellationToken);
            else
                await cluster.JoinAsync(cluster.SelfAddress, cancellationToken);
            await warmUp;
            await chat.OpenAsync(cancellationToken);
            await web.OpenAsync(cancellationToken);
        }
        catch (Exception)
        {
            state.Enter(NodePhase.Draining);
            await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance); // it may be a member, and have shards
            throw;
        }

        state.Enter(NodePhase.Up);
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (state.Phase == NodePhase.Removed)
        {
            await CloseAsync(new CancellationToken(canceled: true)); // what is not answered yet cannot be answered here
            var cluster = Akka.Cluster.Cluster.Get(services.GetRequiredService<ActorSystem>());
            cluster.Down(cluster.SelfAddress); // the actor system ends without asking the others
            return;
        }

        state.Enter(NodePhase.Draining);
        Log.Draining(logger, sessions.Count);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(DrainPatience);
        await CloseAsync(patience.Token);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Takes no new connections, asks the sessions to end, and ends what has not ended in time.</summary>
    async Task CloseAsync(CancellationToken patience)
    {
        var stopping = Task.WhenAll(chat.StopAsync(patience), web.StopAsync(patience));
        sessions.Drain(); // behind the ports' end, so that nobody comes back to this node
        await stopping;
    }

    async Task JoinAsync(Akka.Cluster.Cluster cluster, CancellationToken cancellation)
    {
        var joiner = new ClusterJoiner(
            cluster, services.GetRequiredService<Nodes>(), services.GetRequiredService<Presence>(), SharedSettings.Write(settings.Shared), settings.SeedNodes,
            TimeSpan.FromSeconds(settings.JoinSeconds), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<ClusterJoiner>>());
        await joiner.JoinAsync(cancellation);
        Log.Joined(logger, cluster.State.Members.Count);
    }
}
