using Chat.Node.Settings;

namespace Chat.Node.Web;

/// <summary>Everything that the web port answers. What is mapped on the internal port is not here, and the other way round.</summary>
static class WebEndpoints
{
    public static RequestDelegate Build(IServiceProvider services)
    {
        var web = new ApplicationBuilder(services);
        web.UseTrustedProxies(services.GetRequiredService<ChatSettings>().Web);
        web.UseWebSockets();
        web.UseRouting();
        web.UseEndpoints(endpoints => Map(endpoints.MapGroup("").ExcludeFromDescription(), services)); // no part of the API's description
        return web.Build();
    }

    /// <summary>A line for each thing that browsers may ask for.</summary>
    static void Map(IEndpointRouteBuilder web, IServiceProvider services)
    {
        web.Map("/ws", services.GetRequiredService<WebSocketEndpoint>().HandleAsync);
        if (services.GetService<FileEndpoint>() is { } files)
            web.Map("/files/{id}", files.HandleAsync);
        web.MapFiles(services.GetRequiredService<ChatSettings>().Web.HasPage);
    }
}
