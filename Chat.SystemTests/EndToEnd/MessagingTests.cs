using System.Text.Json;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Messages, history, sync and marks over TCP.</summary>
[Collection(NodeCollection.Name)]
public abstract class MessagingTests(NodeFixture fixture)
{
    TestNode Node => fixture.Node;

    public sealed class OnSqlite(SqliteNode node) : MessagingTests(node), IClassFixture<SqliteNode>;

    public sealed class OnMariaDb(MariaDbNode node) : MessagingTests(node), IClassFixture<MariaDbNode>;

    [Fact]
    public async Task A_message_is_acknowledged_with_its_number_and_pushed_in_the_legacy_shape()
    {
        await using var alice = await Node.LogInNewAsync("alice");
        await using var bob = await Node.LogInNewAsync("bob");

        var ack = await alice.SendToAsync(bob.UserId, "hi \"bob\" 你好", "c-17");
        var push = await bob.NextAsync();

        var (conversation, ts) = ($"d:{alice.UserId}:{bob.UserId}", ack.Number("ts"));
        Assert.Equal((102, 0, conversation, 1), (ack.Number("msgid"), ack.Number("errno"), ack.Text("conversation"), ack.Number("seq")));
        var time = DateTimeOffset.FromUnixTimeMilliseconds(ts).ToString("yyyy-MM-dd HH:mm:ss");
        Assert.Equal(
            $$"""{"cmid":"c-17","conversation":"{{conversation}}","id":{{alice.UserId}},"msg":"hi \"bob\" 你好","msgid":6,"name":"{{alice.Name}}","seq":1,"time":"{{time}}","toid":{{bob.UserId}},"ts":{{ts}}}""",
            Sorted(push));
    }

    [Fact]
    public async Task The_senders_time_and_unknown_keys_are_kept()
    {
        await using var alice = await Node.LogInNewAsync("alice");
        await using var bob = await Node.LogInNewAsync("bob");
        await alice.RequestAsync(new { msgid = 6, toid = bob.UserId, msg = "x", time = "yesterday", zzz = new object?[] { 1, null } });

        var push = await bob.NextAsync();
        Assert.Equal(("yesterday", "[1,null]"), (push.Text("time"), push.GetProperty("zzz").GetRawText()));
    }

