using System.Diagnostics;
using System.Text.Json;
using Chat.Node.Settings;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Cluster;

/// <summary>Who is online and who types, at nodes that die, end and join.</summary>
[Collection(NodeCollection.Name)]
public abstract class PresenceClusterTests : IDisposable
{
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    readonly TestFolder _folder;

    private protected PresenceClusterTests(StorageProvider provider) => _folder = new TestFolder(provider);

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    public sealed class OnSqlite() : PresenceClusterTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : PresenceClusterTests(StorageProvider.MySql);

    [Fact]
    public async Task A_killed_nodes_users_are_offline_after_the_grace_and_who_is_back_before_was_never_away()
    {
        await using var cluster = await ProcessCluster.StartAsync(_folder, 3);
        await using var alice = await ModernTestClient.NewAsync(cluster[0].Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(cluster[1].Port, "bob");
        await using var carol = await ModernTestClient.NewAsync(cluster[1].Port, "carol");
        var seen = new Seen(alice, await WatchAsync(alice, [bob.UserId, carol.UserId], Pair(alice, bob)));
        await seen.UntilAsync((bob.UserId, "online"), (carol.UserId, "online"));

        seen.News.Clear();
        var sinceDeath = Stopwatch.StartNew(); // before it: the others may notice at once
        await cluster[1].KillAsync();
        await using var back = await ModernTestClient.ConnectAsync(cluster[2].Port, protocol: 3);
        await back.LogInAsync(new { msgid = 1, token = bob.Token });
        var isBackInTime = sinceDeath.Elapsed < Grace / 3; // a machine on which a login takes longer shows nothing

        var typing = seen.NextTypingAsync();
        while (!typing.IsCompleted)
        {
            await back.SendAsync($$"""{"msgid":118,"conversation":"{{Pair(alice, bob)}}","on":true}""");
            await Task.WhenAny(typing, Task.Delay(TimeSpan.FromSeconds(2.1))); // as clients do: what comes sooner is passed over
        }

        Assert.Equal(bob.UserId, (await typing).Number("id"));
        await seen.UntilAsync((bob.UserId, "online"), (carol.UserId, "offline"));
        Assert.InRange(sinceDeath.Elapsed, Grace, TimeSpan.MaxValue);
        if (isBackInTime)
            Assert.DoesNotContain(seen.News, news => news.UserId == bob.UserId);

        var late = new Seen(back, await WatchAsync(back, [alice.UserId, carol.UserId]));
        await late.UntilAsync((alice.UserId, "online"), (carol.UserId, "offline"));
    }

    [Fact]
    public async Task A_node_that_joins_knows_everybody_and_one_that_ends_takes_nobody_with_it()
    {
        await using var cluster = await ProcessCluster.StartAsync(_folder, 2);
        await using var alice = await ModernTestClient.NewAsync(cluster[0].Port, "alice");
        await using var bob = await ModernTestClient.NewAsync(cluster[1].Port, "bob");
        var seen = new Seen(alice, await WatchAsync(alice, [bob.UserId]));
        await seen.UntilAsync((bob.UserId, "online"));

        await using var third = await NodeProcess.StartAsync(_folder, null, "--Chat:Cluster:Port=0");
        await using var carol = await ModernTestClient.NewAsync(third.Port, "carol");
        var joined = new Seen(carol, await WatchAsync(carol, [alice.UserId, bob.UserId, carol.UserId]));
        await joined.UntilAsync((alice.UserId, "online"), (bob.UserId, "online"), (carol.UserId, "online"));

        seen.News.Clear();
        joined.News.Clear();
        var sinceEnd = Stopwatch.StartNew();
        await cluster[1].TerminateAsync();
        await bob.Closed.WaitAsync(TestNode.Patience);
        await using var back = await ModernTestClient.ConnectAsync(third.Port, protocol: 3);
        await back.LogInAsync(new { msgid = 1, token = bob.Token });
        var isBackInTime = sinceEnd.Elapsed < Grace / 3;
        Assert.Equal(0, await cluster[1].ExitCodeAsync());
        Assert.Equal(0, (await back.RequestAsync(new { msgid = 117, state = "away" })).Number("errno"));
        foreach (var watcher in (Seen[])[seen, joined])
        {
            await watcher.UntilAsync((bob.UserId, "away"));
            if (isBackInTime)
                Assert.DoesNotContain(watcher.News, news => news == (bob.UserId, "offline"));
        }

        // Whoever hides is offline at every node.
        await Eventually.EqualAsync(0L, async () => (await back.RequestAsync(new { msgid = 111, presence = "nobody" })).Number("errno")); // the first use may be "retry"
        foreach (var watcher in (Seen[])[seen, joined])
            await watcher.UntilAsync((bob.UserId, "offline"));
    }

    static string Pair(ModernTestClient one, ModernTestClient other) => $"d:{Math.Min(one.UserId, other.UserId)}:{Math.Max(one.UserId, other.UserId)}";

    static async Task<JsonElement> WatchAsync(ModernTestClient client, int[] users, params string[] conversations)
    {
        var reply = await client.RequestAsync(new { msgid = 115, users, conversations });
        Assert.True(reply.Number("errno") == 0, reply.ToString());
        return reply;
    }

    /// <summary>What one client knows of the others.</summary>
    sealed class Seen
    {
        readonly ModernTestClient _client;
        readonly Dictionary<int, string> _states = [];

        public Seen(ModernTestClient client, JsonElement reply)
        {
            _client = client;
            Take(reply.GetProperty("presence"));
        }

        public List<(int UserId, string State)> News { get; } = [];

        public async Task UntilAsync(params (int UserId, string State)[] expected)
        {
            while (!expected.All(entry => _states[entry.UserId] == entry.State))
                await NextAsync();
        }

        public async Task<JsonElement> NextTypingAsync()
        {
            while (true)
            {
                var frame = await NextAsync();
                if (frame.Number("msgid") == 118)
                    return frame;
            }
        }

        async Task<JsonElement> NextAsync()
        {
            var frame = await WaitAsync();
            if (frame.Number("msgid") == 116)
                Take(frame.GetProperty("users"));
            return frame;
        }

        /// <summary>The grace is nearly as long as everybody's patience.</summary>
        async Task<JsonElement> WaitAsync()
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await _client.NextAsync();
                }
                catch (TimeoutException) when (attempt < 3)
                {
                    // once more
                }
            }
        }

        void Take(JsonElement users)
        {
            foreach (var user in users.EnumerateArray())
            {
                News.Add(((int)user.Number("id"), user.Text("state")));
                _states[(int)user.Number("id")] = user.Text("state");
            }
        }
    }
}
