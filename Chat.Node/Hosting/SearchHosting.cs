using Chat.Node.Search;
using Chat.Node.Settings;
using Chat.Node.Storage;

namespace Chat.Node.Hosting;

/// <summary>The search: what writes its index, and what looks into it.</summary>
static class SearchHosting
{
    public static IServiceCollection AddChatSearch(this IServiceCollection services, ChatSettings settings)
    {
        if (!settings.HasSearch)
            return services;
        services.AddSingleton<SearchStore>();
        services.AddSingleton<SearchWalks>();
        services.AddSingleton<SearchTouches>();
        services.AddSingleton<SearchFinder>();
        services.AddSingleton<SearchIndexer>();
        services.AddHostedService(provider => provider.GetRequiredService<SearchIndexer>());
        return services;
    }
}
