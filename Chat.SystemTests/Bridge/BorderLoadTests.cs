using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Bridge;

/// <summary>Three nodes in a cluster beside two legacy servers, everybody sending at once.</summary>
[Collection(NodeCollection.Name)]
public sealed class BorderLoadTests
{
    /// <summary>Each sender sends so many to its partner and so many to the group.</summary>
    static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("BRIDGE_MESSAGES") ?? "100", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task Nothing_is_lost_or_doubled_or_out_of_order_on_our_side_in_either_direction()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var nodes = await scenario.StartClusterAsync(3);
        var servers = new[] { await scenario.StartLegacyAsync(), await scenario.StartLegacyAsync() };
        var ours = await Task.WhenAll(nodes.Select(node => scenario.LogInModernAsync(node, "ours")));
        await using var legacy = await PatientClient.LogInNewAsync(nodes[1].Port, "doc");
        await using var theirs0 = await PatientClient.LogInNewAsync(servers[0].Port, "theirs");
        await using var theirs1 = await PatientClient.LogInNewAsync(servers[1].Port, "theirs");
        var group = (int)(await ours[0].RequestAsync(new { msgid = 8, groupname = "everybody", groupdesc = "" })).Number("groupid");
        foreach (var id in (int[])[ours[1].UserId, ours[2].UserId, legacy.Id, theirs0.Id, theirs1.Id])
            await nodes[0].ScalarAsync<int>($"INSERT INTO GroupUser VALUES ({group}, {id}, 'normal')");
        foreach (var id in (int[])[.. ours.Select(client => client.UserId), legacy.Id, theirs0.Id, theirs1.Id])
            await scenario.ListensAsync(id);

        await Task.WhenAll(
            SendAsync(text => OkAsync(ours[0].SendToAsync(theirs0.Id, text)), "ours 0"),
            SendAsync(text => OkAsync(ours[2].SendToGroupAsync(group, text)), "ours 2 to all"),
            SendAsync(text => HandledAsync(servers[0], theirs0, Chat(theirs0, 6, "toid", ours[0].UserId, text)), "theirs 0"),
            SendAsync(text => HandledAsync(servers[1], theirs1, Chat(theirs1, 10, "groupid", group, text)), "theirs 1 to all"));

        await AssertGotAsync(ours[0], "theirs 0", "ours 2 to all", "theirs 1 to all");
        await AssertGotAsync(ours[1], "ours 2 to all", "theirs 1 to all");
        await AssertGotAsync(ours[2], "theirs 1 to all");
        AssertSequences(await legacy.NextTextsAsync(2 * Count), "ours 2 to all", "theirs 1 to all");
        AssertSequences(await theirs0.NextTextsAsync(3 * Count), "ours 0", "ours 2 to all", "theirs 1 to all");
        AssertSequences(await theirs1.NextTextsAsync(Count), "ours 2 to all");

        AssertSequences(await ours[0].HistoryAsync(Receiving.DirectId(ours[0].UserId, theirs0.Id)), "ours 0", "theirs 0");
        AssertSequences(await ours[1].HistoryAsync($"g:{group}"), "ours 2 to all", "theirs 1 to all");
        Assert.Equal(0L, await nodes[0].ScalarAsync<long>("SELECT COUNT(*) FROM OfflineMessage"));
    }

    static async Task SendAsync(Func<string, Task> send, string prefix)
    {
        foreach (var text in Receiving.Texts(prefix, Count))
            await send(text);
    }

    static string Chat(PatientClient from, int kind, string key, int target, string text) =>
        $$"""{"{{key}}":{{target}},"id":{{from.Id}},"msg":"{{text}}","msgid":{{kind}},"name":"{{from.Name}}","time":"2026-01-02 03:04:05"}""";

    /// <summary>A legacy server loses the second of two objects that come together.</summary>
    static async Task HandledAsync(LegacyServer server, PatientClient from, string json)
    {
        var before = server.Counters.Handled;
        await from.SendAsync(json);
        await Eventually.TrueAsync(() => server.Counters.Handled > before);
    }

    static async Task OkAsync(Task<System.Text.Json.JsonElement> reply) => Assert.Equal(0, (await reply).Number("errno"));

    static async Task AssertGotAsync(ModernTestClient client, params string[] prefixes)
    {
        AssertSequences(await client.NextTextsAsync(prefixes.Length * Count), prefixes);
        await client.AssertSilentAsync();
    }

    /// <summary>Of each sender everything, once and in order.</summary>
    static void AssertSequences(IEnumerable<string> texts, params string[] prefixes)
    {
        var byPrefix = texts.GroupBy(text => text[..text.LastIndexOf(' ')]).ToDictionary(own => own.Key, own => own.ToList());
        Assert.Equal(prefixes.Order(), byPrefix.Keys.Order());
        Assert.All(prefixes, prefix => Assert.Equal(Receiving.Texts(prefix, Count), byPrefix[prefix]));
    }
}
