using System.Net;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>A member with a typing error in its name must not be passed over: who sent it would think that it counts.</summary>
[Collection(ApiCollection.Name)]
public sealed class UnknownMemberTests(ApiNode node)
{
    [Theory]
    [InlineData("POST", "/keys", """{"name":"x","scopes":["read"],"colour":1}""")]
    [InlineData("POST", "/users", """{"colour":1,"name":"x"}""")]
    [InlineData("POST", "/users", """{"name":"x","external":{"issuer":"a","subject":"b","colour":null}}""")]
    [InlineData("PATCH", "/users/1", """{"display":"x","colour":{"a":[1,2]}}""")]
    [InlineData("POST", "/users/1/tokens", """{"colour":3600}""")]
    [InlineData("POST", "/groups", """{"name":"x","colour":"red"}""")]
    [InlineData("PATCH", "/groups/1", """{"colour":"red"}""")]
    [InlineData("POST", "/groups/1/members", """{"ids":[1],"colour":true}""")]
    [InlineData("PATCH", "/groups/1/members/1", """{"role":"admin","colour":true}""")]
    [InlineData("POST", "/groups/1/bans", """{"ids":[1],"colour":true}""")]
    [InlineData("POST", "/users/1/contacts", """{"id":2,"do":"add","colour":true}""")]
    [InlineData("PATCH", "/conversations/d:1:2/messages/1", """{"recall":true,"colour":true}""")]
    [InlineData("POST", "/presence", """{"ids":[1],"colour":true}""")]
    [InlineData("POST", "/messages/batch", """{"messages":[],"colour":true}""")]
    [InlineData("POST", "/webhooks", """{"url":"https://example.com/","colour":true}""")]
    [InlineData("PATCH", "/webhooks/1", """{"enabled":true,"colour":true}""")]
    public async Task What_a_request_does_not_have_is_refused_by_its_name(string method, string path, string body)
    {
        var answer = await node.AskAsync(new HttpMethod(method), path, body);
        answer.AssertProblem(HttpStatusCode.BadRequest, 4);
        Assert.StartsWith("\"colour\" is not known here", answer.Text("detail"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("it's")]
    [InlineData("' could not be mapped to any .NET member contained in type '")]
    [InlineData("")]
    [InlineData("颜色")]
    public async Task Whatever_its_name_is(string name)
    {
        var answer = await node.AskAsync(HttpMethod.Post, "/users", new Dictionary<string, object> { ["name"] = "x", [name] = 1 });
        answer.AssertProblem(HttpStatusCode.BadRequest, 4);
        Assert.StartsWith($"\"{name}\" is not known here", answer.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_name_is_cut()
    {
        var answer = await node.AskAsync(HttpMethod.Post, "/users", new Dictionary<string, object> { [new string('x', 20_000)] = 1 });
        answer.AssertProblem(HttpStatusCode.BadRequest, 4);
        Assert.StartsWith($"\"{new string('x', 100)}\" is not known here", answer.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_may_have_any()
    {
        var (from, to) = (await node.NewUserAsync(), await node.NewUserAsync());
        Assert.Equal(HttpStatusCode.OK, (await node.PostAsync("/messages", new { from, to, msg = "hi", colour = "red" })).Status);
        var batch = await node.PostAsync("/messages/batch", new { messages = new[] { new { from, to, msg = "hi", colour = "red" } } });
        Assert.Equal(200, batch.Json.GetProperty("results")[0].GetProperty("status").GetInt32());
    }
}
