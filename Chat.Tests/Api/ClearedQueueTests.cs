using System.Text.Json;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>Messages that waited for a user who has cleared their conversation since.</summary>
public sealed class ClearedQueueTests
{
    [Fact]
    public async Task What_was_cleared_is_not_pushed_again_at_the_next_login()
    {
        await using var started = await StartedNode.StartAsync();
        using var alice = await NewAsync(started.Node, "alice");
        using (var bob = await NewAsync(started.Node, "bob"))
            Assert.Equal(0, Errno(await bob.AskAsync(new { msgid = 3, @ref = 1 })));
        foreach (var text in new[] { "one", "two" })
            await SendAsync(alice, text);

        using (var bob = await LoggedInAsync(started.Node, "bob"))
        {
            Assert.Equal(1, await NextSeqAsync(bob));
            Assert.Equal(2, await NextSeqAsync(bob)); // and says nothing of having received them
            Assert.Equal(0, Errno(await bob.AskAsync(new { msgid = 135, conversation = "d:1:2", clear_to = 2, @ref = 2 })));
        }

        using var again = await LoggedInAsync(started.Node, "bob");
        await SendAsync(alice, "three");
        Assert.Equal(3, await NextSeqAsync(again));
    }

    static async Task SendAsync(LineClient from, string text) =>
        Assert.Equal(0, Errno(await from.AskAsync(new { msgid = 6, toid = 2, msg = text, cmid = text, @ref = 5 })));

    static async Task<long> NextSeqAsync(LineClient client)
    {
        while (await client.NextAsync() is { } push)
        {
            if (push.TryGetProperty("seq", out var seq) && push.GetProperty("msgid").GetInt32() == 6)
                return seq.GetInt64();
        }

        throw new InvalidOperationException("the connection ended before a message came");
    }

    static async Task<LineClient> NewAsync(ApiNode node, string name)
    {
        var client = await LineClient.ConnectAsync(node.ChatPort, protocol: 3);
        Assert.Equal(0, Errno(await client.AskAsync(new { msgid = 4, name, password = "secret" })));
        await LogInAsync(client, name);
        return client;
    }

    static async Task<LineClient> LoggedInAsync(ApiNode node, string name)
    {
        var client = await LineClient.ConnectAsync(node.ChatPort, protocol: 3);
        await LogInAsync(client, name);
        return client;
    }

    static async Task LogInAsync(LineClient client, string name) => Assert.Equal(0, Errno(await client.AskAsync(new { msgid = 1, name, password = "secret" })));

    static int Errno(JsonElement reply) => reply.GetProperty("errno").GetInt32();
}
