using System.Text.Json;
using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>Contacts and blocks at a whole node, as clients see them.</summary>
public sealed class ContactTests
{
    [Fact]
    public async Task People_ask_accept_and_are_told()
    {
        await using var started = await StartedNode.StartAsync();
        using var alice = await NewAsync(started.Node, "alice");
        using var bob = await NewAsync(started.Node, "bob");
        using var other = await NewAsync(started.Node, "alice", isNew: false);

        Assert.Equal("""{"msgid":102,"ref":1,"errno":0,"rev":1}""", Text(await alice.AskAsync(new { msgid = 120, id = 2, @do = "request", alias = "Bobby", note = "it's me", @ref = 1 })));
        Assert.Equal("""{"msgid":121,"id":2,"state":"asked","alias":"Bobby","rev":1}""", Text((await other.NextAsync())!.Value));
        Assert.Equal("""{"msgid":121,"id":1,"state":"asks","note":"it's me","rev":1}""", Text((await bob.NextAsync())!.Value));
        Assert.Equal(0, Errno(await bob.AskAsync(new { msgid = 120, id = 1, @do = "accept", @ref = 2 })));
        Assert.Equal("""{"msgid":121,"id":2,"state":"contact","alias":"Bobby","rev":2}""", Text((await alice.NextAsync())!.Value));
        Assert.Equal(
            """{"msgid":102,"ref":3,"errno":0,"rev":2,"contacts":[{"id":2,"state":"contact","alias":"Bobby"}]}""", Text(await alice.AskAsync(new { msgid = 119, @ref = 3 })));
        Assert.Equal("""{"msgid":102,"ref":4,"errno":0,"rev":2,"contacts":[]}""", Text(await alice.AskAsync(new { msgid = 119, since = 2, @ref = 4 })));
        Assert.Equal("bob", (await alice.AskAsync(new { msgid = 145, @ref = 5 })).GetProperty("friends")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Who_is_blocked_cannot_write_until_that_is_over()
    {
        await using var started = await StartedNode.StartAsync();
        using var alice = await NewAsync(started.Node, "alice");
        using var bob = await NewAsync(started.Node, "bob");
        Assert.Equal(0, Errno(await alice.AskAsync(new { msgid = 120, id = 2, @do = "block", @ref = 1 })));
        Assert.Equal(0, Errno(await alice.AskAsync(new { msgid = 120, id = 2, @do = "block", @ref = 1 })));
        var refused = await bob.AskAsync(new { msgid = 6, toid = 1, msg = "hi", cmid = "c1", @ref = 2 });
        Assert.Equal((12, false), (Errno(refused), refused.GetProperty("retry").GetBoolean()));
        Assert.Equal(12, Errno(await bob.AskAsync(new { msgid = 120, id = 1, @do = "request", @ref = 3 })));
        Assert.Equal("""{"msgid":102,"ref":4,"errno":0,"rev":1,"contacts":[{"id":2,"state":"none","blocked":true}]}""", Text(await alice.AskAsync(new { msgid = 119, blocked = true, @ref = 4 })));
        Assert.Equal(0, Errno(await alice.AskAsync(new { msgid = 120, id = 2, @do = "unblock", @ref = 5 })));
        Assert.Equal(1, (await bob.AskAsync(new { msgid = 6, toid = 1, msg = "hi", cmid = "c1", @ref = 6 })).GetProperty("seq").GetInt64());
        Assert.Equal("hi", (await alice.NextAsync())!.Value.GetProperty("msg").GetString()); // and nothing was told before
    }

    [Fact]
    public async Task Who_is_blocked_or_no_contact_does_not_see_who_hides_from_it()
    {
        await using var started = await StartedNode.StartAsync();
        using var alice = await NewAsync(started.Node, "alice");
        using var bob = await NewAsync(started.Node, "bob");
        Assert.Equal(0, Errno(await alice.AskAsync(new { msgid = 120, id = 2, @do = "block", @ref = 1 })));
        const string Offline = """{"msgid":102,"ref":2,"errno":0,"presence":[{"id":1,"state":"offline"}],"typing":[]}""";
        var watch = new { msgid = 115, users = new[] { 1 }, conversations = new[] { "d:1:2" }, @ref = 2 };
        Assert.Equal(Offline, Text(await bob.AskAsync(watch)));
        await alice.AskAsync(new { msgid = 118, conversation = "d:1:2", on = true, @ref = 3 });
        Assert.Equal(0, Errno(await alice.AskAsync(new { msgid = 120, id = 2, @do = "unblock", @ref = 4 })));
        Assert.Equal("""{"msgid":116,"users":[{"id":1,"state":"online"}]}""", Text((await bob.NextAsync())!.Value));
        await Eventually.EqualAsync(0, async () => Errno(await alice.AskAsync(new { msgid = 111, presence = "contacts", @ref = 5 }))); // the first use may be "retry"
        Assert.Equal("""{"msgid":116,"users":[{"id":1,"state":"offline"}]}""", Text((await bob.NextAsync())!.Value));
        Assert.Equal(0, Errno(await alice.AskAsync(new { msgid = 120, id = 2, @do = "add", @ref = 6 })));
        Assert.Equal("""{"msgid":116,"users":[{"id":1,"state":"online"}]}""", Text((await bob.NextAsync())!.Value));
    }

    [Fact]
    public async Task Version_2_cannot_choose_contacts_and_is_shown_what_it_knows()
    {
        await using var started = await StartedNode.StartAsync();
        using var alice = await NewAsync(started.Node, "alice");
        await Eventually.EqualAsync(0, async () => Errno(await alice.AskAsync(new { msgid = 111, presence = "contacts", @ref = 1 })));
        using var old = await LineClient.ConnectAsync(started.Node.ChatPort);
        Assert.Equal(0, Errno(await old.AskAsync(new { msgid = 1, name = "alice", password = "secret" })));
        Assert.Equal("nobody", (await old.AskAsync(new { msgid = 110, @ref = 2 })).GetProperty("presence").GetString());
        Assert.Equal(5, Errno(await old.AskAsync(new { msgid = 111, presence = "contacts", @ref = 3 })));
    }

    [Theory]
    [InlineData(1, ErrorCode.Malformed)]
    [InlineData(0, ErrorCode.Malformed)]
    [InlineData(-2, ErrorCode.Malformed)]
    [InlineData(9007199254740992, ErrorCode.Malformed)]
    [InlineData(2147483647, ErrorCode.NotFound)]
    public async Task Nobody_is_made_a_contact_who_is_none(long id, ErrorCode error)
    {
        await using var started = await StartedNode.StartAsync();
        using var alice = await NewAsync(started.Node, "alice");
        foreach (var action in (string[])["add", "request", "accept", "decline", "remove", "block", "unblock"])
            Assert.Equal((int)error, Errno(await alice.AskAsync(new { msgid = 120, id, @do = action, @ref = 1 })));
        Assert.Equal("""{"msgid":102,"ref":2,"errno":0,"rev":0,"contacts":[]}""", Text(await alice.AskAsync(new { msgid = 119, @ref = 2 })));
    }

    [Fact]
    public async Task While_one_has_blocked_the_other_neither_sees_what_the_other_receives_and_reads()
    {
        await using var started = await StartedNode.StartAsync();
        using var alice = await NewAsync(started.Node, "alice");
        using var bob = await NewAsync(started.Node, "bob");
        await SendAsync("one");
        await AskAsync(bob, new { msgid = 109, conversation = "d:1:2", seq = 1, @ref = 1 });
        Assert.Equal("""{"received":1,"read":1}""", await PeerAsync());
        await AskAsync(alice, new { msgid = 120, id = 2, @do = "block", @ref = 2 });
        await SendAsync("two");
        await AskAsync(bob, new { msgid = 109, conversation = "d:1:2", seq = 2, @ref = 3 });
        Assert.Equal("""{"received":1,"read":1}""", await PeerAsync());
        Assert.Equal((0, 0, 0), await ReceiptsAsync(2));
        await AskAsync(alice, new { msgid = 120, id = 2, @do = "unblock", @ref = 4 });
        await SendAsync("three");
        await AskAsync(bob, new { msgid = 109, conversation = "d:1:2", seq = 3, @ref = 5 });
        Assert.Equal("""{"received":3,"read":3}""", await PeerAsync());
        Assert.Equal((1, 1, 1), await ReceiptsAsync(3));

        Task<JsonElement> SendAsync(string msg) => AskAsync(alice, new { msgid = 6, toid = 2, msg, @ref = 9 });

        async Task<string> PeerAsync()
        {
            var list = await AskAsync(alice, new { msgid = 134, @ref = 10 });
            var peer = list.GetProperty("conversations")[0].GetProperty("peer");
            return JsonSerializer.Serialize(new { received = peer.GetProperty("received").GetInt64(), read = peer.GetProperty("read").GetInt64() });
        }

        async Task<(int Received, int Read, int Who)> ReceiptsAsync(long seq)
        {
            var receipts = await AskAsync(alice, new { msgid = 114, conversation = "d:1:2", seq, @ref = 11 });
            return (receipts.GetProperty("received").GetInt32(), receipts.GetProperty("read").GetInt32(), receipts.GetProperty("who").GetArrayLength());
        }
    }

    [Fact]
    public async Task Who_asks_too_many_has_to_wait_and_may_do_everything_else()
    {
        await using var started = await StartedNode.StartAsync();
        using var alice = await NewAsync(started.Node, "alice");
        using var bob = await NewAsync(started.Node, "bob");
        for (var time = 0; time < Chat.Node.People.AskPace.PerMinute; time++)
            Assert.Equal(0, Errno(await alice.AskAsync(new { msgid = 120, id = 2, @do = "request", @ref = 1 })));
        var refused = await alice.AskAsync(new { msgid = 120, id = 2, @do = "request", @ref = 2 });
        Assert.Equal((9, true), (Errno(refused), refused.GetProperty("retry").GetBoolean()));
        Assert.Equal(0, Errno(await alice.AskAsync(new { msgid = 120, id = 2, @do = "block", @ref = 3 })));
    }

    /// <summary>What comes before the answer is passed over.</summary>
    static async Task<JsonElement> AskAsync(LineClient client, object request)
    {
        var wanted = JsonSerializer.SerializeToElement(request).GetProperty("ref").GetInt32();
        var answer = await client.AskAsync(request);
        while (!answer.TryGetProperty("ref", out var reference) || reference.GetInt32() != wanted)
            answer = (await client.NextAsync())!.Value;
        Assert.True(Errno(answer) == 0, answer.ToString());
        return answer;
    }

    static async Task<LineClient> NewAsync(ApiNode node, string name, bool isNew = true)
    {
        var client = await LineClient.ConnectAsync(node.ChatPort, protocol: 3);
        if (isNew)
            Assert.Equal(0, Errno(await client.AskAsync(new { msgid = 4, name, password = "secret" })));
        Assert.Equal(0, Errno(await client.AskAsync(new { msgid = 1, name, password = "secret" })));
        return client;
    }

    static int Errno(JsonElement reply) => reply.GetProperty("errno").GetInt32();

    static string Text(JsonElement json) => json.GetRawText();
}
