using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Chat.Node.Cluster;
using Chat.Tests.Actors;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>Who is let in, and how what fails is answered.</summary>
[Collection(ApiCollection.Name)]
public sealed class ApiGateTests(ApiNode node)
{
    [Fact]
    public async Task Without_any_key_there_is_no_API()
    {
        await using var off = await StartedNode.StartAsync();
        foreach (var path in (string[])["/users/1", "/openapi.json", "/nothing"])
            (await off.Node.AskAsync(HttpMethod.Get, path)).AssertProblem(HttpStatusCode.NotFound, 5);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a-key-of-the-settings-that-is-long-enougH")]
    public async Task A_wrong_key_is_refused(string? key) =>
        (await node.AskAsync(HttpMethod.Get, "/groups/1", key: key)).AssertProblem(HttpStatusCode.Unauthorized, 3);

    [Fact]
    public async Task Another_scheme_is_no_key()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/groups/1");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", ApiNode.Key);
        using var response = await node.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task What_is_not_there_is_a_problem_too()
    {
        (await node.GetAsync("/nothing")).AssertProblem(HttpStatusCode.NotFound, 5);
        (await node.AskAsync(HttpMethod.Put, "/groups/1", new { })).AssertProblem(HttpStatusCode.MethodNotAllowed, 5);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("""{"ids":"all"}""")]
    [InlineData("""{"ids":[1,{}]}""")]
    public async Task A_body_that_cannot_be_read_is_malformed(string body) =>
        (await node.AskAsync(HttpMethod.Post, "/presence", body)).AssertProblem(HttpStatusCode.BadRequest, 4);

    [Fact]
    public async Task A_wrong_member_is_named()
    {
        var answer = await node.AskAsync(HttpMethod.Post, "/groups", """{"name":"x","creator":"me"}""");
        answer.AssertProblem(HttpStatusCode.BadRequest, 4);
        Assert.Contains("creator", answer.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_type_of_content_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/presence") { Content = new StringContent("""{"ids":[1]}""", Encoding.UTF8, "text/plain") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ApiNode.Key);
        using var response = await node.Http.SendAsync(request);
        (await Answer.ReadAsync(response)).AssertProblem(HttpStatusCode.UnsupportedMediaType, 4);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused() =>
        (await node.AskAsync(HttpMethod.Post, "/presence", new string(' ', 100_000))).AssertProblem(HttpStatusCode.RequestEntityTooLarge, 8);

    [Fact]
    public async Task A_database_that_is_away_is_a_reason_to_come_again()
    {
        node.Database.Reads = StatementFault.Refused;
        try
        {
            (await node.GetAsync("/groups/1")).AssertProblem(HttpStatusCode.ServiceUnavailable, 10, retry: true);
        }
        finally
        {
            node.Database.Reads = StatementFault.None;
        }

        (await node.GetAsync("/groups/1000000")).AssertProblem(HttpStatusCode.NotFound, 7);
    }

    /// <summary>Whether it was carried out is not known then: who asked for it is.</summary>
    [Fact]
    public async Task What_was_asked_for_and_has_failed_is_in_the_log_with_the_key_too()
    {
        using var log = new CapturedLog();
        await using var started = await StartedNode.StartAsync(
            services => services.AddSingleton<ILoggerProvider>(log), $"--Chat:Api:Keys:0={ApiNode.Key}", "--Logging:LogLevel:Chat.Node.Api=Information");
        var id = await started.Node.NewUserAsync();
        started.Node.Database.Writes = StatementFault.Refused;
        (await started.Node.AskAsync(HttpMethod.Patch, $"/users/{id}", new { disabled = true })).AssertProblem(HttpStatusCode.ServiceUnavailable, 10, retry: true);
        started.Node.Database.Writes = StatementFault.None;
        (await started.Node.AskAsync(HttpMethod.Patch, $"/users/{id}", "{")).AssertProblem(HttpStatusCode.BadRequest, 4);
        await Eventually.EqualAsync(2, () => Task.FromResult(log.Of("Changed").Count));
        foreach (var (status, line) in ((int[])[503, 400]).Zip(log.Of("Changed")))
            Assert.Contains($"PATCH /api/v1/users/{id} was answered with {status}, asked for by key 0 of the settings from ", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_ends_sends_its_callers_away()
    {
        await using var ending = await StartedNode.StartAsync($"--Chat:Api:Keys:0={ApiNode.Key}");
        ending.Node.Service<NodeState>().Enter(NodePhase.Draining);
        (await ending.Node.GetAsync("/groups/1")).AssertProblem(HttpStatusCode.ServiceUnavailable, 10, retry: true);
    }

    [Fact]
    public async Task A_key_may_ask_only_so_often()
    {
        await using var slow = await StartedNode.StartAsync($"--Chat:Api:Keys:0={ApiNode.Key}", "--Chat:Api:RequestsPerSecond=1");
        var answers = new List<Answer>();
        for (var i = 0; i < 20; i++)
            answers.Add(await slow.Node.GetAsync("/groups/1"));
        var refused = answers.FindAll(answer => answer.Status != HttpStatusCode.NotFound);
        Assert.NotEmpty(refused);
        Assert.Equal(HttpStatusCode.NotFound, answers[0].Status);
        Assert.All(refused, answer => answer.AssertProblem(HttpStatusCode.TooManyRequests, 9, retry: true));
    }
}
