using System.Diagnostics;
using Chat.Node.Telemetry;
using Chat.Protocol;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Chat.Tests.Telemetry;
using Xunit;

namespace Chat.SystemTests.Cluster;

/// <summary>
/// A recorded message stays one trace from node to node. The session of the sender and that of the receiver are on different ones, so that its trace has to go inside messages
/// between nodes; where the actors between them are is up to the cluster.
/// </summary>
[Collection(NodeCollection.Name)]
public sealed class SpanClusterTests : IDisposable
{
    const int Pairs = 4;

    readonly TestFolder _folder = new();
    readonly SpanRecorder _recorder = new();

    [Fact]
    public async Task A_message_from_node_to_node_is_one_trace()
    {
        await using var cluster = await TestCluster.StartAsync(_folder, "--Chat:Tracing:Ratio=1");
        for (var pair = 0; pair < Pairs; pair++)
        {
            await using var alice = await cluster.Nodes[pair % 3].LogInNewAsync();
            await using var bob = await cluster.Nodes[(pair + 1) % 3].LogInNewAsync();
            var conversation = ConversationId.Direct(alice.UserId, bob.UserId).ToString();
            // The second one goes straight from actor to actor, in a bundle.
            for (var seq = 1; seq <= 2; seq++)
                await FollowAsync(alice, bob, conversation);
        }
    }

    public void Dispose()
    {
        _recorder.Dispose();
        _folder.Dispose();
    }

    async Task FollowAsync(ModernTestClient alice, ModernTestClient bob, string conversation)
    {
        var answer = await alice.SendToAsync(bob.UserId, "hi");
        if (answer.Number("errno") == (int)ErrorCode.Unavailable)
            return; // the machine is slower than a client's patience
        Assert.Equal(0, answer.Number("errno"));
        await bob.NextAsync();
        var seq = answer.Number("seq");
        await Eventually.TrueAsync(() => Of(MessageSpans.FanOut).Any() && Of(MessageSpans.Post).Any());
        Activity[] spans = [.. new[] { MessageSpans.Post, MessageSpans.Log, MessageSpans.FanOut, MessageSpans.Deliver, MessageSpans.Push }.Select(name => Assert.Single(Of(name)))];
        Assert.Equal([default, .. spans.SkipLast(1).Select(span => span.SpanId)], spans.Select(span => span.ParentSpanId));
        Assert.All(spans, span => Assert.Equal(spans[0].TraceId, span.TraceId));

        IEnumerable<Activity> Of(string name) => _recorder.Ended.Where(
            span => span.OperationName == name && conversation.Equals(span.GetTagItem(MessageSpans.Conversation)) && seq.Equals(span.GetTagItem(MessageSpans.Seq)));
    }
}
