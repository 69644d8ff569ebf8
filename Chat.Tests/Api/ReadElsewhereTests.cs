using System.Net;
using System.Text.Json;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>What a user reads on one device, as the user's other devices hear of it.</summary>
public sealed class ReadElsewhereTests
{
    [Fact]
    public async Task What_is_read_on_one_device_is_told_to_the_others_of_its_user_and_to_nobody_else()
    {
        await using var started = await StartedNode.StartAsync($"--Chat:Api:Keys:0={ApiNode.Key}");
        var node = started.Node;
        var (alice, bob) = (await node.NewUserAsync(), await node.NewUserAsync());
        var conversation = $"d:{alice}:{bob}";
        using var phone = await LogInAsync(node, bob);
        using var laptop = await LogInAsync(node, bob);
        using var old = await LogInAsync(node, bob, protocol: 2);
        foreach (var text in (string[])["one", "two"])
            Assert.Equal(HttpStatusCode.OK, (await node.PostAsync("/messages", new { from = alice, to = bob, msg = text })).Status);
        foreach (var device in (LineClient[])[phone, phone, laptop, laptop, old, old])
            await device.NextAsync();
        Assert.Equal(0, Errno(await phone.AskAsync(new { msgid = 109, conversation, seq = 1, @ref = 1 })));
        Assert.Equal($$"""{"msgid":136,"conversation":"{{conversation}}","marked":false,"read":1}""", (await laptop.NextAsync())!.Value.GetRawText());
        Assert.Equal(0, Errno(await phone.AskAsync(new { msgid = 109, conversation, seq = 1, @ref = 2 }))); // no news: the next one is about 2
        Assert.Equal(0, Errno(await laptop.AskAsync(new { msgid = 109, conversation, seq = 2, @ref = 3 })));
        Assert.Equal(2, (await phone.NextAsync())!.Value.GetProperty("read").GetInt32());
        // Marked as unread: gone with any number, also with one that is known.
        Assert.Equal(0, Errno(await phone.AskAsync(new { msgid = 135, conversation, unread = true, @ref = 4 })));
        Assert.True((await laptop.NextAsync())!.Value.GetProperty("marked").GetBoolean());
        Assert.Equal(0, Errno(await phone.AskAsync(new { msgid = 109, conversation, seq = 1, @ref = 5 })));
        Assert.Equal($$"""{"msgid":136,"conversation":"{{conversation}}","marked":false,"read":1}""", (await laptop.NextAsync())!.Value.GetRawText());
        Assert.Equal(0, Errno(await phone.AskAsync(new { msgid = 109, conversation, seq = 2, @ref = 6 }))); // no news any more
        Assert.Equal(105, (await old.AskAsync(new { msgid = 104 })).GetProperty("msgid").GetInt32());
        Assert.Equal(105, (await laptop.AskAsync(new { msgid = 104 })).GetProperty("msgid").GetInt32());
    }

    static async Task<LineClient> LogInAsync(ApiNode node, int user, int protocol = 3)
    {
        var token = (await node.PostAsync($"/users/{user}/tokens", new { })).Text("token");
        var device = await LineClient.ConnectAsync(node.ChatPort, protocol);
        Assert.Equal(0, Errno(await device.AskAsync(new { msgid = 1, token })));
        return device;
    }

    static int Errno(JsonElement reply) => reply.GetProperty("errno").GetInt32();
}
