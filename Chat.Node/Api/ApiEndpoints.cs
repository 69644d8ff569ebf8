using Chat.Node.Settings;

namespace Chat.Node.Api;

/// <summary>All endpoints of the API, group by group.</summary>
static class ApiEndpoints
{
    /// <summary>The name of the OpenAPI document.</summary>
    public const string Version = "v1";

    public static void MapChatApi(this WebApplication app)
    {
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase), api => api.UseMiddleware<ApiGate>());
        app.MapOpenApi("/api/{documentName}/openapi.json");
        var api = app.MapGroup("/api/v1");
        api.MapKeys();
        api.MapUsers();
        api.MapErasure();
        api.MapTokens();
        api.MapDevices();
        api.MapPresence();
        api.MapGroups();
        api.MapMembers();
        api.MapGroupCare();
        api.MapContacts();
        var limits = app.Services.GetRequiredService<ChatSettings>().Limits;
        api.MapMessages(limits);
        api.MapConversations();
        api.MapHistory();
        api.MapInsight();
        api.MapChanges(Math.Max(64 * 1024, limits.MaxFrameBytes * 2));
        api.MapUserFiles();
        api.MapReports();
        api.MapWebhooks();
        api.MapOperate();
        api.MapAudit();
        api.MapSettings();
        api.MapTrace();
    }
}
