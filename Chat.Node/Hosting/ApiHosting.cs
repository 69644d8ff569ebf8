using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using Akka.Actor;
using Chat.Node.Api;
using Chat.Node.Cluster;
using Chat.Node.Contracts;
using Chat.Node.Conversations;
using Chat.Node.Links;
using Chat.Node.People;
using Chat.Node.Settings;
using Chat.Node.Storage;

namespace Chat.Node.Hosting;

/// <summary>The HTTP API on the internal port.</summary>
static class ApiHosting
{
    public static IServiceCollection AddChatApi(this IServiceCollection services, ChatSettings settings)
    {
        services.AddSingleton<ApiKeyStore>();
        services.AddSingleton(provider => new ApiKeyRing(
            settings.Api.Keys, provider.GetRequiredService<ApiKeyStore>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<ApiKeyRing>>()));
        services.AddSingleton<RepeatedWrites>();
        services.AddHostedService<ApiPurge>();
        services.AddSingleton<AuditStore>();
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<RefusedRequests>();
        services.AddHostedService(provider => provider.GetRequiredService<RefusedRequests>());
        services.AddHostedService(provider => new AuditPurge(
            provider.GetRequiredService<AuditStore>(), settings.AuditDays, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<AuditPurge>>()));
        services.AddSingleton<UserChanges>();
        services.AddSingleton<TraceStores>();
        services.AddSingleton(provider => new ClusterView(
            new Lazy<ActorSystem>(provider.GetRequiredService<ActorSystem>), provider.GetRequiredService<Nodes>(), provider.GetRequiredService<NodeState>(),
            provider.GetRequiredService<NodeLease>()));
        services.AddSingleton<MessageSending>();
        services.AddSingleton<MessageJson>();
        services.AddSingleton(provider => new MessageChanges(
            AkkaHosting.Region<ConversationActor>(provider), new MessageLimits(settings.Limits.MaxTextBytes, settings.Limits.MaxFrameBytes),
            provider.GetService<IBeforeHook>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ContactChanges(
            provider.GetRequiredService<ContactBook>(), provider.GetRequiredService<Accounts>(), AkkaHosting.Region<ConversationActor>(provider),
            new Lazy<NoticeBoard>(() => NoticeBoard.Of(provider.GetRequiredService<ActorSystem>())), new Lazy<PresenceRoad>(() => PresenceRoad.Of(provider.GetRequiredService<ActorSystem>()))));
        services.AddSingleton(provider => new MessagePosts(
            new Lazy<ActorSystem>(provider.GetRequiredService<ActorSystem>), AkkaHosting.Region<ConversationActor>(provider), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(_ => new ApiRate(settings.Api.RequestsPerSecond));
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true); // ApiGate answers
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            json.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping; // it is never put into a page
            json.SerializerOptions.MaxDepth = 32;
            json.SerializerOptions.AllowDuplicateProperties = false; // which of two counts would be a guess
            json.SerializerOptions.PropertyNameCaseInsensitive = false;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow; // a typing error changes nothing in silence
        });
        services.AddOpenApi(ApiEndpoints.Version, ApiDescription.Describe);
        return services;
    }
}
