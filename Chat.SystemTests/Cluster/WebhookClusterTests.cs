using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Node.Webhooks;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Chat.Tests.Webhooks;
using Xunit;

namespace Chat.SystemTests.Cluster;

/// <summary>One node dispatches; operators ask any.</summary>
[Collection(NodeCollection.Name)]
public sealed class WebhookClusterTests
{
    const string Key = "a-key-of-the-settings-that-is-long-enough";
    readonly string[] _types = ["message.created"];

    [Fact]
    public async Task Every_node_tells_of_the_last_requests_to_an_endpoint()
    {
        using var folder = new TestFolder();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = count => count == 0 ? HttpStatusCode.BadGateway : HttpStatusCode.OK;
        await using var cluster = await TestCluster.StartAsync(folder, $"--Chat:Api:Keys:0={Key}", "--Chat:Webhooks:AllowPrivate=true");
        using var http = new HttpClient { Timeout = TestNode.Patience };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        using var made = await http.PostAsJsonAsync(UrlOf(cluster.Nodes[0], ""), new { url = receiver.Url, types = _types });
        var id = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetInt64();
        await using var alice = await cluster.Nodes[1].LogInNewAsync("alice");
        await using var bob = await cluster.Nodes[2].LogInNewAsync("bob");
        foreach (var node in cluster.Nodes)
            await node.Service<WebhookDirectory>().LookAsync(); // as within a second by itself
        for (var i = 0; i < 2; i++)
            Assert.Equal(0, (await alice.SendToAsync(bob.UserId, "hi")).Number("errno"));

        foreach (var node in cluster.Nodes)
        {
            await Eventually.EqualAsync("1 status 502, 2 status 200, 1 status 200", async () =>
            {
                var answer = await http.GetFromJsonAsync<JsonElement>(UrlOf(node, $"/{id}/deliveries"));
                return answer.TryGetProperty("recent", out var recent)
                    ? string.Join(", ", recent.EnumerateArray().Reverse().Select(each => $"{each.Number("attempt")} {each.Text("reason")}"))
                    : null;
            });
        }
    }

    static Uri UrlOf(TestNode node, string path) => new($"http://127.0.0.1:{node.HttpPort}/api/v1/webhooks{path}");
}
