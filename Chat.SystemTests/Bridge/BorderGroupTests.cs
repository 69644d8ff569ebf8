using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Bridge;

/// <summary>A group with members at nodes of ours and at a legacy server.</summary>
[Collection(NodeCollection.Name)]
public sealed class BorderGroupTests
{
    [Fact]
    public async Task Every_member_gets_every_message_once_and_the_history_holds_it_once()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var nodes = await scenario.StartClusterAsync(2);
        var server = await scenario.StartLegacyAsync();
        var one = await scenario.LogInModernAsync(nodes[0], "one");
        var two = await scenario.LogInModernAsync(nodes[1], "two");
        var legacy = await scenario.LogInLegacyAsync(nodes[0].Port, "doc");
        var theirs = await scenario.LogInLegacyAsync(server, "theirs");
        var absent = await scenario.LogInModernAsync(nodes[0], "absent");
        var group = await GroupAsync(nodes[0], one, two.UserId, legacy.Id, theirs.Id, absent.UserId);
        foreach (var id in (int[])[one.UserId, two.UserId, legacy.Id, theirs.Id, absent.UserId])
            await scenario.ListensAsync(id);
        absent.Abort();
        await scenario.ListensAsync(absent.UserId, 0);

        foreach (var text in (string[])["in 1", "same", "same", "in 2"])
            await theirs.SendToGroupAsync(group, text);
        foreach (var member in (ModernTestClient[])[one, two])
            Assert.Equal(["in 1", "same", "same", "in 2"], await member.NextTextsAsync(4));
        Assert.Equal(["in 1", "same", "same", "in 2"], await legacy.NextTextsAsync(4));
        foreach (var text in Receiving.Texts("out", 10))
            Assert.Equal(0, (await two.SendToGroupAsync(group, text)).Number("errno"));
        Assert.Equal(Receiving.Texts("out", 10), await theirs.NextTextsAsync(10));
        Assert.Equal(Receiving.Texts("out", 10), await one.NextTextsAsync(10));
        Assert.Equal(Receiving.Texts("out", 10), await legacy.NextTextsAsync(10));

        string[] all = ["in 1", "same", "same", "in 2", .. Receiving.Texts("out", 10)];
        Assert.Equal(all, await one.HistoryAsync($"g:{group}"));
        var back = await scenario.LogInAgainAsync(nodes[1], absent);
        Assert.Equal(all.Order(), (await back.NextTextsAsync(14)).Order());
        await back.AssertSilentAsync();
        Assert.Equal(all, await back.HistoryAsync($"g:{group}"));
        Assert.Empty(legacy.Client.TakeAll());
        Assert.Empty(theirs.Client.TakeAll());
    }

    [Fact]
    public async Task A_member_that_a_legacy_server_added_gets_what_is_sent_some_seconds_later()
    {
        await using var scenario = await BridgeScenario.StartAsync();
        var node = await scenario.StartNodeAsync();
        var server = await scenario.StartLegacyAsync();
        var ours = await scenario.LogInModernAsync(node, "ours");
        var friend = await scenario.LogInModernAsync(node, "friend");
        var theirs = await scenario.LogInLegacyAsync(server, "theirs");
        var group = await GroupAsync(node, ours, friend.UserId);
        Assert.Equal(0, (await ours.SendToGroupAsync(group, "before")).Number("errno"));
        await theirs.Client.SendAsync($$"""{"groupid":{{group}},"id":{{theirs.Id}},"msgid":9}""");
        await node.EventuallyAsync(1L, $"SELECT COUNT(*) FROM GroupUser WHERE groupid = {group} AND userid = {theirs.Id}");

        var sent = 0;
        await Eventually.EqualAsync(true, async () =>
        {
            await ours.SendToGroupAsync(group, $"after {++sent}");
            return theirs.Client.TakeAll().Count > 0;
        });
        var told = await ours.NextSystemAsync();
        while (!told.GetProperty("ids").EnumerateArray().Any(id => id.GetInt32() == theirs.Id))
            told = await ours.NextSystemAsync(); // of the friend
        Assert.Equal(("joined", false), (told.Text("change"), told.Has("by")));
        await theirs.SendToGroupAsync(group, "thanks");
        await Eventually.EqualAsync(true, () => Task.FromResult(friend.TakeAll().Any(frame => frame.Text("msg") == "thanks")));
    }

    static async Task<int> GroupAsync(TestNode node, ModernTestClient creator, params int[] members)
    {
        var group = (int)(await creator.RequestAsync(new { msgid = 8, groupname = $"g-{Guid.NewGuid():n}"[..20], groupdesc = "" })).Number("groupid");
        foreach (var member in members)
            await node.ScalarAsync<int>($"INSERT INTO GroupUser VALUES ({group}, {member}, 'normal')"); // as a legacy server does
        return group;
    }
}
