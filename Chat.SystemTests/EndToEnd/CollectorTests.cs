using System.Collections.Concurrent;
using System.Text;
using Chat.Node.Hosting;
using Chat.Node.Telemetry;
using Chat.Tests.Support;
using Chat.Tests.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Metrics and traces that the node itself sends to an OpenTelemetry collector.</summary>
[Collection(NodeCollection.Name)]
public sealed class CollectorTests : IDisposable
{
    readonly TestFolder _folder = new();

    [Fact]
    public async Task A_collector_that_is_named_is_sent_the_metrics()
    {
        var taken = new ConcurrentQueue<byte[]>();
        await using var collector = await LocalServer.StartAsync(0, app => app.MapPost("/v1/metrics", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            taken.Enqueue(body.ToArray());
            return Results.Ok();
        }));
        var address = collector.Url.GetLeftPart(UriPartial.Authority);
        await using var node = await NodeProcess.StartBehindAsync(
            _folder, $"export {TelemetryHosting.CollectorVariable}={address} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf OTEL_METRIC_EXPORT_INTERVAL=300; exec \"$@\"");
        await Eventually.TrueAsync(() => taken.Any(body => Encoding.Latin1.GetString(body) is var text
            && text.Contains("chat.node.ready", StringComparison.Ordinal) && text.Contains("chatactors", StringComparison.Ordinal) && text.Contains("chat.db.duration", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_collector_that_is_named_is_sent_the_traces_without_what_people_write()
    {
        var taken = new ConcurrentQueue<string>();
        await using var collector = await LocalServer.StartAsync(0, app => app.MapPost("/v1/traces", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            taken.Enqueue(Encoding.Latin1.GetString(body.ToArray()));
            return Results.Ok();
        }));
        var address = collector.Url.GetLeftPart(UriPartial.Authority);
        await using var node = await NodeProcess.StartBehindAsync(
            _folder, $"export {TelemetryHosting.CollectorVariable}={address} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf OTEL_BSP_SCHEDULE_DELAY=300 OTEL_TRACES_SAMPLER=always_off Chat__Tracing__Ratio=1; exec \"$@\"");
        await using var alice = await node.LogInNewAsync("alice-of-the-traces");
        await using var bob = await node.LogInNewAsync("bob-of-the-traces");
        await alice.SendToAsync(bob.UserId, "words of people");
        string[] spans = [MessageSpans.Post, MessageSpans.Log, MessageSpans.FanOut, MessageSpans.Deliver, MessageSpans.Push];
        await Eventually.TrueAsync(() => string.Concat(taken) is var all && spans.All(name => all.Contains(name, StringComparison.Ordinal)));
        Assert.Contains("chatactors", taken.First(), StringComparison.Ordinal);
        Assert.All(taken, body => Assert.DoesNotMatch("words of people|of-the-traces", body));
    }

    [Fact]
    public async Task An_address_that_is_none_stops_the_start_by_its_name()
    {
        await using var node = NodeProcess.LaunchBehind(_folder, $"export {TelemetryHosting.CollectorVariable}=nonsense; exec \"$@\"");
        await node.ExitAsync(2);
        await Eventually.TrueAsync(() => node.Output.Contains($"ChatActors cannot start: {TelemetryHosting.CollectorVariable} is \"nonsense\"", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();
}
