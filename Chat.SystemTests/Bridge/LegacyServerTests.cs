using System.Text;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Bridge;

/// <summary>What the recording does not show of our legacy server: deaths, lost messages, texts that it does not survive.</summary>
public sealed class LegacyServerTests : LegacyServerTest
{
    const string States = "select id,state from Users";
    const string Queue = "select * from OfflineMessage";

    [Fact]
    public async Task A_chat_crosses_from_server_to_server_as_it_is()
    {
        var (alice, atA) = await LogInNewAsync(A, "alice");
        var (bob, atB) = await LogInNewAsync(B, "bob");
        Assert.Equal([$"{alice}", $"{bob}"], await Redis.ChannelsAsync());
        await SendAsync(A, atA, Chat(alice, bob, "你好 😀"));
        await AssertNextAsync(atB, Chat(alice, bob, "你好 😀"));
        await SettleAsync();
        Assert.Equal((1, 0, 0), (A.Counters.Published, A.Counters.PublishedToNobody, A.Counters.Queued));
        Assert.Equal((1, 0), (B.Counters.ReceivedFromRedis, B.Counters.DeliveredLocally));
        await AssertNothingAsync(A, atA);
    }

    [Fact]
    public async Task What_was_queued_comes_with_the_login_and_is_gone_then()
    {
        var (alice, atA) = await LogInNewAsync(A, "alice");
        var bob = await (await ConnectAsync(B)).RegisterAsync("bob");
        foreach (var text in (string[])["one", "你好"])
            await SendAsync(A, atA, Chat(alice, bob, text));
        Assert.Equal(2, A.Counters.Queued);
        Assert.Equal([$"{bob}|{Chat(alice, bob, "one")}", $"{bob}|{Chat(alice, bob, "浣犲ソ")}"], await RowsAsync(Queue)); // the second as gbk

        var atB = await ConnectAsync(B);
        var ack = await atB.LogInAsync(bob);
        Assert.Equal([Chat(alice, bob, "one"), Chat(alice, bob, "你好")], ack.GetProperty("offlinemsg").EnumerateArray().Select(message => message.GetString()));
        Assert.Empty(await RowsAsync(Queue));
    }

    [Fact]
    public async Task A_group_chat_is_published_once_for_each_member_elsewhere()
    {
        var (alice, atA) = await LogInNewAsync(A, "alice");
        await SendAsync(A, atA, $$"""{"groupdesc":"d","groupname":"g","id":{{alice}},"msgid":8}""");
        var (bob, atB) = await JoinAsync(B, "bob");
        var (carol, atA2) = await JoinAsync(A, "carol");
        var (dave, atB2) = await JoinAsync(B, "dave");
        var (erin, gone) = await JoinAsync(A, "erin");
        await SendAsync(A, gone, $$"""{"id":{{erin}},"msgid":3}""");

        var chat = $$"""{"groupid":1,"id":{{alice}},"msg":"all","msgid":10,"name":"alice","time":"t"}""";
        await SendAsync(A, atA, chat);
        foreach (var client in (LegacyTestClient[])[atB, atA2, atB2])
            await AssertNextAsync(client, chat);
        await SettleAsync();
        Assert.Equal((2, 1, 1), (A.Counters.Published, A.Counters.DeliveredLocally, A.Counters.Queued));
        Assert.Equal(2, B.Counters.ReceivedFromRedis);
        Assert.Equal([$"{erin}|{chat}"], await RowsAsync(Queue));
        Assert.Equal(["1", $"{bob}", $"{carol}", $"{dave}", $"{erin}"], await RowsAsync("select userid from GroupUser"));
        await AssertNothingAsync(A, atA);
    }

    [Fact]
    public async Task Ctrl_c_sets_everybody_offline()
    {
        var (alice, _) = await LogInNewAsync(A, "alice");
        var (bob, atB) = await LogInNewAsync(B, "bob");
        await A.InterruptAsync();
        Assert.Equal([$"{alice}|offline", $"{bob}|offline"], await RowsAsync(States));
        await Eventually.EqualAsync(0L, () => Redis.SubscribersAsync($"{alice}"));
        Assert.Equal(1, await Redis.SubscribersAsync($"{bob}")); // he is still there
        await AssertNothingAsync(B, atB);

        await using var c = await StartServerAsync();
        var (carol, atC) = await LogInNewAsync(c, "carol");
        await SendAsync(c, atC, Chat(carol, bob, "he is there, but this waits"));
        Assert.Equal((0, 1), (c.Counters.Published, c.Counters.Queued));
    }

    [Fact]
    public async Task A_crash_leaves_users_online_whose_messages_are_lost()
    {
        var (alice, atA) = await LogInNewAsync(A, "alice");
        var (bob, atB) = await LogInNewAsync(B, "bob");
        await B.KillAsync();
        await atB.Closed.WaitAsync(TestNode.Patience);
        await Eventually.EqualAsync(0L, () => Redis.SubscribersAsync($"{bob}"));
        Assert.Equal([$"{alice}|online", $"{bob}|online"], await RowsAsync(States));

        await SendAsync(A, atA, Chat(alice, bob, "lost"));
        Assert.Equal((1, 1, 0), (A.Counters.Published, A.Counters.PublishedToNobody, A.Counters.Queued));
        Assert.Empty(await RowsAsync(Queue));
        var again = await ConnectAsync(A);
        await again.SendAsync($$"""{"id":{{bob}},"msgid":1,"password":"secret"}""");
        await AssertNextAsync(again, """{"errmsg":"this account is using, input another","errno":2,"msgid":2}""");
    }

