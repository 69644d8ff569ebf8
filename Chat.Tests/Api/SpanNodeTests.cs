using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Chat.Node.Telemetry;
using Chat.Protocol;
using Chat.Tests.Support;
using Chat.Tests.Telemetry;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>The spans that messages of a whole node leave.</summary>
[Collection(SpanCollection.Name)]
public sealed class SpanNodeTests : IDisposable
{
    const string Trace = "0af7651916cd43dd8448eb211c80319c";
    const string Span = "b7ad6b7169203331";
    const string Text = "words that are nobody else's business";

    readonly SpanRecorder _recorder = new();

    public void Dispose() => _recorder.Dispose();

    [Fact]
    public async Task A_message_between_devices_is_one_trace_from_session_to_session()
    {
        await using var started = await StartAsync(ratio: "1");
        var (alice, bob, seq) = await SendAsync(started.Node);
        var conversation = ConversationId.Direct(alice, bob).ToString();
        await Eventually.TrueAsync(() => Ended(MessageSpans.FanOut, conversation) && Ended(MessageSpans.Post, conversation));

        var post = One(MessageSpans.Post, conversation);
        Assert.Equal(default, post.ParentSpanId);
        var (log, fanOut) = (One(MessageSpans.Log, conversation), One(MessageSpans.FanOut, conversation));
        var (deliver, push) = (One(MessageSpans.Deliver, conversation), One(MessageSpans.Push, conversation));
        Activity[] spans = [post, log, fanOut, deliver, push];
        Assert.Equal(spans.SkipLast(1).Select(span => span.SpanId), spans.Skip(1).Select(span => span.ParentSpanId));
        Assert.Equal(["accepted", "committed", "confirmed", "pushed", "written"], spans.Select(span => span.GetTagItem(MessageSpans.Outcome)));
        Assert.All(spans, span =>
        {
            Assert.Equal(post.TraceId, span.TraceId);
            Assert.Equal(["chat.conversation", "chat.outcome", "chat.seq"], span.TagObjects.Select(tag => tag.Key).Order(StringComparer.Ordinal));
            Assert.Equal(seq, span.GetTagItem(MessageSpans.Seq));
        });
    }

    [Fact]
    public async Task A_request_with_a_traceparent_is_followed_to_the_queue_of_who_is_away()
    {
        await using var started = await StartAsync(ratio: "0.000001");
        var (alice, bob) = (await started.Node.NewUserAsync(), await started.Node.NewUserAsync());
        await PostAsync(started.Node, alice, bob, $"00-{Trace}-{Span}-01");
        var trace = ActivityTraceId.CreateFromString(Trace);
        await Eventually.TrueAsync(() => _recorder.Of(trace, MessageSpans.FanOut).Count > 0 && _recorder.Of(trace, MessageSpans.Post).Count > 0);
        Assert.Equal(Span, _recorder.Of(trace, MessageSpans.Post)[0].ParentSpanId.ToString());
        // The sender's devices, of which there is none, would get copies.
        Assert.Equal(["queued", "skipped"], _recorder.Of(trace, MessageSpans.Deliver).Select(span => $"{span.GetTagItem(MessageSpans.Outcome)}").Order(StringComparer.Ordinal));
        Assert.Empty(_recorder.Of(trace, MessageSpans.Push));
    }

    [Fact]
    public async Task With_a_ratio_of_nothing_nothing_is_recorded()
    {
        await using (var started = await StartAsync(ratio: "0"))
        {
            var (alice, bob, _) = await SendAsync(started.Node);
            await PostAsync(started.Node, alice, bob, $"00-{Trace}-{Span}-01");
        }

        Assert.Empty(_recorder.Ended);
    }

    static Task<StartedNode> StartAsync(string ratio) => StartedNode.StartAsync($"--Chat:Api:Keys:0={ApiNode.Key}", $"--Chat:Tracing:Ratio={ratio}");

    bool Ended(string name, string conversation) => _recorder.Ended.Any(span => IsOf(span, name, conversation));

    Activity One(string name, string conversation) => Assert.Single(_recorder.Ended, span => IsOf(span, name, conversation));

    static bool IsOf(Activity span, string name, string conversation) => span.OperationName == name && conversation.Equals(span.GetTagItem(MessageSpans.Conversation));

    /// <summary>From one device to another. On a machine that is slower than a client's patience the answer may be late: then to others, so that nothing comes twice.</summary>
    static async Task<(int Alice, int Bob, long Seq)> SendAsync(ApiNode node)
    {
        while (true)
        {
            using var sender = await LineClient.ConnectAsync(node.ChatPort);
            using var receiver = await LineClient.ConnectAsync(node.ChatPort);
            var (alice, bob) = (await LogInAsync(sender), await LogInAsync(receiver));
            var answer = await sender.AskAsync(new { msgid = 6, toid = bob, msg = Text, cmid = "c1", @ref = 1 });
            if (answer.GetProperty("errno").GetInt32() == (int)ErrorCode.Unavailable)
                continue;
            Assert.Equal(Text, (await receiver.NextAsync())!.Value.GetProperty("msg").GetString());
            return (alice, bob, answer.GetProperty("seq").GetInt64());
        }
    }

    static async Task<int> LogInAsync(LineClient client)
    {
        var name = ApiNode.NewName();
        var id = (await client.AskAsync(new { msgid = 4, name, password = "secret" })).GetProperty("id").GetInt32();
        await client.AskAsync(new { msgid = 1, name, password = "secret" });
        return id;
    }

    static async Task PostAsync(ApiNode node, int from, int to, string traceparent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/messages") { Content = JsonContent.Create(new { from, to, msg = Text, cmid = "a1" }) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ApiNode.Key);
        request.Headers.Add("traceparent", traceparent);
        using var response = await node.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
