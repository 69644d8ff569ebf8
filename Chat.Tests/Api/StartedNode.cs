using Microsoft.Extensions.DependencyInjection;

namespace Chat.Tests.Api;

/// <summary>A node of one test, with settings of its own.</summary>
sealed record StartedNode(ApiNode Node) : IAsyncDisposable
{
    public static Task<StartedNode> StartAsync(params string[] settings) => StartAsync(null, settings);

    public static async Task<StartedNode> StartAsync(Action<IServiceCollection>? replace, params string[] settings)
    {
        var started = new ApiNode(settings) { Replace = replace };
        await started.InitializeAsync();
        return new StartedNode(started);
    }

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        Node.Dispose();
    }
}
