using Chat.Node.Auth;
using Chat.Node.Conversations;
using Chat.Node.Erasure;
using Chat.Node.People;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Users;

namespace Chat.Node.Hosting;

/// <summary>Users who are erased, and what is exported of them.</summary>
static class ErasureHosting
{
    public static IServiceCollection AddChatErasure(this IServiceCollection services, ChatSettings settings)
    {
        services.AddSingleton<ErasureStore>();
        services.AddSingleton<ErasedMessages>();
        services.AddSingleton<ErasedPerson>();
        services.AddSingleton<UserErasures>();
        services.AddSingleton<ExportStores>();
        if (settings.KeepsHistory)
        {
            services.AddSingleton<MessageExport>();
            services.AddSingleton(provider => new MessageEraser(
                provider.GetRequiredService<ErasedMessages>(), provider.GetRequiredService<RetentionStore>(), provider.GetRequiredService<UserDirectory>(),
                provider.GetRequiredService<ErasedPerson>(), AkkaHosting.Region<ConversationActor>(provider)));
        }

        services.AddSingleton(provider => new UserExport(provider.GetRequiredService<ExportStores>(), provider.GetService<MessageExport>()));
        services.AddSingleton(provider => new PersonEraser(
            provider.GetRequiredService<ErasedPerson>(), provider.GetRequiredService<ErasedMessages>(), provider.GetRequiredService<ContactBook>(),
            provider.GetRequiredService<ContactChanges>(), provider.GetRequiredService<Groups>(), AkkaHosting.Region<UserActor>(provider)));
        services.AddSingleton(provider => new UserEraser(
            provider.GetRequiredService<ErasureStore>(), provider.GetRequiredService<PersonEraser>(), provider.GetService<MessageEraser>(),
            provider.GetRequiredService<SessionRevocation>(), provider.GetRequiredService<NodeLease>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<UserEraser>>()));
        services.AddHostedService(provider => provider.GetRequiredService<UserEraser>());
        return services;
    }
}
