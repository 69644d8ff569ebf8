using System.Net;
using System.Text.Json;
using Chat.Node.Telemetry;
using Chat.Node.Web;
using Chat.Tests.Actors;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>The operator's page, and what it shows. The page in a browser is in web/test/browser.</summary>
[Collection(ApiCollection.Name)]
public sealed class OperatorTests(ApiNode node)
{
    [Fact]
    public async Task The_figures_are_what_the_node_did()
    {
        var before = await FiguresAsync(node);
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        await node.PostAsync("/messages", new { from = alice, to = bob, msg = "hi" });
        node.Service<RecentWarnings>().Note(LogLevel.Warning, "Chat.Node.Api.Test", 7, "look at this");
        await Eventually.EqualAsync(true, async () => Total(await FiguresAsync(node), "queued") > Total(before, "queued"));

        var now = await FiguresAsync(node);
        Assert.True(now.GetProperty("ready").GetBoolean());
        Assert.True(now.GetProperty("upMilliseconds").GetInt64() > before.GetProperty("upMilliseconds").GetInt64());
        Assert.True(now.GetProperty("memoryBytes").GetInt64() > 10_000_000);
        var commits = now.GetProperty("spreads").GetProperty("commit").EnumerateArray().Select(count => count.GetInt64()).ToList();
        Assert.Equal(now.GetProperty("buckets").GetArrayLength() + 1, commits.Count);
        Assert.True(commits.Sum() > 0);
        var log = Assert.Single(now.GetProperty("queues").EnumerateArray(), queue => queue.GetProperty("name").GetString() == "log");
        Assert.True(log.GetProperty("bound").GetInt64() > 0);
        Assert.Equal("look at this", now.GetProperty("warnings")[0].GetProperty("text").GetString());
    }

    public static TheoryData<string> Files => [.. WebFiles.OperatorPaths().Select(file => file.Path)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task The_page_is_there_where_the_API_has_a_key(string path)
    {
        using var answer = await node.Http.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(Repository.Read(path == "/" ? "web/operate/index.html" : $"web{path}"), await answer.Content.ReadAsStringAsync());
        Assert.Contains("frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("/chat/main.js")]
    [InlineData("/sdk/index.js")]
    [InlineData("/operate/nothing.js")]
    public async Task Nothing_else_of_the_web_port_is(string path)
    {
        using var answer = await node.Http.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Without_a_key_anywhere_there_is_no_page_and_with_the_first_one_there_is()
    {
        await using var started = await StartedNode.StartAsync();
        foreach (var path in (string[])["/", "/operate/main.js"])
        {
            using var off = await started.Node.Http.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.NotFound, off.StatusCode);
            Assert.Contains("Chat:Api:Keys", await off.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task While_nobody_knows_whether_there_are_keys_the_page_is_asked_for_again()
    {
        await using var started = await StartedNode.StartAsync();
        started.Node.Database.Reads = StatementFault.Refused;
        using var answer = await started.Node.Http.GetAsync(new Uri("/", UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    [Fact]
    public async Task Figures_need_a_key()
    {
        var answer = await node.AskAsync(HttpMethod.Get, "/cluster/figures", key: null);
        answer.AssertProblem(HttpStatusCode.Unauthorized, 3);
    }

    static long Total(JsonElement figures, string name) => figures.GetProperty("totals").GetProperty(name).GetInt64();

    static async Task<JsonElement> FiguresAsync(ApiNode asked)
    {
        var answer = await asked.GetAsync("/cluster/figures");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return Assert.Single(answer.Json.GetProperty("nodes").EnumerateArray()).GetProperty("figures");
    }
}
