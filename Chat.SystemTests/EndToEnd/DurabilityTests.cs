using System.Collections.Concurrent;
using System.Text.Json;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary><c>kill -9</c> under load.</summary>
[Collection(NodeCollection.Name)]
public abstract class DurabilityTests : IDisposable
{
    const int Pairs = 6;
    const int Window = 16;
    const int AcknowledgedBeforeDeath = 400;

    readonly TestFolder _folder;
    readonly ConcurrentDictionary<(string Conversation, string Cmid), long> _acknowledged = new();

    private protected DurabilityTests(StorageProvider provider) => _folder = new TestFolder(provider);

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    public sealed class OnSqlite() : DurabilityTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : DurabilityTests(StorageProvider.MySql);

    [Fact]
    public async Task A_kill_in_the_middle_of_a_load_loses_no_acknowledged_message()
    {
        var pairs = new List<Pair>();
        await using (var node = await NodeProcess.StartAsync(_folder))
        {
            for (var i = 0; i < Pairs; i++)
            {
                var (from, to) = (await node.LogInNewAsync($"from-{i}"), await node.LogInNewAsync($"to-{i}"));
                pairs.Add(new Pair(from, to));
            }

            var loads = pairs.SelectMany(pair => Enumerable.Range(0, Window).Select(worker => LoadAsync(pair, worker))).ToList();
            await Eventually.TrueAsync(() => _acknowledged.Count >= AcknowledgedBeforeDeath);
            await node.KillAsync();
            await Task.WhenAll(loads).WaitAsync(TestNode.Patience);
            foreach (var pair in pairs)
            {
                await pair.To.Closed.WaitAsync(TestNode.Patience);
                pair.NoteReceived();
                await pair.From.DisposeAsync();
                await pair.To.DisposeAsync();
            }
        }

        await using var again = await NodeProcess.StartAsync(_folder);
        foreach (var pair in pairs)
        {
            pair.To = await again.LogInAsync(pair.To.Name);
            var acknowledged = AcknowledgedOf(pair);
            await Eventually.TrueAsync(() => pair.NoteReceived().IsSupersetOf(acknowledged.Values)); // without asking
            pair.From = await again.LogInAsync(pair.From.Name);
            var before = await HistoryAsync(pair);
            Assert.Equal(before.Count, before.Values.Distinct().Count());
            Assert.Equal(Enumerable.Range(1, before.Count).Select(i => (long)i), before.Values.Order());
            Assert.All(acknowledged, message => Assert.Equal(message.Value, before[message.Key]));

            foreach (var cmid in pair.Attempted.Where(cmid => !acknowledged.ContainsKey(cmid)))
                acknowledged[cmid] = await CrashTests.SendUntilAcceptedAsync(pair.From, pair.To.UserId, cmid, cmid);
            Assert.Equal(acknowledged.OrderBy(message => message.Value), (await HistoryAsync(pair)).OrderBy(message => message.Value));
            await Eventually.TrueAsync(() => pair.NoteReceived().SetEquals(acknowledged.Values));
            await pair.From.DisposeAsync();
            await pair.To.DisposeAsync();
        }
    }

    [Fact]
    public async Task Users_groups_tokens_and_the_offline_queue_survive_a_kill()
    {
        string token;
        int group;
        await using (var node = await NodeProcess.StartAsync(_folder))
        {
            await using var alice = await node.LogInNewAsync("alice");
            var bob = await Recipient.RegisterAsync(node, isModern: true);
            var old = await Recipient.RegisterAsync(node, isModern: false, "old");
            group = (int)(await alice.RequestAsync(new { msgid = 8, groupname = "g" })).Number("groupid");
            await using (var joining = await node.LogInAsync("bob"))
                await joining.RequestAsync(new { msgid = 9, groupid = group });
            await bob.LeaveAsync(node);
            await old.LeaveAsync(node);
            for (var i = 1; i <= 20; i++)
            {
                Assert.Equal(0, (await alice.SendToAsync(bob.Id, $"m{i}")).Number("errno"));
                Assert.Equal(0, (await alice.SendToAsync(old.Id, $"m{i}")).Number("errno"));
            }

            Assert.Equal(0, (await alice.SendToGroupAsync(group, "to all")).Number("errno"));
            await node.EventuallyAsync(41L, "SELECT COUNT(*) FROM OfflineMessage");
            token = alice.Token;
            await node.KillAsync();

            await using var again = await NodeProcess.StartAsync(_folder);
            await using var resumed = await again.ConnectAsync();
            var login = await resumed.LogInAsync(new { msgid = 1, token });
            var listed = Assert.Single(login.GetProperty("groups").EnumerateArray());
            Assert.Equal((group, 2), (listed.Number("id"), listed.GetProperty("users").GetArrayLength()));

            var texts = Enumerable.Range(1, 20).Select(i => $"m{i}").ToList();
            await bob.LogInAsync(again);
            await bob.HasReceivedAsync("to all");
            await bob.HasReceivedAsync("m20");
            Assert.Equal(texts, bob.Texts.Where(text => text != "to all"));
            await bob.AcknowledgeAsync($"d:{resumed.UserId}:{bob.Id}", 20);
            await bob.AcknowledgeAsync($"g:{group}", 2); // 1 tells who has come
            await old.LogInAsync(again);
            await old.HasReceivedAsync("m20");
            Assert.Equal(texts, old.Texts.Distinct());
            await again.EventuallyAsync(0L, "SELECT COUNT(*) FROM OfflineMessage");
            await bob.LeaveAsync(again);
            await old.LeaveAsync(again);
        }
    }

    async Task LoadAsync(Pair pair, int worker)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                var cmid = $"{worker}-{i}";
                pair.Attempted.Add(cmid);
                var ack = await pair.From.StartRequestAsync(new { msgid = 6, toid = pair.To.UserId, msg = cmid, cmid });
                if (ack.Number("errno") == 0)
                    _acknowledged[(pair.Conversation, cmid)] = ack.Number("seq");
            }
        }
        catch (IOException)
        {
            // the node is dead
        }
    }

    Dictionary<string, long> AcknowledgedOf(Pair pair) =>
        _acknowledged.Where(ack => ack.Key.Conversation == pair.Conversation).ToDictionary(ack => ack.Key.Cmid, ack => ack.Value);

    static async Task<Dictionary<string, long>> HistoryAsync(Pair pair)
    {
        var all = new Dictionary<string, long>();
        JsonElement page;
        do
        {
            page = await pair.From.RequestAsync(new { msgid = 107, conversation = pair.Conversation, after = all.Count, limit = 100 });
            foreach (var message in page.GetProperty("messages").EnumerateArray())
                all.Add(message.Text("cmid"), message.Number("seq")); // throws for one that is there twice
        }
        while (page.Has("more"));

        return all;
    }

    sealed class Pair(ModernTestClient from, ModernTestClient to)
    {
        readonly HashSet<long> _received = [];

        public ModernTestClient From { get; set; } = from;

        public ModernTestClient To { get; set; } = to;

        public ConcurrentBag<string> Attempted { get; } = [];

        public string Conversation { get; } = $"d:{from.UserId}:{to.UserId}";

        public HashSet<long> NoteReceived()
        {
            _received.UnionWith(To.TakeAll().Select(push => push.Number("seq")));
            return _received;
        }
    }
}
