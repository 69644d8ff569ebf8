using System.Net.Http.Headers;
using Chat.Node.Settings;
using Chat.Tests.Support;

namespace Chat.SystemTests.EndToEnd;

/// <summary>A node that dies as after <c>kill -9</c>, and a product that asks its API.</summary>
public abstract class ApiCrashTest : IDisposable
{
    const string Key = "a-key-of-the-settings-that-is-long-enough";

    readonly TestFolder _folder;

    private protected ApiCrashTest(StorageProvider provider) => _folder = new TestFolder(provider);

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <param name="crashAt">Where it dies; null: nowhere.</param>
    private protected Task<NodeProcess> StartAsync(string? crashAt = null) =>
        NodeProcess.StartAsync(_folder, crashAt, $"--Chat:Api:Keys:0={Key}", "--Chat:Webhooks:AllowPrivate=true");

    private protected static HttpClient ClientOf(NodeProcess node)
    {
        var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{node.HttpPort}"), Timeout = TestNode.Patience };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        return http;
    }

    /// <summary>A node dies of a message.</summary>
    private protected async Task SendAndDieAsync(string point, int to, string text)
    {
        await using var armed = await StartAsync(point);
        await using var dave = await armed.LogInNewAsync("dave");
        try
        {
            await dave.SendToAsync(to, text, "c1");
        }
        catch (IOException)
        {
            // its connection has died with it
        }

        await armed.ExitAsync(NodeProcess.KilledExitCode);
    }
}
