using System.Collections.Concurrent;
using System.Text.Json;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>The orderly end of a node: SIGTERM.</summary>
[Collection(NodeCollection.Name)]
public abstract class DrainTests : IDisposable
{
    readonly TestFolder _folder;

    private protected DrainTests(StorageProvider provider) => _folder = new TestFolder(provider);

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    public sealed class OnSqlite() : DrainTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : DrainTests(StorageProvider.MySql);

    [Fact]
    public async Task A_node_that_is_told_to_stop_sends_its_clients_away_and_loses_nothing()
    {
        var acknowledged = new ConcurrentDictionary<string, long>();
        var received = new HashSet<long>();
        Recipient legacy;
        await using (var node = await NodeProcess.StartAsync(_folder))
        {
            await using var alice = await node.LogInNewAsync("alice");
            await using var bob = await node.LogInNewAsync("bob");
            legacy = await Recipient.RegisterAsync(node, isModern: false, "old");
            Assert.Equal(0, (await alice.SendToAsync(legacy.Id, "before")).Number("errno"));
            var loads = Enumerable.Range(0, 16).Select(worker => LoadAsync(alice, bob.UserId, worker, acknowledged)).ToList();
            await Eventually.TrueAsync(() => acknowledged.Count >= 100);
            await node.TerminateAsync();
            await node.ExitAsync(0);

            await Task.WhenAll(loads).WaitAsync(TestNode.Patience);
            await bob.Closed.WaitAsync(TestNode.Patience);
            await legacy.ConnectionLostAsync();
            Assert.Contains("before", legacy.Texts);
            var frames = bob.TakeAll();
            var goodbye = Assert.Single(frames, frame => frame.Number("msgid") == 106);
            Assert.Equal("draining", goodbye.Text("reason"));
            Assert.InRange(goodbye.Number("after"), 0, 60_000);
            Assert.Single(alice.TakeAll(), frame => frame.Number("msgid") == 106);
            received.UnionWith(SeqsOf(frames));
        }

        await using var again = await NodeProcess.StartAsync(_folder);
        await using var back = await again.LogInAsync("bob");
        await Eventually.TrueAsync(() =>
        {
            received.UnionWith(SeqsOf(back.TakeAll()));
            return received.IsSupersetOf(acknowledged.Values);
        });
        Assert.Equal(acknowledged.Count, acknowledged.Values.Distinct().Count());
    }

    static async Task LoadAsync(ModernTestClient alice, int to, int worker, ConcurrentDictionary<string, long> acknowledged)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                var cmid = $"{worker}-{i}";
                var ack = await alice.StartRequestAsync(new { msgid = 6, toid = to, msg = cmid, cmid });
                if (ack.Number("errno") != 0)
                    return; // refused, as it may be now
                acknowledged[cmid] = ack.Number("seq");
            }
        }
        catch (IOException)
        {
            // the node is gone
        }
    }

    static IEnumerable<long> SeqsOf(IEnumerable<JsonElement> frames) =>
        frames.Where(frame => frame.Has("seq")).Select(frame => frame.Number("seq"));
}
