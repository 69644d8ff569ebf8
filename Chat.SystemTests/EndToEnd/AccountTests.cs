using System.Text;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Hello, register, login, logout over TCP.</summary>
[Collection(NodeCollection.Name)]
public abstract class AccountTests(NodeFixture fixture)
{
    TestNode Node => fixture.Node;

    public sealed class OnSqlite(SqliteNode node) : AccountTests(node), IClassFixture<SqliteNode>;

    public sealed class OnMariaDb(MariaDbNode node) : AccountTests(node), IClassFixture<MariaDbNode>;

    [Fact]
    public async Task A_hello_is_answered_with_what_a_client_has_to_know()
    {
        await using var client = await Node.ConnectAsync();

        Assert.Equal((101, 2), (client.Hello.Number("msgid"), client.Hello.Number("protocol")));
        Assert.Equal((30, 65536), (client.Hello.Number("heartbeat"), client.Hello.Number("maxframe")));
        Assert.NotEmpty(client.Hello.Text("node"));
    }

    [Fact]
    public async Task A_hello_of_another_protocol_is_refused()
    {
        await using var client = await ModernTestClient.ConnectAsync(Node.Port, saysHello: false);
        await client.SendAsync("""{"msgid":100,"protocol":1}""");

        Assert.Equal(4, (await client.NextAsync()).Number("errno"));
        await client.Closed.WaitAsync(TestNode.Patience);
    }

    [Fact]
    public async Task A_ref_comes_back_as_it_was_sent()
    {
        await using var client = await Node.ConnectAsync();
        await client.SendAsync("""{"msgid":104,"ref":"a \u00e4 b"}""");

        var pong = await client.NextAsync();
        Assert.Equal((105, "a ä b"), (pong.Number("msgid"), pong.Text("ref")));
    }

    [Fact]
    public async Task A_name_can_be_registered_once_whatever_its_case()
    {
        await using var client = await Node.ConnectAsync();
        Assert.Equal(0, (await client.RequestAsync(new { msgid = 4, name = "Alice", password = "x" })).Number("errno"));

        var second = await client.RequestAsync(new { msgid = 4, name = "aLICE", password = "y" });
        Assert.Equal((5, 1, false), (second.Number("msgid"), second.Number("errno"), second.GetProperty("retry").GetBoolean()));
    }

    [Fact]
    public async Task A_user_logs_in_by_id_by_name_and_by_token()
    {
        await using var first = await Node.LogInNewAsync();
        await using var byId = await Node.ConnectAsync();
        await byId.LogInAsync(new { msgid = 1, id = first.UserId, password = "secret" });
        await using var byToken = await Node.ConnectAsync();
        var reply = await byToken.LogInAsync(new { msgid = 1, token = byId.Token });

        Assert.Equal((first.UserId, first.Name), (byToken.UserId, byToken.Name));
        Assert.Equal(byId.Token, reply.Text("token"));
        Assert.NotEqual(first.Token, byId.Token);
        Assert.Equal(0, await Node.ScalarAsync<long>($"SELECT COUNT(*) FROM ResumeToken WHERE hash = x'{Convert.ToHexString(Encoding.UTF8.GetBytes(byId.Token))}'"));
    }

    [Fact]
    public async Task A_login_with_the_token_replaces_the_session_that_had_it()
    {
        await using var first = await Node.LogInNewAsync();
        await using var second = await Node.ConnectAsync();

        await second.LogInAsync(new { msgid = 1, token = first.Token });

        await first.Closed.WaitAsync(TestNode.Patience);
        Assert.Equal(0, (await second.SendToAsync(second.UserId, "still here")).Number("errno"));
    }

    [Fact]
    public async Task A_refused_login_leaves_the_connection_usable()
    {
        await using var known = await Node.LogInNewAsync();
        await using var client = await Node.ConnectAsync();
        foreach (var wrong in (object[])[
            new { msgid = 1, id = known.UserId, password = "wrong" }, new { msgid = 1, id = 99999, password = "secret" },
            new { msgid = 1, name = "nobody at all", password = "secret" }, new { msgid = 1, token = "no token" }])
        {
            var refused = await client.RequestAsync(wrong);
            Assert.Equal((2, 1, false), (refused.Number("msgid"), refused.Number("errno"), refused.GetProperty("retry").GetBoolean()));
        }

        await client.LogInAsync(new { msgid = 1, name = known.Name, password = "secret" });
        Assert.Equal(2, (await client.RequestAsync(new { msgid = 1, name = known.Name, password = "secret" })).Number("errno"));
    }

