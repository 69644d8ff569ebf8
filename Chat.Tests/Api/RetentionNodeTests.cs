using System.Net;
using System.Text.Json;
using Chat.Node.Retention;
using Chat.Node.Storage;
using Chat.Tests.Support;
using Dapper;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>Messages that are kept no longer, as clients and the product's own servers see it.</summary>
public sealed class RetentionNodeTests
{
    [Fact]
    public async Task What_is_gone_is_shown_nowhere_and_numbers_go_on()
    {
        await using var started = await StartedNode.StartAsync($"--Chat:Api:Keys:0={ApiNode.Key}", "--Chat:Retention:Days=7");
        var node = started.Node;
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var conversation = $"d:{alice}:{bob}";
        using var device = await LogInAsync(node, bob);
        foreach (var text in (string[])["one", "two", "three"])
            Assert.Equal(HttpStatusCode.OK, (await node.PostAsync("/messages", new { from = alice, to = bob, msg = text })).Status);
        foreach (var _ in (int[])[1, 2, 3])
            await device.NextAsync();
        await AgeAsync(node, upTo: 2);
        await SweepAsync(node);

        Assert.Equal(("three", 3), Shown(await device.AskAsync(new { msgid = 107, conversation, @ref = 1 })));
        Assert.Equal(("three", 3), Shown(await device.AskAsync(new { msgid = 107, conversation, after = 0, @ref = 1 })));
        Assert.Equal(("three", 3), Shown(await device.AskAsync(new { msgid = 107, conversation, seqs = new[] { 1, 2, 3 }, @ref = 1 })));
        var entry = (await device.AskAsync(new { msgid = 108, @ref = 2 })).GetProperty("conversations")[0];
        Assert.Equal((3, 3, 1), (entry.GetProperty("head").GetInt32(), entry.GetProperty("floor").GetInt32(), entry.GetProperty("unread").GetInt32()));
        Assert.Equal(3, (await ListedAsync(device)).GetProperty("floor").GetInt32());
        Assert.Equal(6, Errno(await device.AskAsync(new { msgid = 114, conversation, seq = 2, @ref = 3 })));
        Assert.Equal(6, Errno(await device.AskAsync(new { msgid = 131, conversation, seq = 2, react = "👍", @ref = 4 })));
        Assert.Equal(7, Errno(await device.AskAsync(new { msgid = 143, conversation, seq = 2, reason = "x", @ref = 5 })));
        Assert.Equal(4, Errno(await device.AskAsync(new { msgid = 6, toid = alice, msg = "x", reply = 2, cmid = "r", @ref = 6 })));
        var told = (await node.GetAsync($"/conversations/{conversation}/messages")).Json;
        Assert.Equal(["three"], told.GetProperty("messages").EnumerateArray().Select(each => each.GetProperty("msg").GetString()));
        Assert.Equal(3, told.GetProperty("floor").GetInt32());

        await AgeAsync(node, upTo: 3);
        await SweepAsync(node);
        var listed = await ListedAsync(device);
        Assert.Equal((4, 0, false), (listed.GetProperty("floor").GetInt32(), listed.GetProperty("unread").GetInt32(), listed.TryGetProperty("last", out _)));
        var token = (await device.AskAsync(new { msgid = 108, @ref = 7 })).GetProperty("token").GetString();
        Assert.Empty((await device.AskAsync(new { msgid = 108, since = token, @ref = 8 })).GetProperty("conversations").EnumerateArray());
        Assert.Equal(4, (await node.PostAsync("/messages", new { from = alice, to = bob, msg = "four" })).Int("seq"));
    }

    [Fact]
    public async Task A_floor_that_rises_is_news_for_a_client_that_knows_the_rest()
    {
        await using var started = await StartedNode.StartAsync($"--Chat:Api:Keys:0={ApiNode.Key}", "--Chat:Retention:Days=7");
        var node = started.Node;
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        using var device = await LogInAsync(node, bob);
        Assert.Equal(HttpStatusCode.OK, (await node.PostAsync("/messages", new { from = alice, to = bob, msg = "one" })).Status);
        await device.NextAsync();
        var since = (await device.AskAsync(new { msgid = 108, @ref = 1 })).GetProperty("token").GetString();
        await AgeAsync(node, upTo: 1);
        await SweepAsync(node);
        var entry = Assert.Single((await device.AskAsync(new { msgid = 108, since, @ref = 2 })).GetProperty("conversations").EnumerateArray());
        Assert.Equal(2, entry.GetProperty("floor").GetInt32());
    }

