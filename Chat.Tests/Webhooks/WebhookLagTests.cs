using System.Net;
using Chat.Node.Telemetry;
using Chat.Tests.Telemetry;
using Xunit;

namespace Chat.Tests.Webhooks;

/// <summary>An endpoint that takes nothing is seen in the metrics, for as long as that lasts: an alert goes by it.</summary>
public sealed class WebhookLagTests(WebhookNode fixture) : WebhookNodeTest(fixture)
{
    static readonly string[] Messages = ["message.created"];

    [Fact]
    public async Task The_lag_grows_while_an_endpoint_fails_and_is_over_when_it_takes()
    {
        using var readings = new Readings(Node.Service<NodeMeter>().Meter);
        var (alice, bob) = (await Node.NewUserAsync(), await Node.NewUserAsync());
        Receiver.Answer = _ => HttpStatusCode.InternalServerError;
        await AddAsync(new { url = Receiver.Url, types = Messages });
        await LeaseAsync();
        Assert.Equal(HttpStatusCode.OK, (await Node.PostAsync("/messages", new { from = alice, to = bob, msg = "text" }, "c1")).Status);

        await SoonAsync(true, () => Task.FromResult(readings.Of("chat.webhook.lag") > 1));
        var before = readings.Of("chat.webhook.lag");
        await SoonAsync(true, () => Task.FromResult(readings.Of("chat.webhook.lag") > before));
        Assert.Equal(1, readings.Of("chat.queue.depth", "webhook_conversations"));

        Receiver.Answer = _ => HttpStatusCode.OK;
        await SoonAsync(0d, () => Task.FromResult(readings.Of("chat.webhook.lag")));
        Assert.NotEmpty(Receiver.TakenSeqs);
    }
}
