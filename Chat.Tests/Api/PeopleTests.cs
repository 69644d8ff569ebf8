using System.Text.Json;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>People find each other and say who they are, at a whole node.</summary>
public sealed class PeopleTests
{
    [Fact]
    public async Task Users_are_found_by_id_name_and_the_beginning_of_a_name()
    {
        await using var started = await StartedNode.StartAsync();
        using var alice = await NewAsync(started.Node, "alice");
        using var bob = await NewAsync(started.Node, "Bob Öztürk");
        Assert.Contains("people", alice.Hello.GetProperty("features").EnumerateArray().Select(feature => feature.GetString()));

        Assert.Equal([1, 2], Ids(await alice.AskAsync(new { msgid = 122, ids = new[] { 2, 1, 2, 99, int.MaxValue }, @ref = 1 })));
        Assert.Equal([2], Ids(await alice.AskAsync(new { msgid = 122, name = "bob o\u0308ZTÜRK", @ref = 1 })));
        Assert.Empty(Ids(await alice.AskAsync(new { msgid = 122, name = "bob", @ref = 1 })));
        Assert.Equal([2], Ids(await alice.AskAsync(new { msgid = 122, prefix = "BOB ö", @ref = 1 })));
        Assert.Empty(Ids(await alice.AskAsync(new { msgid = 122, prefix = "bob%", @ref = 1 })));
        Assert.Equal(4, Errno(await alice.AskAsync(new { msgid = 122, ids = Enumerable.Range(1, 101), @ref = 1 })));
        Assert.Equal(6, Errno(await alice.AskAsync(new { msgid = 122, ids = new[] { 1 }, id = 2, @ref = 1 })));
    }

    [Fact]
    public async Task The_beginning_of_a_name_finds_20()
    {
        await using var started = await StartedNode.StartAsync();
        using var alice = await NewAsync(started.Node, "alice");
        for (var i = 0; i < 25; i++)
            await started.Node.NewUserAsync($"user {i:00}");
        var found = await alice.AskAsync(new { msgid = 122, prefix = "user", @ref = 1 });
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"user {i:00}"), found.GetProperty("users").EnumerateArray().Select(user => user.GetProperty("name").GetString()));
        Assert.True(found.GetProperty("more").GetBoolean());
    }

    [Fact]
    public async Task A_server_may_want_the_whole_name()
    {
        await using var started = await StartedNode.StartAsync("--Chat:Users:Directory=exact");
        using var alice = await NewAsync(started.Node, "alice");
        Assert.Equal((int)ErrorCode.Off, Errno(await alice.AskAsync(new { msgid = 122, prefix = "ali", @ref = 1 })));
        Assert.Equal([1], Ids(await alice.AskAsync(new { msgid = 122, name = "ALICE", @ref = 1 })));
    }

    [Fact]
    public async Task Users_say_who_they_are_and_take_it_back()
    {
        await using var started = await StartedNode.StartAsync();
        using var alice = await NewAsync(started.Node, "alice");
        Assert.Equal(0, Errno(await alice.AskAsync(new { msgid = 123, display = "Alice 😀", avatar = "https://a.example/1.png", about = "hello\nall", @ref = 1 })));
        Assert.Equal(
            """{"msgid":102,"ref":2,"errno":0,"users":[{"id":1,"name":"alice","display":"Alice 😀","avatar":"https://a.example/1.png","about":"hello\nall"}]}""",
            Text(await alice.AskAsync(new { msgid = 122, ids = new[] { 1 }, @ref = 2 })));
        Assert.Equal(0, Errno(await alice.AskAsync(new { msgid = 123, display = "", @ref = 1 })));
        Assert.Equal(0, Errno(await alice.AskAsync(new { msgid = 117, state = "away", about = "gone", @ref = 1 })));
        Assert.Equal(0, Errno(await alice.AskAsync(new { msgid = 123, avatar = "", @ref = 1 })));
        Assert.Equal(
            """{"msgid":102,"ref":2,"errno":0,"users":[{"id":1,"name":"alice","about":"gone"}]}""",
            Text(await alice.AskAsync(new { msgid = 122, name = "alice", @ref = 2 })));
    }

    [Fact]
    public async Task Who_is_not_logged_in_or_speaks_version_2_is_refused()
    {
        await using var started = await StartedNode.StartAsync();
        using var nobody = await LineClient.ConnectAsync(started.Node.ChatPort, protocol: 3);
        Assert.Equal(3, Errno(await nobody.AskAsync(new { msgid = 122, name = "alice", @ref = 1 })));
        using var old = await NewAsync(started.Node, "alice", protocol: 2);
        Assert.Equal(5, Errno(await old.AskAsync(new { msgid = 122, name = "alice", @ref = 1 })));
        Assert.Equal(5, Errno(await old.AskAsync(new { msgid = 123, about = "x", @ref = 1 })));
    }

    static async Task<LineClient> NewAsync(ApiNode node, string name, int protocol = 3)
    {
        var client = await LineClient.ConnectAsync(node.ChatPort, protocol);
        Assert.Equal(0, Errno(await client.AskAsync(new { msgid = 4, name, password = "secret" })));
        Assert.Equal(0, Errno(await client.AskAsync(new { msgid = 1, name, password = "secret" })));
        return client;
    }

    static IEnumerable<int> Ids(JsonElement reply) => reply.GetProperty("users").EnumerateArray().Select(user => user.GetProperty("id").GetInt32());

    static int Errno(JsonElement reply) => reply.GetProperty("errno").GetInt32();

    static string Text(JsonElement json) => json.GetRawText();
}
