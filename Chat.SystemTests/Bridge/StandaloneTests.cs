using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Bridge;

/// <summary>Nodes of ours that are in no cluster and meet through MariaDB and Redis alone.</summary>
[Collection(NodeCollection.Name)]
public sealed class StandaloneTests
{
    [Fact]
    public async Task Two_standalone_nodes_chat_and_keep_one_history()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var (here, there) = (await scenario.StartStandaloneAsync(), await scenario.StartStandaloneAsync());
        var alice = await scenario.LogInModernAsync(here, "alice");
        var bob = await scenario.LogInModernAsync(there, "bob");
        await scenario.ListensAsync(alice.UserId);
        await scenario.ListensAsync(bob.UserId);

        var expected = new List<string>();
        for (var i = 1; i <= 20; i++)
        {
            foreach (var (from, to) in ((ModernTestClient, ModernTestClient)[])[(alice, bob), (bob, alice)])
            {
                var text = $"{from.Name} {i}";
                await SendUntilAcceptedAsync(from, to.UserId, text);
                Assert.Equal([text], await to.NextTextsAsync(1));
                expected.Add(text);
            }
        }

        await alice.AssertSilentAsync();
        await bob.AssertSilentAsync();
        var id = Receiving.DirectId(alice.UserId, bob.UserId);
        Assert.Equal(expected, await alice.HistoryAsync(id));
        Assert.Equal(expected, await bob.HistoryAsync(id));
    }

    [Fact]
    public async Task A_group_over_two_standalone_nodes_gets_everything_once()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var (here, there) = (await scenario.StartStandaloneAsync(), await scenario.StartStandaloneAsync());
        var alice = await scenario.LogInModernAsync(here, "alice");
        var bob = await scenario.LogInModernAsync(there, "bob");
        var carol = await scenario.LogInModernAsync(there, "carol");
        var legacy = await scenario.LogInLegacyAsync(there.Port, "doc");
        var group = (int)(await alice.RequestAsync(new { msgid = 8, groupname = $"g-{Guid.NewGuid():n}"[..20], groupdesc = "" })).Number("groupid");
        foreach (var member in (int[])[bob.UserId, carol.UserId, legacy.Id])
            await here.ScalarAsync<int>($"INSERT INTO GroupUser VALUES ({group}, {member}, 'normal')");
        foreach (var id in (int[])[alice.UserId, bob.UserId, carol.UserId, legacy.Id])
            await scenario.ListensAsync(id);

        for (var i = 1; i <= 10; i++)
            await SendToGroupUntilAcceptedAsync(alice, group, $"a {i}");
        Assert.Equal(Receiving.Texts("a", 10), await bob.NextTextsAsync(10));
        Assert.Equal(Receiving.Texts("a", 10), await carol.NextTextsAsync(10));
        Assert.Equal(Receiving.Texts("a", 10), await legacy.NextTextsAsync(10));
        for (var i = 1; i <= 10; i++)
            await SendToGroupUntilAcceptedAsync(bob, group, $"b {i}");
        Assert.Equal(Receiving.Texts("b", 10), await alice.NextTextsAsync(10));
        Assert.Equal(Receiving.Texts("b", 10), await carol.NextTextsAsync(10));
        Assert.Equal(Receiving.Texts("b", 10), await legacy.NextTextsAsync(10));

        foreach (var member in (ModernTestClient[])[alice, bob, carol])
            await member.AssertSilentAsync();
        Assert.Empty(legacy.Client.TakeAll());
        Assert.Equal([.. Receiving.Texts("a", 10), .. Receiving.Texts("b", 10)], await carol.HistoryAsync($"g:{group}"));
    }

    [Fact]
    public async Task A_standalone_node_leaves_the_presence_of_the_other_alone()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var (here, there) = (await scenario.StartStandaloneAsync(), await scenario.StartStandaloneAsync());
        var bob = await scenario.LogInModernAsync(there, "bob");
        await scenario.ListensAsync(bob.UserId);
        await there.EventuallyAsync("online", $"SELECT state FROM Users WHERE id = {bob.UserId}");
        var alice = await scenario.LogInModernAsync(here, "alice");
        for (var i = 0; i < 5; i++)
        {
            await SendUntilAcceptedAsync(alice, bob.UserId, $"{i}");
            await bob.NextTextsAsync(1);
        }

        Assert.Equal("online", await there.ScalarAsync<string>($"SELECT state FROM Users WHERE id = {bob.UserId}"));
        Assert.Equal(1L, await there.ScalarAsync<long>($"SELECT COUNT(*) FROM UserPresence WHERE userid = {bob.UserId}"));
        await using var second = await here.ConnectAsync();
        Assert.Equal(2, (await second.RequestAsync(new { msgid = 1, id = bob.UserId, password = "secret" })).Number("errno"));
    }

    /// <summary>Both nodes write one log: who meets the other's row is asked to try again.</summary>
    static async Task SendUntilAcceptedAsync(ModernTestClient from, int toId, string text)
    {
        var cmid = Guid.NewGuid().ToString("n");
        await Eventually.EqualAsync(0L, async () => (await from.SendToAsync(toId, text, cmid)).Number("errno"));
    }

    static async Task SendToGroupUntilAcceptedAsync(ModernTestClient from, int groupId, string text)
    {
        var cmid = Guid.NewGuid().ToString("n");
        await Eventually.EqualAsync(0L, async () => (await from.SendToGroupAsync(groupId, text, cmid)).Number("errno"));
    }
}