    [Fact]
    public async Task Somebody_elses_id_or_name_is_refused()
    {
        await using var alice = await Node.LogInNewAsync("alice");
        await using var bob = await Node.LogInNewAsync("bob");

        Assert.Equal(6, (await alice.RequestAsync(new { msgid = 6, id = bob.UserId, toid = bob.UserId, msg = "x" })).Number("errno"));
        Assert.Equal(6, (await alice.RequestAsync(new { msgid = 6, name = bob.Name, toid = bob.UserId, msg = "x" })).Number("errno"));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 6, id = alice.UserId, name = alice.Name, toid = bob.UserId, msg = "mine" })).Number("errno"));
        Assert.Equal("mine", (await bob.NextAsync()).Text("msg"));
    }

    [Fact]
    public async Task What_is_too_large_or_goes_nowhere_is_refused_for_good()
    {
        await using var alice = await Node.LogInNewAsync("alice");

        foreach (var (refused, errno) in ((JsonElement, int)[])[
            (await alice.SendToAsync(alice.UserId, new string('x', 16385)), 8), (await alice.SendToAsync(99999, "x"), 7),
            (await alice.SendToGroupAsync(99999, "x"), 7), (await alice.SendToAsync(alice.UserId, "x", new string('c', 65)), 4),
            (await alice.RequestAsync(new { msgid = 6, toid = alice.UserId }), 4), (await alice.RequestAsync(new { msgid = 77 }), 5),
            (await alice.RequestAsync(new { msgid = 107, conversation = "d:1:99999", limit = 1 }), 6)])
            Assert.Equal((102, errno, false), (refused.Number("msgid"), refused.Number("errno"), refused.GetProperty("retry").GetBoolean()));
        Assert.Equal(0, (await alice.SendToAsync(alice.UserId, new string('x', 16384))).Number("errno"));
    }

    [Fact]
    public async Task A_repeated_cmid_gets_its_old_number_and_is_delivered_once()
    {
        await using var alice = await Node.LogInNewAsync("alice");
        await using var bob = await Node.LogInNewAsync("bob");
        var first = await alice.SendToAsync(bob.UserId, "once", "c");
        await using var elsewhere = await Node.ConnectAsync();
        await elsewhere.LogInAsync(new { msgid = 1, name = alice.Name, password = "secret" });

        var second = await elsewhere.SendToAsync(bob.UserId, "once", "c");
        await elsewhere.SendToAsync(bob.UserId, "next");

        Assert.Equal((first.Number("seq"), first.Number("ts")), (second.Number("seq"), second.Number("ts")));
        Assert.Equal(["once", "next"], [(await bob.NextAsync()).Text("msg"), (await bob.NextAsync()).Text("msg")]);
    }

    [Fact]
    public async Task A_thousand_messages_from_both_sides_are_numbered_densely_and_pushed_in_order()
    {
        await using var alice = await Node.LogInNewAsync("alice");
        await using var bob = await Node.LogInNewAsync("bob");
        var acks = new List<Task<JsonElement>>();
        for (var i = 0; i < 500; i++)
        {
            acks.Add(alice.StartRequestAsync(new { msgid = 6, toid = bob.UserId, msg = $"a{i}" }));
            acks.Add(bob.StartRequestAsync(new { msgid = 6, toid = alice.UserId, msg = $"b{i}" }));
        }

        var seqs = (await Task.WhenAll(acks).WaitAsync(TestNode.Patience)).Select(ack => ack.Number("seq"));
        Assert.Equal(Enumerable.Range(1, 1000).Select(i => (long)i), seqs.Order());
        foreach (var (client, prefix) in ((ModernTestClient, string)[])[(alice, "b"), (bob, "a")])
        {
            var last = 0L;
            for (var i = 0; i < 500; i++)
            {
                var push = await client.NextAsync();
                Assert.Equal($"{prefix}{i}", push.Text("msg"));
                Assert.True(push.Number("seq") > last);
                last = push.Number("seq");
            }
        }
    }

    [Fact]
    public async Task A_group_message_reaches_every_other_member_with_one_number()
    {
        await using var alice = await Node.LogInNewAsync("alice");
        await using var bob = await Node.LogInNewAsync("bob");
        await using var carol = await Node.LogInNewAsync("carol");
        await using var stranger = await Node.LogInNewAsync("stranger");
        var group = (int)(await alice.RequestAsync(new { msgid = 8, groupname = $"g{alice.UserId}" })).Number("groupid");
        await bob.RequestAsync(new { msgid = 9, groupid = group });
        await carol.RequestAsync(new { msgid = 9, groupid = group });

        Assert.Equal(6, (await stranger.SendToGroupAsync(group, "let me in")).Number("errno"));
        var ack = await bob.SendToGroupAsync(group, "hello all", "c");

        Assert.Equal($"g:{group}", ack.Text("conversation"));
        foreach (var member in (ModernTestClient[])[alice, carol])
        {
            var push = await member.NextAsync();
            Assert.Equal((10, group, "hello all", ack.Number("seq")), (push.Number("msgid"), push.Number("groupid"), push.Text("msg"), push.Number("seq")));
        }

        await bob.FenceAsync();
        Assert.Empty(bob.TakeAll());
    }

    [Fact]
    public async Task The_senders_other_devices_get_copies_and_the_sending_one_does_not()
    {
        await using var phone = await Node.LogInNewAsync("alice");
        await using var laptop = await Node.ConnectAsync();
        await laptop.LogInAsync(new { msgid = 1, name = phone.Name, password = "secret" });
        await using var bob = await Node.LogInNewAsync("bob");
        await phone.FenceAsync();

        await phone.SendToAsync(bob.UserId, "from the phone");
        await bob.SendToAsync(phone.UserId, "answer");

        Assert.Equal(["from the phone", "answer"], [(await laptop.NextAsync()).Text("msg"), (await laptop.NextAsync()).Text("msg")]);
        Assert.Equal("answer", (await phone.NextAsync()).Text("msg"));
    }

    [Fact]
    public async Task Each_device_gets_copies_of_what_the_others_send_whichever_came_first()
    {
        await using var phone = await Node.LogInNewAsync("alice");
        await using var laptop = await Node.ConnectAsync();
        await laptop.LogInAsync(new { msgid = 1, name = phone.Name, password = "secret" });
        await using var tablet = await Node.ConnectAsync();
        await tablet.LogInAsync(new { msgid = 1, name = phone.Name, password = "secret" });
        await using var bob = await Node.LogInNewAsync("bob");
        ModernTestClient[] devices = [phone, laptop, tablet];
        foreach (var sender in devices)
        {
            await sender.SendToAsync(bob.UserId, "from one of them");
            foreach (var other in devices.Where(device => device != sender))
                Assert.Equal("from one of them", (await other.NextAsync()).Text("msg"));
            await sender.FenceAsync();
            Assert.Empty(sender.TakeAll());
        }
    }

    [Fact]
    public async Task A_chat_to_oneself_comes_back_once()
    {
        await using var alice = await Node.LogInNewAsync("alice");
        await alice.SendToAsync(alice.UserId, "note");
        await alice.FenceAsync();

        Assert.Equal("note", (await alice.NextAsync()).Text("msg"));
        Assert.Empty(alice.TakeAll());
    }

    [Fact]
    public async Task What_was_sent_to_somebody_offline_comes_once_in_order_and_not_again_after_it_was_received()
    {
        await using var alice = await Node.LogInNewAsync("alice");
        var bob = await Node.LogInNewAsync("bob");
        var (id, name) = (bob.UserId, bob.Name);
        await bob.DisposeAsync();
        await Node.EventuallyAsync("offline", $"SELECT state FROM Users WHERE id = {id}");
        for (var i = 1; i <= 250; i++)
            await alice.StartRequestAsync(new { msgid = 6, toid = id, msg = $"m{i}" });
        await Node.EventuallyAsync(250L, $"SELECT COUNT(*) FROM OfflineMessage WHERE userid = {id}");

        await using var again = await Node.ConnectAsync();
        await again.LogInAsync(new { msgid = 1, name, password = "secret" });
        for (var i = 1; i <= 250; i++)
            Assert.Equal($"m{i}", (await again.NextAsync()).Text("msg"));
        await again.SendAsync($$"""{"msgid":103,"conversation":"d:{{alice.UserId}}:{{id}}","seq":250}""");
        await Node.EventuallyAsync(0L, $"SELECT COUNT(*) FROM OfflineMessage WHERE userid = {id}");
        await again.FenceAsync();
        Assert.Empty(again.TakeAll());

        await using var third = await Node.ConnectAsync();
        await third.LogInAsync(new { msgid = 1, name, password = "secret" });
        await third.FenceAsync();
        Assert.Empty(third.TakeAll());
    }

    [Fact]
    public async Task History_pages_both_ways()
    {
        await using var alice = await Node.LogInNewAsync("alice");
        await using var bob = await Node.LogInNewAsync("bob");
        for (var i = 1; i <= 25; i++)
            await alice.SendToAsync(bob.UserId, $"m{i}", $"c{i}");
        var conversation = $"d:{alice.UserId}:{bob.UserId}";

        var forward = await bob.RequestAsync(new { msgid = 107, conversation, after = 5, limit = 10 });
        var backward = await bob.RequestAsync(new { msgid = 107, conversation, before = 11, limit = 10 });
        var newest = await bob.RequestAsync(new { msgid = 107, conversation, limit = 3 });
        var end = await bob.RequestAsync(new { msgid = 107, conversation, after = 20, limit = 10 });

        Assert.Equal((6, 15, true), Span(forward));
        Assert.Equal((1, 10, false), Span(backward));
        Assert.Equal((23, 25, true), Span(newest));
        Assert.Equal((21, 25, false), Span(end));
        var live = Enumerable.Range(1, 25).Select(_ => bob.NextAsync().Result.GetRawText()).ToList();
        Assert.Equal(live[5..15], forward.GetProperty("messages").EnumerateArray().Select(message => message.GetRawText()));
    }

    [Fact]
    public async Task A_page_of_history_never_exceeds_the_largest_frame()
    {
        await using var alice = await Node.LogInNewAsync("alice");
        for (var i = 0; i < 10; i++)
            await alice.SendToAsync(alice.UserId, new string('x', 16000));
        var conversation = $"d:{alice.UserId}:{alice.UserId}";

        var first = await alice.RequestAsync(new { msgid = 107, conversation, after = 0, limit = 100 });
        Assert.True(first.GetRawText().Length < 65536);
        Assert.True(first.GetProperty("more").GetBoolean());
        var seen = 0L;
        for (var page = first; ; page = await alice.RequestAsync(new { msgid = 107, conversation, after = seen, limit = 100 }))
        {
            Assert.Equal(seen + 1, Span(page).First);
            seen = Span(page).Last;
            if (!page.Has("more"))
                break;
        }

        Assert.Equal(10, seen);
    }

    [Fact]
    public async Task A_sync_lists_what_changed_and_nothing_when_nothing_did()
    {
        await using var alice = await Node.LogInNewAsync("alice");
        await using var bob = await Node.LogInNewAsync("bob");
        await alice.SendToAsync(bob.UserId, "one");
        var conversation = $"d:{alice.UserId}:{bob.UserId}";

        var everything = await bob.RequestAsync(new { msgid = 108 });
        Assert.Equal([(conversation, 1L, 0L)], Entries(everything));
        var nothing = await bob.RequestAsync(new { msgid = 108, since = everything.Text("token") });
        Assert.Empty(Entries(nothing));

        await alice.SendToAsync(bob.UserId, "two");
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 109, conversation, seq = 2 })).Number("errno"));
        await Node.EventuallyAsync(2L, $"SELECT read_to FROM DeliveryMark WHERE userid = {bob.UserId}");
        Assert.Equal([(conversation, 2L, 2L)], Entries(await bob.RequestAsync(new { msgid = 108, since = nothing.Text("token") })));
        Assert.Equal([(conversation, 2L, 2L)], Entries(await bob.RequestAsync(new { msgid = 108, since = "unknown" })));
        Assert.Empty(Entries(await alice.RequestAsync(new { msgid = 108, since = (await alice.RequestAsync(new { msgid = 108 })).Text("token") })));
    }

    static (long First, long Last, bool More) Span(JsonElement page)
    {
        var seqs = page.GetProperty("messages").EnumerateArray().Select(message => message.Number("seq")).ToList();
        Assert.Equal(Enumerable.Range(0, seqs.Count).Select(i => seqs[0] + i), seqs);
        return (seqs[0], seqs[^1], page.Has("more"));
    }

    static List<(string Conversation, long Head, long Read)> Entries(JsonElement sync) =>
        [.. sync.GetProperty("conversations").EnumerateArray().Select(entry => (entry.Text("conversation"), entry.Number("head"), entry.Number("read")))];

    static string Sorted(JsonElement json) =>
        "{" + string.Join(',', json.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal).Select(member => $"\"{member.Name}\":{member.Value.GetRawText()}")) + "}";
}
