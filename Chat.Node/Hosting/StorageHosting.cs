using Akka.Actor;
using Akka.Streams;
using Chat.Node.Conversations;
using Chat.Node.Delivery;
using Chat.Node.Faults;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Storage.MySql;
using Chat.Node.Storage.Sqlite;
using Chat.Node.Telemetry;

namespace Chat.Node.Hosting;

/// <summary>The database, its repositories, and the batching streams in front of it.</summary>
static class StorageHosting
{
    public static IServiceCollection AddChatStorage(this IServiceCollection services, ChatSettings settings)
    {
        if (settings.Storage == StorageProvider.MySql)
            services.AddSingleton(new MySqlServers(settings.ConnectionString));
        services.AddSingleton<IChatDatabase>(provider => settings.Storage switch
        {
            StorageProvider.MySql => new MySqlDatabase(
                provider.GetRequiredService<MySqlServers>(), provider.GetRequiredService<ILogger<MySqlDatabase>>(), settings.Limits.MaxFrameBytes, provider.GetRequiredService<NodeMeter>()),
            _ => new SqliteDatabase(settings.ConnectionString, provider.GetRequiredService<ILogger<SqliteDatabase>>(), provider.GetRequiredService<NodeMeter>()),
        });
        services.AddSingleton(provider => settings.Storage == StorageProvider.MySql
            ? JournalDatabase.OnMySql(provider.GetRequiredService<MySqlServers>())
            : JournalDatabase.OnSqlite(settings.ConnectionString));
        services.AddSingleton<JournalPreparation>();
        services.AddSingleton<JournalWarmUp>();
        services.AddHostedService(provider => provider.GetRequiredService<JournalPreparation>());
        services.AddSingleton(new NodeIdentity($"{settings.ClusterHostname}:{settings.ClusterPort}", NewIncarnation()));
        services.AddSingleton(provider => new LegacyTexts(
            provider.GetRequiredService<IChatDatabase>(), settings.LegacyCharset, provider.GetRequiredService<TimeProvider>()));
        if (settings.KeepsHistory)
            services.AddSingleton<SystemOutbox>();
        services.AddSingleton<UserEvents>();
        services.AddSingleton<GroupEvents>();
        services.AddSingleton<ContactEvents>();
        services.AddSingleton(provider => new Accounts(
            provider.GetRequiredService<IChatDatabase>(), settings.LegacyPasswords, provider.GetRequiredService<LegacyTexts>(), provider.GetRequiredService<UserEvents>()));
        services.AddSingleton(provider => new ContactStore(
            provider.GetRequiredService<IChatDatabase>(), settings.LegacyPasswords, provider.GetRequiredService<LegacyTexts>(), provider.GetRequiredService<GroupEvents>()));
        services.AddSingleton(provider => new GroupStore(
            provider.GetRequiredService<IChatDatabase>(), settings.LegacyPasswords, provider.GetRequiredService<LegacyTexts>(), provider.GetRequiredService<GroupEvents>(),
            provider.GetService<SystemOutbox>(), provider.GetRequiredService<CrashPoints>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new MemberStore(
            provider.GetRequiredService<IChatDatabase>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<GroupEvents>(),
            provider.GetService<SystemOutbox>(), provider.GetRequiredService<CrashPoints>()));
        services.AddSingleton<ContactLists>();
        services.AddSingleton<DeviceStore>();
        services.AddSingleton<ReportStore>();
        services.AddSingleton<UserDirectory>();
        services.AddSingleton<UserProfiles>();
        services.AddSingleton<ContactBook>();
        services.AddHostedService<TokenPurge>();
        services.AddSingleton<LoginTokens>();
        services.AddSingleton<MissingKeys>();
        services.AddSingleton<MessageLogStore>();
        services.AddSingleton<MentionStore>();
        services.AddSingleton<NotifyStore>();
        services.AddSingleton(provider => new MessageChangeStore(
            provider.GetRequiredService<IChatDatabase>(), provider.GetRequiredService<NodeLease>(), provider.GetRequiredService<CrashPoints>(), provider.GetService<SearchTouches>(),
            provider.GetRequiredService<WebhookChanges>()));
        services.AddSingleton<OfflineStore>();
        services.AddSingleton<DeliveryMarks>();
        services.AddSingleton<ReceiptStore>();
        services.AddSingleton<ConversationListStore>();
        services.AddSingleton<ConversationViews>();
        services.AddSingleton<Presence>();
        services.AddSingleton<NodeLease>();
        services.AddSingleton<StorageHealth>();
        services.AddHealthChecks().AddCheck<StorageHealth>("chat.storage", tags: ["ready"]);
        services.AddSingleton<Nodes>();
        services.AddSingleton(provider => new UnfinishedNodes(provider.GetRequiredService<Nodes>().OldestUnfinishedAsync));
        services.AddSingleton<FanOutWatermarks>();
        services.AddSingleton<IMaterializer>(provider => provider.GetRequiredService<ActorSystem>().Materializer());
        services.AddSingleton(provider => new MessageLog(
            provider.GetRequiredService<MessageLogStore>(), provider.GetRequiredService<NodeLease>(), provider.GetRequiredService<CrashPoints>(),
            provider.GetRequiredService<StorageHealth>(), provider.GetRequiredService<ILogger<MessageLog>>(), provider.GetRequiredService<IMaterializer>(),
            provider.GetService<SearchTouches>(), provider.GetRequiredService<NodeMeter>()));
        services.AddSingleton<OfflineQueue>();
        services.AddSingleton<MarkQueue>();
        return services;
    }

    /// <summary>Brings the schema up to date, and makes this start known.</summary>
    public static async Task PrepareStorageAsync(this IServiceProvider services)
    {
        await services.GetRequiredService<IChatDatabase>().MigrateAsync();
        var keys = services.GetRequiredService<MissingKeys>();
        if (await keys.FillUsersAsync() + await keys.FillGroupsAsync() is > 0 and var names)
            Log.NamesKeyed(services.GetRequiredService<ILogger<MissingKeys>>(), names);
        await services.GetRequiredService<JournalPreparation>().TryAsync(isStart: true);
        await services.GetRequiredService<Nodes>().RegisterAsync();
    }

    static long NewIncarnation() => Random.Shared.NextInt64(1, long.MaxValue);
}
