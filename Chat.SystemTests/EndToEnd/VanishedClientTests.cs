using Chat.Checker.Processes;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>
/// Legacy clients whose machine is gone without a word: from some moment on every packet of their connection is dropped, in both directions. Needs root.
/// </summary>
[Collection(NodeCollection.Name)]
public sealed class VanishedClientTests : IAsyncLifetime, IDisposable
{
    readonly TestFolder _folder = new();
    readonly List<string[]> _rules = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var rule in _rules)
            await Command.RunAsync("iptables", ["-w", "-D", "INPUT", .. rule]);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_only_the_kernel_had_comes_at_the_next_login_once_and_in_order(bool keepsHistory)
    {
        await using var node = await TestNode.StartAsync(_folder, "--Chat:Limits:PeerTimeoutSeconds=2", $"--Chat:History:Enabled={keepsHistory}");
        await using var sender = await node.LogInNewAsync("sender");
        var (id, receiver) = await LogInNewAsync(node);
        await sender.SendToAsync(id, "before");
        Assert.Equal("before", (await receiver.NextAsync()).Text("msg"));
        await receiver.FenceAsync(); // and its TCP has acknowledged that

        await CutAsync(receiver);
        var sent = Enumerable.Range(0, 20).Select(i => $"m{i}").ToList();
        var answers = sent.Select(text => sender.StartRequestAsync(new { msgid = 6, toid = id, msg = text })).ToList();
        await node.EventuallyAsync(20L, $"SELECT COUNT(*) FROM OfflineMessage WHERE userid = {id}");
        Assert.All(await Task.WhenAll(answers).WaitAsync(TestNode.Patience), answer => Assert.Equal(0, answer.Number("errno")));

        await using var again = await node.ConnectLegacyAsync();
        Assert.Equal(0, (await again.LogInAsync(id)).Number("errno"));
        foreach (var text in sent)
            Assert.Equal(text, (await again.NextAsync()).Text("msg"));
        Assert.Empty(await again.FenceAsync());
        await node.EventuallyAsync(0L, $"SELECT COUNT(*) FROM OfflineMessage WHERE userid = {id}");
    }

    [Fact]
    public async Task A_login_takes_the_place_of_a_session_whose_client_is_gone_and_never_of_one_that_is_only_quiet()
    {
        await using var node = await TestNode.StartAsync(_folder, "--Chat:Users:MaxSessions=2", "--Chat:Limits:PeerTimeoutSeconds=600");
        var (id, quiet) = await LogInNewAsync(node);
        await using var _ = quiet;
        await using var gone = await node.ConnectLegacyAsync();
        Assert.Equal(0, (await gone.LogInAsync(id)).Number("errno"));
        await using var refused = await node.ConnectLegacyAsync();
        Assert.Equal(2, (await refused.LogInAsync(id)).Number("errno"));

        await CutAsync(gone);
        await using var next = await node.ConnectLegacyAsync();
        await Eventually.EqualAsync(0L, async () => (await next.LogInAsync(id)).Number("errno"));

        await using var sender = await node.LogInNewAsync("sender");
        await sender.SendToAsync(id, "to both");
        Assert.Equal("to both", (await quiet.NextAsync()).Text("msg"));
        Assert.Equal("to both", (await next.NextAsync()).Text("msg"));
    }

    static async Task<(int Id, LegacyTestClient Client)> LogInNewAsync(TestNode node)
    {
        var client = await node.ConnectLegacyAsync();
        var id = await client.RegisterAsync($"legacy-{Guid.NewGuid():n}"[..30]);
        Assert.Equal(0, (await client.LogInAsync(id)).Number("errno"));
        return (id, client);
    }

    async Task CutAsync(LegacyTestClient client)
    {
        foreach (var side in (string[])["--sport", "--dport"])
        {
            string[] rule = ["-i", "lo", "-p", "tcp", side, $"{client.LocalPort}", "-j", "DROP"];
            await Command.RunAsync("iptables", ["-w", "-I", "INPUT", .. rule]);
            _rules.Add(rule);
        }
    }
}
