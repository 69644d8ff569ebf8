using System.Text.Json;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Cluster;

/// <summary>The cluster for operators: its members, where its shards are, and whether this node may be stopped.</summary>
sealed class ClusterView(Lazy<ActorSystem> system, Nodes nodes, NodeState state, NodeLease lease)
{
    /// <summary>For an answer of all nodes; one that is frozen is left out.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>For the figures of one node.</summary>
    static readonly TimeSpan FiguresPatience = TimeSpan.FromSeconds(1);

    public IReadOnlyList<MemberView> Members()
    {
        var cluster = Akka.Cluster.Cluster.Get(system.Value);
        var (members, unreachable) = (cluster.State.Members, cluster.State.Unreachable);
        var oldest = members.Where(member => member.Status is MemberStatus.Up or MemberStatus.Leaving).Aggregate(
            (Member?)null, (one, other) => one is null || other.IsOlderThan(one) ? other : one);
        return [.. members.Select(member => new MemberView(
            MemberAddress.TextOf(member.Address), NameOf(member.Status), !unreachable.Contains(member), member.UniqueAddress.Equals(cluster.SelfUniqueAddress),
            member.Equals(oldest)))];
    }

    /// <summary>Starts of dead nodes of which something is left to do.</summary>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task<int> LeftoversAsync() => (await nodes.OthersAsync()).Count(row => row.Fenced);

    /// <summary>What speaks against stopping this node.</summary>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task<IReadOnlyList<string>> ReasonsToStayAsync()
    {
        // A node that drains is a member like any other until its clients are gone.
        var ready = (await FiguresAsync()).Where(node => node.Value is { Ready: true }).Select(node => node.Key).ToHashSet();
        return StopSafety.Reasons(Members(), ready, await LeftoversAsync(), state.Phase == NodePhase.Up && lease.IsHeld);
    }

    /// <summary>The figures of each member, by address; null: it has not answered in time, or is of a version that has none.</summary>
    public async Task<IReadOnlyDictionary<string, NodeFigures?>> FiguresAsync()
    {
        var members = Akka.Cluster.Cluster.Get(system.Value).State.Members;
        var told = await Task.WhenAll(members.Select(async member => (member.Address, Figures: await FiguresOfAsync((ExtendedActorSystem)system.Value, member.Address))));
        return told.ToDictionary(each => MemberAddress.TextOf(each.Address), each => each.Figures);
    }

    static async Task<NodeFigures?> FiguresOfAsync(ExtendedActorSystem actors, Address node)
    {
        try
        {
            var teller = actors.Provider.ResolveActorRef(new RootActorPath(node) / "system" / FigureTeller.Name);
            var told = await teller.Ask<FiguresTold>(AskFigures.Instance, FiguresPatience);
            return JsonSerializer.Deserialize<NodeFigures>(told.Json, JsonSerializerOptions.Web);
        }
        catch (Exception e) when (e is AskTimeoutException or JsonException)
        {
            return null;
        }
    }

    /// <summary>How many actors are alive in each shard of a region, by node.</summary>
    /// <param name="region">The name of the region.</param>
    /// <exception cref="AskTimeoutException">The region does not answer.</exception>
    public async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>>> ShardsAsync(string region)
    {
        var sharding = ClusterSharding.Get(system.Value);
        var stats = await sharding.ShardRegion(region).Ask<ClusterShardingStats>(new GetClusterShardingStats(Patience), Patience * 2);
        var self = Akka.Cluster.Cluster.Get(system.Value).SelfAddress;
        return stats.Regions.ToDictionary(
            each => MemberAddress.TextOf(each.Key.HasLocalScope ? self : each.Key), each => (IReadOnlyDictionary<string, int>)each.Value.Stats.ToDictionary());
    }

    static string NameOf(MemberStatus status) => status switch
    {
        MemberStatus.Up => "up",
        MemberStatus.Joining or MemberStatus.WeaklyUp => "joining",
        MemberStatus.Leaving or MemberStatus.Exiting => "leaving",
        MemberStatus.Down => "down",
        _ => "gone",
    };
}
