using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Bridge;

/// <summary>What <c>Users.state</c> says when users have come and gone.</summary>
[Collection(NodeCollection.Name)]
public sealed class BridgePresenceTests
{
    const string Online = "SELECT COUNT(*) FROM Users WHERE state = 'online'";
    const string Listed = "SELECT COUNT(*) FROM UserPresence";

    /// <summary>Users at a time, each one login after the other at all delays.</summary>
    const int Users = 8;

    const int Rounds = 2;

    [Fact]
    public async Task Who_leaves_soon_after_the_login_is_listed_as_offline_and_nobody_listens()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var node = await scenario.StartNodeAsync();
        var ids = new List<int>();
        for (var i = 0; i < Users; i++)
            ids.Add(await (await scenario.ConnectLegacyAsync(node.Port)).RegisterAsync($"u{i}-{Guid.NewGuid():n}"[..20]));

        await Task.WhenAll(ids.Select((id, i) => ComeAndGoAsync(node.Port, id, seed: i)));
        await node.EventuallyAsync(0L, Listed);
        Assert.Equal(0L, await node.ScalarAsync<long>(Online));
        foreach (var id in ids)
            await scenario.ListensAsync(id, servers: 0);
    }

    [Fact]
    public async Task Who_is_listed_without_a_session_is_put_right_without_anybodys_help_and_others_are_left_alone()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var node = await scenario.StartNodeAsync();
        var server = await scenario.StartLegacyAsync();
        var theirs = await scenario.LogInLegacyAsync(server, "theirs");
        var ours = await scenario.LogInLegacyAsync(node.Port, "ours");
        await node.EventuallyAsync(2L, Online);
        var names = await scenario.ConnectLegacyAsync(node.Port);
        var (here, nowhere) = (await names.RegisterAsync("here"), await names.RegisterAsync("nowhere"));
        var incarnation = await node.ScalarAsync<long>("SELECT MAX(incarnation) FROM Node");

        await node.ScalarAsync<int>($"INSERT INTO UserPresence (userid, node) VALUES ({here}, {incarnation}), ({nowhere}, 4711)");
        await node.ScalarAsync<int>($"UPDATE Users SET state = 'online' WHERE id IN ({here}, {nowhere})");

        await node.EventuallyAsync(1L, Listed);
        Assert.Equal([$"{theirs.Id}", $"{ours.Id}"], await node.RowsAsync("SELECT id FROM Users WHERE state = 'online' ORDER BY id"));
        await theirs.SendAsync(ours.Id, "still here");
        Assert.Equal("still here", await ours.NextTextAsync());
    }

    static async Task ComeAndGoAsync(int port, int id, int seed)
    {
        for (var i = 0; i < 21 * Rounds; i++)
        {
            await using var client = await LegacyTestClient.ConnectAsync(port);
            await Eventually.EqualAsync(0L, async () => (await client.LogInAsync(id)).Number("errno"));
            await Task.Delay((i + seed) % 21); // not to wait for anything: the moment of the end is what is tried
            if ((i + seed) % 2 == 0)
                await client.SendAsync($$"""{"id":{{id}},"msgid":3}""");
            else
                client.Abort();
        }
    }
}
