using Akka.Actor;
using Chat.Node.Bridge;
using Chat.Node.Cluster;
using Chat.Node.Contracts;
using Chat.Node.Conversations;
using Chat.Node.Files;
using Chat.Node.Gateway;
using Chat.Node.People;
using Chat.Node.Search;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Node.Users;
using Chat.Node.Watching;
using Chat.Node.Web;
using Chat.Node.Webhooks;

namespace Chat.Node.Hosting;

/// <summary>The metric <c>chat.queue.depth</c>: every bounded queue that a node has once. Those of databases say theirs themselves. docs/METRICS.md has the list, and what is not in it.</summary>
static class QueueHosting
{
    public static void ObserveQueues(this IServiceProvider services, QueueDepths queues, ChatSettings settings)
    {
        var limit = services.GetRequiredService<ConnectionLimit>();
        queues.Add("connections", () => limit.Max, () => limit.Count);
        var health = services.GetRequiredService<QuestionGate>();
        queues.Add("health_connections", DescriptorBudget.HttpConnections, () => health.Count);
        var passwords = services.GetRequiredService<PasswordWorker>();
        queues.Add("passwords", PasswordWorker.QueueLength, () => passwords.Waiting);
        var sightings = services.GetRequiredService<DeviceSightings>();
        queues.Add("device_sightings", DeviceSightings.MaxWaiting, () => sightings.Waiting);
        var uploads = services.GetRequiredService<FileUploads>();
        queues.Add("uploads", settings.Files.Uploads, () => uploads.UnderWay);
        var files = services.GetRequiredService<FileEndpoint>();
        queues.Add("downloads", FileEndpoint.MaxDownloads, () => files.Downloads);
        if (services.GetService<SearchTouches>() is { } touches)
            queues.Add("search_touches", SearchTouches.Max, () => touches.Waiting);
        if (services.GetService<SearchIndexer>() is { } indexer)
            queues.Add("search_parked", SearchParking.Max, () => indexer.Parked);
        if (services.GetService<IBeforeHook>() is BeforeHook hook)
            queues.Add("hook", HookServer.MaxUnderWay, () => hook.UnderWay);
        if (settings.IsClustered)
        {
            var suspects = services.GetRequiredService<SuspectedPeers>();
            queues.Add("suspects", SuspectedPeers.MaxWaiting, () => suspects.Waiting);
        }
    }

    /// <summary>Those that need the actor system.</summary>
    public static void ObserveStreams(this IServiceProvider services)
    {
        var (meter, settings) = (services.GetRequiredService<NodeMeter>(), services.GetRequiredService<ChatSettings>());
        var queues = meter.Queues;
        var log = services.GetRequiredService<MessageLog>();
        queues.Add("log", MessageLog.QueueLength, () => log.Waiting);
        var offline = services.GetRequiredService<OfflineQueue>();
        queues.Add("offline", OfflineQueue.QueueLength, () => offline.Waiting);
        var marks = services.GetRequiredService<MarkQueue>();
        queues.Add("marks", MarkQueue.QueueLength, () => marks.Waiting);
        var conversations = services.GetRequiredService<ConversationLoader>();
        queues.Add("conversation_starts", ConversationLoader.QueueLength, () => conversations.Waiting);
        var users = services.GetRequiredService<UserServices>().Loader;
        queues.Add("user_starts", UserLoader.QueueLength, () => users.Waiting);
        var cursors = services.GetRequiredService<CursorQueue>();
        queues.Add("webhook_cursors", CursorQueue.QueueLength, () => cursors.Waiting);
        queues.Add("webhook_conversations", DispatchPlan.MaxConversations, () => meter.WebhookConversations);
        var outboxes = services.GetRequiredService<GatewayServices>().Outboxes;
        queues.Add("outboxes", () => outboxes.Max, () => outboxes.Taken);
        if (settings.HasSearch)
        {
            var searches = services.GetRequiredService<SearchRequests>();
            queues.Add("searches", SearchRequests.AtOnce, () => searches.UnderWay);
        }

        if (settings.IsClustered)
        {
            var port = ClusterPort.Of(services.GetRequiredService<ActorSystem>());
            queues.Add("cluster_connections", GuardedTransport.MaxOpenSilent, () => port.Silent);
        }

        if (services.GetRequiredService<IBridge>() is RedisBridge bridge)
            queues.Add("bridge", RedisBridge.MaxUnderWay, () => bridge.UnderWay);
    }

    /// <summary>Those of the hub of presence.</summary>
    public static void Observe(this QueueDepths queues, HubServices hub)
    {
        queues.Add("watches", WatchLimits.MaxEntries, () => hub.Watches.Entries);
        queues.Add("watches_held", WatcherDesk.MaxHeld, () => hub.Watchers.Held);
        queues.Add("typing", TypingTable.MaxConversations, () => hub.Typing.Conversations);
        queues.Add("reading_news", GroupReadTable.MaxNews, () => hub.Readers.News);
        queues.Add("reading_groups", GroupReadTable.MaxGroups, () => hub.Readers.Groups);
    }
}