    [Fact]
    public async Task After_a_restart_of_redis_it_stays_alone()
    {
        var (alice, atA) = await LogInNewAsync(A, "alice");
        var (bob, _) = await LogInNewAsync(B, "bob");
        await Redis.StopAsync();
        await Redis.StartAsync();
        await SendAsync(A, atA, Chat(alice, bob, "lost"));
        Assert.Equal((0, 1, 0), (A.Counters.Published, A.Counters.PublishFailures, A.Counters.Queued));

        var (carol, atA2) = await LogInNewAsync(A, "carol"); // as if nothing had been
        await SendAsync(A, atA, Chat(alice, carol, "here"));
        await AssertNextAsync(atA2, Chat(alice, carol, "here"));
        Assert.Empty(await Redis.ChannelsAsync());
    }

    [Fact]
    public async Task What_redis_gives_to_a_user_who_has_just_gone_is_queued()
    {
        var (bob, atB) = await LogInNewAsync(B, "bob");
        using var publisher = await Redis.ConnectAsync();
        await publisher.CallAsync("PING");
        await Redis.FreezeAsync(); // so that it takes the PUBLISH before the UNSUBSCRIBE, and the server has done with the user when it does
        await publisher.SendAsync("PUBLISH", $"{bob}", Chat(9, bob, "late"));
        await SendAsync(B, atB, $$"""{"id":{{bob}},"msgid":3}""");
        await Redis.ThawAsync();
        Assert.Equal(1L, await publisher.ReadAsync());
        await EventuallyAsync($"{bob}|{Chat(9, bob, "late")}", Queue);
        await Eventually.EqualAsync((1, 1), () => Task.FromResult((B.Counters.ReceivedFromRedis, B.Counters.Queued)));
    }

    [Theory]
    [InlineData("it's", null)]
    [InlineData("""say \"hi\".""", """say "hi".""")] // what is stored is no JSON any more
    [InlineData("""a\\b""", """a\b""")]
    public async Task A_text_is_put_into_the_statement_as_it_is(string text, string? stored)
    {
        var (alice, atA) = await LogInNewAsync(A, "alice");
        await SendAsync(A, atA, Chat(alice, 777, text));
        Assert.Equal(stored is null ? [] : [$"777|{Chat(alice, 777, stored)}"], await RowsAsync(Queue));
        Assert.Equal(stored is null ? (0, 1) : (1, 0), (A.Counters.Queued, A.Counters.QueueFailures));
    }

    [Fact]
    public async Task A_statement_that_does_not_fit_is_lost()
    {
        var (alice, atA) = await LogInNewAsync(A, "alice");
        var around = Encoding.UTF8.GetByteCount($"insert into OfflineMessage values('777','{Chat(alice, 777, "")}')");
        await SendAsync(A, atA, Chat(alice, 777, new string('x', 1023 - around)));
        Assert.Equal((1, 0), (A.Counters.Queued, A.Counters.QueueFailures));
        await SendAsync(A, atA, Chat(alice, 777, new string('x', 1024 - around)));
        Assert.Equal((1, 1), (A.Counters.Queued, A.Counters.QueueFailures));
    }

    [Theory]
    [InlineData("hello\0")]
    [InlineData("{}\0")]
    [InlineData("""{"id":1,"msgid":3}{"id":1,"msgid":3}""")]
    [InlineData("""{"id":1,"msg""")]
    [InlineData("""{"id":"1","msgid":3}""")]
    public async Task Bad_input_of_anyone_ends_it_for_all(string input)
    {
        var (alice, atA) = await LogInNewAsync(A, "alice");
        await (await ConnectAsync(A)).SendRawAsync(Encoding.UTF8.GetBytes(input));
        await atA.Closed.WaitAsync(TestNode.Patience);
        Assert.NotNull(A.Aborted);
        Assert.Null(B.Aborted);
        Assert.Equal([$"{alice}|online"], await RowsAsync(States));
        await Eventually.EqualAsync(0L, () => Redis.SubscribersAsync($"{alice}"));
    }

    [Fact]
    public async Task An_object_that_does_not_come_in_one_read_ends_it()
    {
        var (alice, atA) = await LogInNewAsync(A, "alice");
        await Record.ExceptionAsync(() => atA.SendAsync(Chat(alice, alice, new string('x', 200_000)))); // it may end in the middle of it
        await atA.Closed.WaitAsync(TestNode.Patience);
        Assert.NotNull(A.Aborted);
    }

    [Fact]
    public async Task Properly_stored_text_ends_it_and_takes_the_queue_along()
    {
        var client = await ConnectAsync(A);
        var bob = await client.RegisterAsync("bob");
        await Database.ExecuteAsync($$"""INSERT INTO OfflineMessage VALUES ({{bob}}, '{"id":1,"msg":"你好"}')""");
        await client.SendAsync($$"""{"id":{{bob}},"msgid":1,"password":"secret"}""");
        await client.Closed.WaitAsync(TestNode.Patience);
        Assert.NotNull(A.Aborted);
        Assert.Empty(await RowsAsync(Queue));
        Assert.Equal([$"{bob}|online"], await RowsAsync(States));
    }

    [Fact]
    public async Task A_broken_connection_logs_its_user_out()
    {
        var (alice, atA) = await LogInNewAsync(A, "alice");
        atA.Abort();
        await EventuallyAsync($"{alice}|offline", States);
        await Eventually.EqualAsync(0L, () => Redis.SubscribersAsync($"{alice}"));
    }

    async Task<(int Id, LegacyTestClient Client)> JoinAsync(LegacyServer server, string name)
    {
        var (id, client) = await LogInNewAsync(server, name);
        await SendAsync(server, client, $$"""{"groupid":1,"id":{{id}},"msgid":9}""");
        return (id, client);
    }

    static string Chat(int from, int to, string text) => $$"""{"id":{{from}},"msg":"{{text}}","msgid":6,"name":"n","time":"t","toid":{{to}}}""";
}