    [Fact]
    public async Task Who_looks_after_a_group_says_how_long_its_messages_are_kept()
    {
        await using var started = await StartedNode.StartAsync($"--Chat:Api:Keys:0={ApiNode.Key}");
        var node = started.Node;
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var groupid = await node.NewGroupAsync(alice, bob);
        using var creator = await LogInAsync(node, alice);
        using var member = await LogInAsync(node, bob);
        Assert.Equal(13, Errno(await member.AskAsync(new { msgid = 126, groupid, keep_days = 7, @ref = 1 })));
        Assert.Equal(0, Errno(await creator.AskAsync(new { msgid = 126, groupid, keep_days = 7, @ref = 1 })));
        Assert.Equal(7, (await node.GetAsync($"/groups/{groupid}")).Int("keepDays"));
        (await node.AskAsync(HttpMethod.Patch, $"/groups/{groupid}", new { keepDays = -1 })).AssertProblem(HttpStatusCode.BadRequest, 4);
        Assert.Equal(9, (await node.AskAsync(HttpMethod.Patch, $"/groups/{groupid}", new { keepDays = 9 })).Int("keepDays"));
        JsonElement group;
        do
            group = await creator.AskAsync(new { msgid = 124, groupid, @ref = 2 });
        while (!group.TryGetProperty("joining", out _)); // system messages and news come in between
        Assert.Equal(9, group.GetProperty("keep_days").GetInt32());
        Assert.Equal(HttpStatusCode.OK, (await node.PostAsync("/messages", new { from = alice, group = groupid, msg = "x" })).Status);
        await AgeAsync(node, upTo: 100);
        await SweepAsync(node);
        Assert.True(await ScalarAsync(node, $"SELECT MAX(floor) FROM ConversationFloor WHERE a = 0 AND b = {groupid}") > 1);
    }

    static (string?, int) Shown(JsonElement history) =>
        (Assert.Single(history.GetProperty("messages").EnumerateArray()).GetProperty("msg").GetString(), history.GetProperty("floor").GetInt32());

    static async Task<JsonElement> ListedAsync(LineClient device) =>
        Assert.Single((await device.AskAsync(new { msgid = 134, @ref = 9 })).GetProperty("conversations").EnumerateArray());

    /// <summary>As if messages had been sent long ago.</summary>
    static Task<int> AgeAsync(ApiNode node, int upTo) => node.Service<IChatDatabase>().WriteAsync((connection, transaction) => connection.ExecuteAsync(
        "UPDATE MessageLog SET ts = ts - 10 * 86400000 WHERE seq <= @upTo AND ts > @recent", new { upTo, recent = DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeMilliseconds() }, transaction));

    /// <summary>As a walk does that has not been there for long.</summary>
    static async Task SweepAsync(ApiNode node)
    {
        await node.Service<IChatDatabase>().WriteAsync((connection, transaction) => connection.ExecuteAsync("DELETE FROM RetentionWalk", transaction: transaction));
        await Eventually.TrueAsync(() => node.Service<NodeLease>().IsHeld); // without it a node takes nothing away
        await node.Service<RetentionSweeper>().SweepAsync(() => ValueTask.FromResult(true));
    }

    static Task<long> ScalarAsync(ApiNode node, string sql) => node.Service<IChatDatabase>().ReadAsync(connection => connection.ExecuteScalarAsync<long>(sql));

    static async Task<LineClient> LogInAsync(ApiNode node, int user)
    {
        var token = (await node.PostAsync($"/users/{user}/tokens", new { })).Text("token");
        var device = await LineClient.ConnectAsync(node.ChatPort, protocol: 3);
        Assert.Equal(0, Errno(await device.AskAsync(new { msgid = 1, token })));
        return device;
    }

    static int Errno(JsonElement reply) => reply.GetProperty("errno").GetInt32();
}
