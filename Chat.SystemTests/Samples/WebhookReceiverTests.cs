using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Chat.Checker.Processes;
using Chat.Node.Settings;
using Chat.Node.Webhooks;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Samples;

/// <summary>The receiver of <c>samples/WebhookReceiver</c>, a node, and somebody who pretends to be one.</summary>
[Collection(NodeCollection.Name)]
public sealed class WebhookReceiverTests : IDisposable
{
    const string Key = "a-key-of-the-settings-that-is-long-enough";

    readonly TestFolder _folder = new();
    readonly HttpClient _http = new() { Timeout = TestNode.Patience };
    readonly Uri _receiver = new($"http://127.0.0.1:{FreePort.Next()}");

    public void Dispose()
    {
        _folder.Dispose();
        _http.Dispose();
    }

    [Fact]
    public async Task It_takes_what_a_node_posts_in_the_order_of_the_conversation()
    {
        await using var node = await NodeProcess.StartAsync(_folder, null, $"--Chat:Api:Keys:0={Key}", "--Chat:Webhooks:AllowPrivate=true");
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        var api = new Uri($"http://127.0.0.1:{node.HttpPort}/api/v1/");
        var webhook = await PostAsync(new Uri(api, "webhooks"), new { url = new Uri(_receiver, "chat"), types = (string[])["message.created"] });
        await using var receiver = await StartAsync(webhook.GetProperty("secrets")[0].GetString()!);
        var alice = await UserAsync(api, "alice");
        var bob = await UserAsync(api, "bob");

        foreach (var text in (string[])["one", "two", "three"])
            await PostAsync(new Uri(api, "messages"), new { from = alice, to = bob, msg = text });

        await receiver.PrintsAsync($"m:d:{alice}:{bob}:1: ");
        await Eventually.EqualAsync("1 one, 2 two, 3 three", async () => (await BookAsync()).GetValueOrDefault($"d:{alice}:{bob}"));
    }

    [Fact]
    public async Task It_takes_an_event_once_and_nothing_that_is_not_signed_with_its_secret_just_now()
    {
        var (secret, retired) = (WebhookSecret.Format(new byte[32]), WebhookSecret.Format(Enumerable.Repeat((byte)1, 32).ToArray()));
        await using var receiver = await StartAsync($"{secret} {retired}");
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Assert.Equal(HttpStatusCode.NoContent, await PretendAsync("m:d:1:2:1", now, secret));
        Assert.Equal(HttpStatusCode.NoContent, await PretendAsync("m:d:1:2:1", now, secret));
        Assert.Equal(HttpStatusCode.NoContent, await PretendAsync("m:d:1:2:2", now, retired));
        Assert.Equal(HttpStatusCode.Unauthorized, await PretendAsync("m:d:1:2:3", now, WebhookSecret.Format(Enumerable.Repeat((byte)2, 32).ToArray())));
        Assert.Equal(HttpStatusCode.Unauthorized, await PretendAsync("m:d:1:2:4", now - 3600, secret));
        Assert.Equal(HttpStatusCode.Unauthorized, await PretendAsync("m:d:1:2:5", now, secret, changed: " "));
        await receiver.PrintsAsync("m:d:1:2:1 came before");
        Assert.Equal("7 hi, 7 hi", (await BookAsync())["d:1:2"]);
    }

    [Fact]
    public async Task Without_a_secret_it_says_what_is_missing()
    {
        await using var receiver = Sample.Start("WebhookReceiver", []);
        await receiver.PrintsAsync("WEBHOOK_SECRET is not set");
    }

    async Task<Sample> StartAsync(string secret)
    {
        var receiver = Sample.Start("WebhookReceiver", new() { ["WEBHOOK_SECRET"] = secret }, "--urls", _receiver.ToString());
        await receiver.PrintsAsync("Now listening on");
        return receiver;
    }

    async Task<JsonElement> PostAsync(Uri url, object body)
    {
        using var answer = await _http.PostAsJsonAsync(url, body);
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(answer.IsSuccessStatusCode, json.ToString());
        return json;
    }

    async Task<int> UserAsync(Uri api, string name) => (await PostAsync(new Uri(api, "users"), new { name })).GetProperty("id").GetInt32();

    /// <summary>The texts of each conversation as the receiver shows them.</summary>
    async Task<Dictionary<string, string>> BookAsync()
    {
        var book = await _http.GetFromJsonAsync<JsonElement>(new Uri(_receiver, "conversations"));
        return book.EnumerateObject().ToDictionary(
            conversation => conversation.Name,
            conversation => string.Join(", ", conversation.Value.EnumerateArray().Select(message => $"{message.GetProperty("seq")} {message.GetProperty("text")}")));
    }

    async Task<HttpStatusCode> PretendAsync(string id, long timestamp, string secret, string changed = "")
    {
        const string Event = """{"type":"message.created","timestamp":"2026-11-23T04:27:23.66Z","data":{"conversation":"d:1:2","seq":7,"ts":1,"from":1,"to":2,"msg":"hi"}}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_receiver, "chat")) { Content = new StringContent(Event + changed) };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", $"{timestamp}");
        request.Headers.Add("webhook-signature", WebhookSignature.Sign([WebhookSecret.Parse(secret)!], id, timestamp, Encoding.UTF8.GetBytes(Event)));
        using var answer = await _http.SendAsync(request);
        return answer.StatusCode;
    }
}
