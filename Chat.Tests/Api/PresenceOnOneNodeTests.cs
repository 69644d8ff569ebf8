using System.Text.Json;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>Watch, presence and typing at a whole node that is in no cluster, as clients see it.</summary>
public sealed class PresenceOnOneNodeTests
{
    [Fact]
    public async Task People_see_each_other_come_type_hide_and_go()
    {
        await using var started = await StartedNode.StartAsync();
        var node = started.Node;
        using var alice = await NewAsync(node, "alice");
        Assert.Equal(["changes", "receipts", "conversations", "replies", "threads", "mentions", "reports", "retention", "watch", "typing", "people", "contacts", "groups", "devices", "search", "files"], alice.Hello.GetProperty("features").EnumerateArray().Select(feature => feature.GetString()));
        var reply = await alice.AskAsync(new { msgid = 115, users = new[] { 2, 3 }, conversations = new[] { "d:1:2" }, @ref = 1 });
        Assert.Equal("""{"msgid":102,"ref":1,"errno":0,"presence":[{"id":2,"state":"offline"},{"id":3,"state":"offline"}],"typing":[]}""", Text(reply));
        using var bob = await NewAsync(node, "bob");
        Assert.Equal("""{"msgid":116,"users":[{"id":2,"state":"online"}]}""", Text((await alice.NextAsync())!.Value));

        Assert.Equal(0, Errno(await bob.AskAsync(new { msgid = 3, @ref = 1 })));
        await LogInAsync(bob, "bob"); // within the grace: no news
        await bob.AskAsync(new { msgid = 117, state = "away", @ref = 2 });
        Assert.Equal("""{"msgid":116,"users":[{"id":2,"state":"away"}]}""", Text((await alice.NextAsync())!.Value));
        Assert.Equal(0, Errno(await bob.AskAsync(new { msgid = 118, conversation = "d:1:2", on = true, @ref = 3 })));
        Assert.Equal("""{"msgid":118,"conversation":"d:1:2","on":true,"id":2,"expires":6000}""", Text((await alice.NextAsync())!.Value));
        await HideAsync(bob, "nobody");
        Assert.Equal("""{"msgid":116,"users":[{"id":2,"state":"offline"}]}""", Text((await alice.NextAsync())!.Value));
        await HideAsync(bob, "everyone");
        Assert.Equal("""{"msgid":116,"users":[{"id":2,"state":"away"}]}""", Text((await alice.NextAsync())!.Value));
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        bob.Dispose();
        var gone = (await alice.NextAsync(Eventually.Patience * 3))!.Value.GetProperty("users")[0]; // after the grace
        Assert.Equal((2, "offline"), (gone.GetProperty("id").GetInt32(), gone.GetProperty("state").GetString()));
        // When the session ended, not when that was told.
        Assert.InRange(gone.GetProperty("seen").GetInt64(), before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 10_000);
    }

    /// <summary>The first use of the settings may find them not there yet: "retry".</summary>
    static Task HideAsync(LineClient client, string presence) =>
        Eventually.EqualAsync(0, async () => Errno(await client.AskAsync(new { msgid = 111, presence, @ref = 4 })));

    static async Task<LineClient> NewAsync(ApiNode node, string name)
    {
        var client = await LineClient.ConnectAsync(node.ChatPort, protocol: 3);
        Assert.Equal(0, Errno(await client.AskAsync(new { msgid = 4, name, password = "secret" })));
        await LogInAsync(client, name);
        return client;
    }

    static async Task LogInAsync(LineClient client, string name) => Assert.Equal(0, Errno(await client.AskAsync(new { msgid = 1, name, password = "secret" })));

    static int Errno(JsonElement reply) => reply.GetProperty("errno").GetInt32();

    static string Text(JsonElement json) => json.GetRawText();
}
