using Chat.Node.Cluster;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Chat.Node.Api;

/// <summary>The nodes of the cluster, as the one that answers sees them.</summary>
/// <param name="Members">All of them.</param>
/// <param name="Leftovers">Starts of dead nodes of which something is still being finished.</param>
sealed record MemberNodes(IReadOnlyList<MemberView> Members, int Leftovers);

/// <summary>The shards of a region that a node has.</summary>
/// <param name="Node">Which.</param>
/// <param name="Shards">How many.</param>
/// <param name="Entities">How many actors are alive in them.</param>
sealed record NodeShards(string Node, int Shards, int Entities);

/// <summary>Where users and conversations are.</summary>
sealed record ShardList(IReadOnlyList<NodeShards> Users, IReadOnlyList<NodeShards> Conversations);

/// <summary>What one node does.</summary>
/// <param name="Node">Which.</param>
/// <param name="Figures">Missing: it has not answered within a second, or is of a version that has none.</param>
sealed record FiguresOfNode(string Node, NodeFigures? Figures);

/// <summary>What the nodes do.</summary>
sealed record ClusterFigures(IReadOnlyList<FiguresOfNode> Nodes);

/// <summary>Whether a node may be stopped.</summary>
/// <param name="Safe">Nothing speaks against it.</param>
/// <param name="Reasons">What does.</param>
sealed record StopAnswer(bool Safe, IReadOnlyList<string> Reasons);

/// <summary>The sessions of a user.</summary>
/// <param name="Node">The node that has the oldest of them; missing: there are none.</param>
/// <param name="Here">Those at the node that answers.</param>
sealed record SessionsAnswer(string? Node, IReadOnlyList<SessionInfo> Here);

/// <summary>What operators look at and do: docs/CHATCTL.md.</summary>
static class OperateEndpoints
{
    public static void MapOperate(this IEndpointRouteBuilder api)
    {
        api.MapGet("/cluster/members", MembersAsync).WithTags("operate").RequireScope(ApiScopes.Read).WithName("listNodes")
            .WithSummary("The nodes of the cluster, as this one sees them").Produces<MemberNodes>()
            .WithExample(null, """{"members":[{"address":"127.0.0.1:4053","state":"up","reachable":true,"self":true,"oldest":true}],"leftovers":0}""");
        api.MapGet("/cluster/shards", ShardsAsync).WithTags("operate").RequireScope(ApiScopes.Read).WithName("listShards")
            .WithSummary("Which node has how many shards and actors of users and conversations").Produces<ShardList>()
            .WithExample(null, """{"users":[{"node":"127.0.0.1:4053","shards":100,"entities":312}],"conversations":[{"node":"127.0.0.1:4053","shards":100,"entities":540}]}""");
        api.MapGet("/cluster/figures", FiguresAsync).WithTags("operate").RequireScope(ApiScopes.Read).WithName("listFigures")
            .WithSummary("What each node does: counts and durations since its start, its queues, its last warnings").Produces<ClusterFigures>()
            .WithExample(
                null,
                """{"nodes":[{"node":"127.0.0.1:4053","figures":{"version":"0.1.0","ready":true,"upMilliseconds":60000,"cpuMilliseconds":5400,"memoryBytes":210000000,"connections":12,"sessions":11,"users":11,"conversations":9,"totals":{"accepted":1200,"pushed":1150,"queued":50,"drained":7,"logins":11,"loginsRefused":1,"refused":3,"slowConsumers":0,"databaseFailures":0,"databaseRepeats":0},"buckets":[0.005,0.05],"spreads":{"ack":[1100,98,2],"delivery":[1000,150,0],"commit":[400,90,1]},"queues":[{"name":"log","depth":3,"bound":16384}],"warnings":[{"at":1795410443660,"level":"warning","source":"PeerMonitor","event":79,"text":"node 127.0.0.1:4054 is dead: its connections have ended, and nobody listens at its cluster port"}]}}]}""");
        api.MapGet("/node/safe-to-stop", SafeToStopAsync).WithTags("operate").RequireScope(ApiScopes.Read).WithName("isSafeToStop")
            .WithSummary("Whether this node may be stopped without anybody noticing more than a new connection").Produces<StopAnswer>()
            .WithExample(null, """{"safe":false,"reasons":["no other node is up, reachable and ready: nobody would serve the clients"]}""");
        api.MapPost("/node/drain", Drain).WithTags("operate").RequireScope(ApiScopes.Manage).WithName("drainNode")
            .WithSummary("Sends the clients of this node elsewhere, hands over what it has, and ends it, as SIGTERM does").Produces(StatusCodes.Status202Accepted)
            .WithExample(null, null);
        api.MapGet("/users/{id:int}/sessions", SessionsAsync).WithTags("operate").RequireScope(ApiScopes.Read).WithName("listSessions")
            .WithSummary("Which node has the sessions of a user, and what is known of those at the node that answers").Produces<SessionsAnswer>()
            .WithExample(null, """{"node":"127.0.0.1:4053","here":[{"id":"0HNQ5","transport":"websocket","profile":"modern","address":"10.1.2.3","idleSeconds":4}]}""");
    }

    static async Task<IResult> MembersAsync(ClusterView cluster) => TypedResults.Ok(new MemberNodes(cluster.Members(), await cluster.LeftoversAsync()));

    static async Task<IResult> ShardsAsync(ClusterView cluster)
    {
        var (users, conversations) = (cluster.ShardsAsync("user"), cluster.ShardsAsync("conversation"));
        return TypedResults.Ok(new ShardList(Sum(await users), Sum(await conversations)));
    }

    static List<NodeShards> Sum(IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> shards) =>
        [.. shards.Select(node => new NodeShards(node.Key, node.Value.Count, node.Value.Values.Sum())).OrderBy(node => node.Node, StringComparer.Ordinal)];

    static async Task<IResult> FiguresAsync(ClusterView cluster) => TypedResults.Ok(new ClusterFigures(
        [.. (await cluster.FiguresAsync()).Select(node => new FiguresOfNode(node.Key, node.Value)).OrderBy(node => node.Node, StringComparer.Ordinal)]));

    static async Task<IResult> SafeToStopAsync(ClusterView cluster) =>
        await cluster.ReasonsToStayAsync() is { Count: > 0 } reasons ? TypedResults.Ok(new StopAnswer(Safe: false, reasons)) : TypedResults.Ok(new StopAnswer(Safe: true, []));

    /// <summary>The answer leaves before the port closes: the host ends in order.</summary>
    static StatusCodeHttpResult Drain(IHostApplicationLifetime host, ILogger<ApiGate> logger)
    {
        ApiLog.DrainAsked(logger);
        host.StopApplication();
        return TypedResults.StatusCode(StatusCodes.Status202Accepted);
    }

    static async Task<IResult> SessionsAsync(int id, UserDirectory users, Presence presence, Nodes nodes, ISessionList sessions)
    {
        if (await users.FindAsync(id) is null)
            return UserEndpoints.NoUser(id);
        var node = await presence.NodeOfAsync(id) is { } incarnation ? await nodes.NameOfAsync(incarnation) : null;
        return TypedResults.Ok(new SessionsAnswer(node, sessions.Of(id)));
    }
}
