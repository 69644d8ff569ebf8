using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>What no string can hold, and what is there twice.</summary>
[Collection(ApiCollection.Name)]
public sealed partial class MalformedTests(ApiNode node)
{
    [Theory]
    [InlineData(""" "k":"\ud800" """, "k")]
    [InlineData(""" "k":{"a":["x",{"b":"\udc00"}]} """, "k")]
    [InlineData(""" "k":{"\ud800":1} """, "k")]
    [InlineData(""" "\ud800":1 """, "the name of a member")]
    [InlineData(""" "cmid":"\ud800" """, "cmid")]
    public async Task Half_a_surrogate_is_named_and_keeps_no_other_message_back(string member, string named)
    {
        var (from, to) = (await node.NewUserAsync(), await node.NewUserAsync());
        var bad = $$"""{"from":{{from}},"to":{{to}},"msg":"x",{{member}}}""";
        var alone = await node.AskAsync(HttpMethod.Post, "/messages", bad);
        alone.AssertProblem(HttpStatusCode.BadRequest, 4);
        Assert.Contains(named, alone.Text("detail"), StringComparison.Ordinal);
        var good = $$"""{"from":{{from}},"to":{{to}},"msg":"\ud83d\ude00","k":"\u00e9"}""";
        var batch = await node.AskAsync(HttpMethod.Post, "/messages/batch", $$"""{"messages":[{{good}},{{bad}},{{good}}]}""");
        Assert.Equal(HttpStatusCode.OK, batch.Status);
        var results = batch.Json.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal([200, 400, 200], results.Select(result => result.GetProperty("status").GetInt32()));
        Assert.Equal((4, false), (results[1].GetProperty("errno").GetInt32(), results[1].GetProperty("retry").GetBoolean()));
        Assert.Contains(named, results[1].GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_named_too()
    {
        var (from, to) = (await node.NewUserAsync(), await node.NewUserAsync());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/messages");
        request.Headers.Authorization = new("Bearer", ApiNode.Key);
        request.Content = new ByteArrayContent([.. Encoding.UTF8.GetBytes($$"""{"from":{{from}},"to":{{to}},"msg":"x","k":" """), 0xff, .. "\"}"u8]);
        request.Content.Headers.ContentType = new("application/json");
        using var response = await node.Http.SendAsync(request);
        (await Answer.ReadAsync(response)).AssertProblem(HttpStatusCode.BadRequest, 4);
    }

    [Theory]
    [InlineData("/messages")]
    [InlineData("/messages/batch")]
    public async Task What_is_said_to_be_no_JSON_or_is_not_there_is_refused(string path)
    {
        foreach (var (type, status) in ((string?, HttpStatusCode)[])[("text/plain", HttpStatusCode.UnsupportedMediaType), (null, HttpStatusCode.UnsupportedMediaType), ("application/json", HttpStatusCode.BadRequest)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1{path}");
            request.Headers.Authorization = new("Bearer", ApiNode.Key);
            request.Content = new ByteArrayContent([]);
            request.Content.Headers.ContentType = type is null ? null : new(type);
            using var response = await node.Http.SendAsync(request);
            (await Answer.ReadAsync(response)).AssertProblem(status, 4);
        }
    }

    [Fact]
    public async Task A_message_of_another_shape_keeps_no_other_one_back()
    {
        var (from, to) = (await node.NewUserAsync(), await node.NewUserAsync());
        var batch = await node.PostAsync("/messages/batch", new { messages = new object[] { new { from = "x", to, msg = "a" }, new { from, to, msg = "b" } } });
        var results = batch.Json.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal([400, 200], results.Select(result => result.GetProperty("status").GetInt32()));
        Assert.Contains("\"from\"", results[0].GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(61)]
    [InlineData(64)]
    public async Task A_long_key_is_good_for_a_whole_batch(int length)
    {
        var (from, to) = (await node.NewUserAsync(), await node.NewUserAsync());
        var body = new { messages = Enumerable.Range(0, 101).Select(i => new { from, to, msg = $"m{i}" }) };
        var key = new string('a', length - 1);
        for (var time = 0; time < 2; time++)
        {
            var results = (await node.PostAsync("/messages/batch", body, $"{key}b")).Json.GetProperty("results").EnumerateArray().ToList();
            Assert.Equal(Enumerable.Range(1, 101).Select(seq => (200, seq)), results.Select(result => (result.GetProperty("status").GetInt32(), result.GetProperty("seq").GetInt32())));
        }

        Assert.Equal(102, (await node.PostAsync("/messages/batch", body, $"{key}c")).Json.GetProperty("results")[0].GetProperty("seq").GetInt32());
        var first = (await node.GetAsync($"/conversations/d:{from}:{to}/messages?after=0&limit=1")).Json.GetProperty("messages")[0].GetProperty("cmid").GetString();
        Assert.Equal(length == 61 ? $"{key}b:0" : first, first); // as before where it has room
        Assert.InRange(first!.Length, 1, 64);
    }

    [Theory]
    [InlineData("GET", "/users?name=a&name=b", null, "\"name\" is there twice: once is expected")]
    [InlineData("GET", "/conversations/d:1:2/messages?limit=x", null, "\"limit\" is \"x\": a number is expected")]
    [InlineData("GET", "/conversations/d:1:2/messages?before=99999999999999999999", null, "\"before\" is \"99999999999999999999\": a number is expected")]
    [InlineData("GET", "/conversations/d:1:2/messages?limit=x%22%20from%20%22z", null, "\"limit\" is \"x\" from \"z\": a number is expected")]
    [InlineData("DELETE", "/users/1?erase=maybe", null, "\"erase\" is \"maybe\": true or false is expected")]
    [InlineData("DELETE", "/groups/1/members", null, "the body is missing: a JSON object is expected")]
    [InlineData("POST", "/users", "", "the body is missing: a JSON object is expected")]
    [InlineData("POST", "/users", "null", "the body is missing: a JSON object is expected")]
    [InlineData("PATCH", "/users/1", "", "the body is missing: a JSON object is expected")]
    public async Task What_cannot_be_read_is_named_in_words_of_the_API(string method, string path, string? body, string detail)
    {
        var answer = await node.AskAsync(new HttpMethod(method), path, body);
        answer.AssertProblem(HttpStatusCode.BadRequest, 4);
        Assert.Equal(detail, answer.Text("detail"));
    }

    [Fact]
    public async Task Every_operation_with_a_body_says_so_in_its_own_words_when_there_is_none()
    {
        var document = (await node.GetAsync("/openapi.json")).Json;
        var count = 0;
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject().Where(operation => operation.Value.TryGetProperty("requestBody", out _)))
            {
                var answer = await node.AskAsync(new HttpMethod(operation.Name.ToUpperInvariant()), Parameter().Replace(path.Name["/api/v1".Length..], "1"), "null");
                Assert.True(answer.Text("detail") is { } detail && !Framework().IsMatch(detail), $"{operation.Name} {path.Name}: {answer.Status} {answer.Text("detail")}");
                count++;
            }
        }

        Assert.True(count > 20, $"{count}");
    }

    [Theory]
    [InlineData("POST", "/messages", """{"from":1,"to":2,"msg":"a","msg":"b"}""", "msg")]
    [InlineData("POST", "/messages", """{"from":1,"to":2,"msg":"a","k":1,"k":2}""", "k")]
    [InlineData("POST", "/messages/batch", """{"messages":[],"messages":[]}""", "messages")]
    [InlineData("POST", "/users", """{"name":"x","name":"y"}""", "name")]
    [InlineData("POST", "/users", """{"name":"x","external":{"issuer":"a","issuer":"b","subject":"c"}}""", "issuer")]
    [InlineData("PATCH", "/users/1", """{"display":"x","display":"y"}""", "display")]
    [InlineData("POST", "/presence", """{"ids":[1],"ids":[2]}""", "ids")]
    public async Task A_member_that_is_there_twice_is_refused_by_its_name(string method, string path, string body, string name)
    {
        var answer = await node.AskAsync(new HttpMethod(method), path, body);
        answer.AssertProblem(HttpStatusCode.BadRequest, 4);
        Assert.Equal($"\"{name}\" is there twice: once is expected", answer.Text("detail"));
    }

    [GeneratedRegex(@"\{[^}]+\}", RegexOptions.None, 5000)]
    private static partial Regex Parameter();

    [GeneratedRegex("parameter|Service|inferred|bind", RegexOptions.None, 5000)]
    private static partial Regex Framework();
}