    [Fact]
    public async Task Before_a_login_other_requests_are_refused_with_errno_3()
    {
        await using var client = await Node.ConnectAsync();
        foreach (var request in (object[])[
            new { msgid = 6, toid = 1, msg = "x" }, new { msgid = 10, groupid = 1, msg = "x" }, new { msgid = 7, friendid = 1 },
            new { msgid = 8, groupname = "g" }, new { msgid = 9, groupid = 1 }, new { msgid = 3 },
            new { msgid = 107, conversation = "g:1" }, new { msgid = 108 }, new { msgid = 109, conversation = "g:1", seq = 1 }])
        {
            var refused = await client.RequestAsync(request);
            Assert.Equal((102, 3), (refused.Number("msgid"), refused.Number("errno")));
        }
    }

    [Fact]
    public async Task A_logout_revokes_the_token_and_leaves_the_connection_usable()
    {
        await using var client = await Node.LogInNewAsync();
        var (name, token) = (client.Name, client.Token);
        Assert.Equal(0, (await client.RequestAsync(new { msgid = 3 })).Number("errno"));
        await Node.EventuallyAsync("offline", $"SELECT state FROM Users WHERE id = {client.UserId}");

        Assert.Equal(1, (await client.RequestAsync(new { msgid = 1, token })).Number("errno"));
        Assert.Equal(3, (await client.SendToAsync(1, "x")).Number("errno"));
        await client.LogInAsync(new { msgid = 1, name, password = "secret" });
        await Node.EventuallyAsync("online", $"SELECT state FROM Users WHERE id = {client.UserId}");
    }

    [Fact]
    public async Task After_ten_wrong_passwords_the_right_one_is_refused_too_with_retry()
    {
        await using var known = await Node.LogInNewAsync();
        await using var client = await Node.ConnectAsync();
        for (var i = 0; i < 10; i++)
            Assert.Equal(1, (await client.RequestAsync(new { msgid = 1, name = known.Name, password = "wrong" })).Number("errno"));

        var refused = await client.RequestAsync(new { msgid = 1, name = known.Name, password = "secret" });
        Assert.Equal((9, true), (refused.Number("errno"), refused.GetProperty("retry").GetBoolean()));
        await using var byToken = await Node.ConnectAsync();
        await byToken.LogInAsync(new { msgid = 1, token = known.Token });
    }

    [Fact]
    public async Task Passwords_are_stored_as_hashes_only()
    {
        await using var client = await Node.LogInNewAsync();

        Assert.DoesNotContain("secret", await ScalarTextAsync($"SELECT password FROM Users WHERE id = {client.UserId}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_lists_friends_and_groups()
    {
        await using var friend = await Node.LogInNewAsync("friend");
        await using var client = await Node.LogInNewAsync();
        Assert.Equal(0, (await client.RequestAsync(new { msgid = 7, friendid = friend.UserId })).Number("errno"));
        Assert.Equal(7, (await client.RequestAsync(new { msgid = 7, friendid = 99999 })).Number("errno"));
        Assert.Equal(4, (await client.RequestAsync(new { msgid = 7, friendid = client.UserId })).Number("errno"));
        Assert.Equal(0, (await client.RequestAsync(new { msgid = 7, friendid = friend.UserId })).Number("errno"));
        var groupName = $"g {client.UserId}";
        var groupId = (await client.RequestAsync(new { msgid = 8, groupname = groupName, groupdesc = "ours" })).Number("groupid");
        Assert.Equal(1, (await friend.RequestAsync(new { msgid = 8, groupname = groupName })).Number("errno"));
        Assert.Equal(0, (await friend.RequestAsync(new { msgid = 9, groupid = groupId })).Number("errno"));
        Assert.Equal(7, (await friend.RequestAsync(new { msgid = 9, groupid = 99999 })).Number("errno"));

        await using var again = await Node.ConnectAsync();
        var ack = await again.LogInAsync(new { msgid = 1, name = client.Name, password = "secret" });

        Assert.Equal($$"""[{"id":{{friend.UserId}},"name":"{{friend.Name}}","state":"online"}]""", ack.GetProperty("friends").GetRawText());
        Assert.Equal(
            $$"""[{"id":{{groupId}},"groupname":"{{groupName}}","groupdesc":"ours","users":[{"id":{{friend.UserId}},"name":"{{friend.Name}}","role":"normal","state":"online"},{"id":{{client.UserId}},"name":"{{client.Name}}","role":"creator","state":"online"}]}]""",
            ack.GetProperty("groups").GetRawText());
    }

    async Task<string> ScalarTextAsync(string sql) => await Node.ScalarAsync<string>(sql) ?? "";
}
