using ChatActors.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers a <see cref="ChatClient"/> with a container.</summary>
public static class ChatClientServices
{
    /// <summary>
    /// Adds one <see cref="ChatClient"/> for the whole application. The container makes it when it is first asked for, and disposes of it at the end.
    /// </summary>
    /// <param name="services">Where it is added.</param>
    /// <param name="options">How it behaves; the defaults if it is left out.</param>
    public static IServiceCollection AddChatClient(this IServiceCollection services, ChatClientOptions? options = null) =>
        services.AddChatClient(_ => options ?? new ChatClientOptions());

    /// <summary>The same, with options that need other services, such as configuration.</summary>
    /// <param name="services">Where it is added.</param>
    /// <param name="configure">Makes the options.</param>
    public static IServiceCollection AddChatClient(this IServiceCollection services, Func<IServiceProvider, ChatClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddSingleton(provider => new ChatClient(configure(provider)));
    }
}
