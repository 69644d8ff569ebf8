using Chat.SystemTests.EndToEnd;
using Xunit;

namespace Chat.SystemTests.Bridge;

/// <summary>A login at our node while users of legacy servers write to that user.</summary>
[Collection(NodeCollection.Name)]
public sealed class LoginOrderTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_sent_around_the_login_comes_in_order(bool isModern)
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var node = await scenario.StartNodeAsync();
        var server = await scenario.StartLegacyAsync();
        var theirs = await scenario.LogInLegacyAsync(server, "theirs");
        for (var round = 0; round < 5; round++)
        {
            var id = await (await scenario.ConnectLegacyAsync(node.Port)).RegisterAsync($"u{round}");
            var texts = Receiving.Texts("m", 60).ToList();
            await theirs.SendAsync(id, texts[0]);
            var sending = SendAsync(theirs, id, texts[1..]);
            Assert.Equal(texts, await ReceiveAsync(scenario, node, id, isModern, texts.Count));
            await sending;
        }
    }

    [Fact]
    public async Task Who_has_the_answer_to_the_login_is_known_to_other_servers()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var node = await scenario.StartNodeAsync();
        var server = await scenario.StartLegacyAsync();
        for (var i = 0; i < 20; i++)
        {
            var client = await scenario.ConnectLegacyAsync(node.Port);
            var id = await client.RegisterAsync($"u{i}");
            Assert.Equal(0, (await client.LogInAsync(id)).Number("errno"));
            Assert.Equal("online", await node.ScalarAsync<string>($"SELECT state FROM Users WHERE id = {id}"));
            Assert.Equal(1, await scenario.Redis.SubscribersAsync($"{id}"));
            Assert.Equal(2, (await (await scenario.ConnectLegacyAsync(server.Port)).LogInAsync(id)).Number("errno"));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_redis_a_login_works(bool isKilled)
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var node = await scenario.StartNodeAsync();
        var friend = await scenario.LogInModernAsync(node, "friend");
        await scenario.ListensAsync(friend.UserId);
        await (isKilled ? scenario.Redis.KillAsync() : scenario.Redis.FreezeAsync());
        for (var i = 0; i < 3; i++)
        {
            var late = await scenario.LogInModernAsync(node, $"late{i}");
            Assert.Equal(0, (await friend.SendToAsync(late.UserId, "hello")).Number("errno"));
            Assert.Equal(["hello"], await late.NextTextsAsync(1));
        }

        await (isKilled ? scenario.Redis.StartAsync() : scenario.Redis.ThawAsync());
        await scenario.ListensAsync(friend.UserId);
    }

    static async Task SendAsync(LegacyUserClient from, int toId, IEnumerable<string> texts)
    {
        foreach (var text in texts)
            await from.SendAsync(toId, text);
    }

    static async Task<List<string>> ReceiveAsync(BridgeScenario scenario, TestNode node, int id, bool isModern, int count)
    {
        if (isModern)
        {
            await using var client = await node.ConnectAsync();
            await client.LogInAsync(new { msgid = 1, id, password = "secret" });
            return await client.NextTextsAsync(count);
        }

        var legacy = await scenario.ConnectLegacyAsync(node.Port);
        var ack = await legacy.LogInAsync(id);
        var texts = ack.TryGetProperty("offlinemsg", out var offline)
            ? offline.EnumerateArray().Select(message => System.Text.Json.JsonDocument.Parse(message.GetString()!).RootElement.Text("msg")).ToList()
            : [];
        while (texts.Count < count)
            texts.Add((await legacy.NextAsync()).Text("msg"));
        return texts;
    }
}
