using System.Data.Common;
using System.Text.Json;
using Chat.Node.Faults;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Dapper;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>What becomes of numbers that clients make up, and of marks that are in a database already.</summary>
[Collection(NodeCollection.Name)]
public abstract class MarkTests : IDisposable
{
    readonly StorageProvider _provider;
    readonly TestFolder _folder;

    private protected MarkTests(StorageProvider provider) => (_provider, _folder) = (provider, new TestFolder(provider));

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    public sealed class OnSqlite() : MarkTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : MarkTests(StorageProvider.MySql);

    [Theory]
    [InlineData(103, 2)]
    [InlineData(103, 9007199254740991)]
    [InlineData(109, 2)]
    [InlineData(109, long.MaxValue)]
    public async Task A_mark_above_the_head_is_refused_with_the_head(int msgid, long seq)
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await node.LogInNewAsync("alice");
        await using var bob = await node.LogInNewAsync("bob");
        await alice.SendToAsync(bob.UserId, "one");
        var conversation = $"d:{alice.UserId}:{bob.UserId}";
        await bob.NextAsync();

        await bob.SendAsync($$"""{"msgid":{{msgid}},"conversation":"{{conversation}}","seq":{{seq}}}""");
        AssertRefused(await bob.NextAsync());
        AssertRefused(await bob.RequestAsync(new { msgid, conversation, seq }));

        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 109, conversation, seq = 1 })).Number("errno"));
        await bob.SendAsync($$"""{"msgid":103,"conversation":"{{conversation}}","seq":1}""");
        await node.EventuallyAsync(11L, $"SELECT 10 * received_to + read_to FROM DeliveryMark WHERE userid = {bob.UserId}");
        await alice.SendToAsync(bob.UserId, "two");
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 109, conversation, seq = 2 })).Number("errno"));

        void AssertRefused(JsonElement reply)
        {
            Assert.Equal((4, false, conversation, 1), (reply.Number("errno"), reply.GetProperty("retry").GetBoolean(), reply.Text("conversation"), reply.Number("head")));
            Assert.Contains($"above 1, the last number of {conversation}", reply.Text("errmsg"));
        }
    }

    [Fact]
    public async Task Nobody_marks_what_is_not_his()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await node.LogInNewAsync("alice");
        await using var bob = await node.LogInNewAsync("bob");
        await using var carol = await node.LogInNewAsync("carol");
        var group = (await alice.RequestAsync(new { msgid = 8, groupname = "g" })).Number("groupid");
        await alice.SendToAsync(carol.UserId, "not for bob");
        await alice.SendToGroupAsync((int)group, "nor this");
        string[] notOurs = [$"g:{group}", "g:2147483647", $"d:{alice.UserId}:{carol.UserId}", $"d:{bob.UserId}:2147483647", "d:2147483646:2147483647"];

        foreach (var conversation in notOurs)
        {
            foreach (var (msgid, seq) in ((int, long)[])[(103, 1), (109, 1), (103, 0), (109, 9007199254740991)])
            {
                var refusal = await bob.RequestAsync(new { msgid, conversation, seq });
                Assert.Equal((conversation, 6), (refusal.Text("conversation"), refusal.Number("errno")));
                await bob.SendAsync($$"""{"msgid":{{msgid}},"conversation":"{{conversation}}","seq":{{seq}}}""");
                refusal = await bob.NextAsync();
                Assert.Equal((conversation, 6), (refusal.Text("conversation"), refusal.Number("errno")));
            }
        }

        Assert.Equal(0L, await node.ScalarAsync<long>($"SELECT COUNT(*) FROM DeliveryMark WHERE userid = {bob.UserId}"));
    }

    [Fact]
    public async Task Who_has_left_a_group_marks_nothing_there()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await node.LogInNewAsync("alice");
        await using var bob = await node.LogInNewAsync("bob");
        var group = (int)(await alice.RequestAsync(new { msgid = 8, groupname = "g" })).Number("groupid");
        await bob.RequestAsync(new { msgid = 9, groupid = group });
        await alice.SendToGroupAsync(group, "one");
        await alice.SendToGroupAsync(group, "two");
        await bob.NextAsync();
        await bob.NextAsync();
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 109, conversation = $"g:{group}", seq = 1 })).Number("errno"));

        await using (var other = await _folder.OpenForWritingAsync())
            await other.ExecuteAsync($"DELETE FROM GroupUser WHERE groupid = {group} AND userid = {bob.UserId}");

        Assert.Equal(6, (await bob.RequestAsync(new { msgid = 109, conversation = $"g:{group}", seq = 2 })).Number("errno"));
        await bob.SendAsync($$"""{"msgid":103,"conversation":"g:{{group}}","seq":2}""");
        Assert.Equal(6, (await bob.NextAsync()).Number("errno"));
        Assert.Equal(["0|1"], await node.RowsAsync($"SELECT received_to, read_to FROM DeliveryMark WHERE userid = {bob.UserId}"));
    }

    [Fact]
    public async Task A_read_mark_is_stored_when_it_is_answered_and_shown_at_once()
    {
        string conversation;
        await using (var node = await NodeProcess.StartAsync(_folder))
        {
            await using var alice = await node.LogInNewAsync("alice");
            await using var bob = await node.LogInNewAsync("bob");
            conversation = $"d:{alice.UserId}:{bob.UserId}";
            await alice.SendToAsync(bob.UserId, "one");
            await alice.SendToAsync(bob.UserId, "two");

            await bob.SendAsync($$"""{"msgid":109,"conversation":"{{conversation}}","seq":1}""");
            Assert.Equal(1, ReadOf(await bob.RequestAsync(new { msgid = 108 })));
            Assert.Equal(0, (await bob.RequestAsync(new { msgid = 109, conversation, seq = 2 })).Number("errno"));
            await node.KillAsync();
        }

        await using var again = await NodeProcess.StartAsync(_folder);
        await using var later = await again.LogInAsync("bob");
        Assert.Equal(2, ReadOf(await later.RequestAsync(new { msgid = 108 })));
        await again.KillAsync();
    }

    [Fact]
    public async Task A_read_mark_that_the_database_does_not_take_is_refused_for_now()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await node.LogInNewAsync("alice");
        await using var bob = await node.LogInNewAsync("bob");
        await alice.SendToAsync(bob.UserId, "one");
        var mark = new { msgid = 109, conversation = $"d:{alice.UserId}:{bob.UserId}", seq = 1 };
        await using (var other = await _folder.OpenForWritingAsync())
        {
            await other.ExecuteAsync(_provider == StorageProvider.Sqlite ? "BEGIN IMMEDIATE" : "LOCK TABLES DeliveryMark WRITE");
            var refused = await bob.RequestAsync(mark);
            Assert.Equal((10, true), (refused.Number("errno"), refused.GetProperty("retry").GetBoolean()));
        }

        await Eventually.EqualAsync(0L, async () => (await bob.RequestAsync(mark)).Number("errno"));
        Assert.Equal(1, ReadOf(await bob.RequestAsync(new { msgid = 108 })));
    }

    /// <summary>As servers of earlier versions stored it when a client said so.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(9007199254740991)]
    public async Task A_mark_above_the_head_that_is_stored_already_loses_no_message(long mark)
    {
        Recipient bob;
        await using (var node = await NodeProcess.StartAsync(_folder))
        {
            await using var alice = await node.LogInNewAsync("alice");
            bob = await Recipient.RegisterAsync(node, isModern: true);
            await alice.SendToAsync(bob.Id, "m1");
            await bob.HasReceivedAsync("m1");
            await bob.LeaveAsync(node);
            await node.KillAsync();
        }

        await StoreMarkAsync(bob.Id, mark);
        await using (var armed = await NodeProcess.StartAsync(_folder, nameof(CrashPoint.AfterAcknowledge)))
        {
            await using var alice = await armed.LogInAsync("alice");
            await alice.SendAsync($$"""{"msgid":6,"toid":{{bob.Id}},"msg":"m2","cmid":"c2"}""");
            await armed.ExitAsync(NodeProcess.KilledExitCode);
        }

        await using var again = await NodeProcess.StartAsync(_folder);
        await bob.LogInAsync(again);
        await bob.HasReceivedAsync("m2");
        await using (var alice = await again.LogInAsync("alice"))
        {
            await alice.SendToAsync(bob.Id, "m3");
            await bob.HasReceivedAsync("m3");
            await bob.LeaveAsync(again);
            await alice.SendToAsync(bob.Id, "m4");
            await bob.LogInAsync(again);
            await bob.HasReceivedAsync("m4");
            await bob.AcknowledgeAsync($"d:{alice.UserId}:{bob.Id}", 4);
            await again.EventuallyAsync(4L, $"SELECT received_to FROM DeliveryMark WHERE userid = {bob.Id}");
        }

        await bob.LeaveAsync(again);
    }

    [Fact]
    public async Task Without_a_history_only_what_was_given_on_this_connection_is_acknowledged()
    {
        await using var node = await TestNode.StartAsync(_folder, "--Chat:History:Enabled=false");
        await using var alice = await node.LogInNewAsync("alice");
        var bob = await node.LogInNewAsync("bob");
        var (id, name) = (bob.UserId, bob.Name);
        await bob.DisposeAsync();
        await node.EventuallyAsync("offline", $"SELECT state FROM Users WHERE id = {id}");
        await alice.SendToAsync(id, "one");
        await using var again = await node.ConnectAsync();
        await again.LogInAsync(new { msgid = 1, name, password = "secret" });
        var row = (await again.NextAsync()).Number("offline");

        Assert.Equal(4, (await again.RequestAsync(new { msgid = 103, offline = row + 1 })).Number("errno"));
        foreach (var msgid in (int[])[103, 109])
            Assert.Equal((4, 0), (await again.RequestAsync(new { msgid, conversation = $"d:{alice.UserId}:{id}", seq = 1 })) is var reply ? (reply.Number("errno"), reply.Number("head")) : default);
        Assert.Equal(1L, await node.ScalarAsync<long>("SELECT COUNT(*) FROM OfflineMessage"));
        await again.SendAsync($$"""{"msgid":103,"offline":{{row}}}""");
        await node.EventuallyAsync(0L, "SELECT COUNT(*) FROM OfflineMessage");
    }

    static long ReadOf(JsonElement sync) => Assert.Single(sync.GetProperty("conversations").EnumerateArray()).Number("read");

    async Task StoreMarkAsync(int userId, long mark)
    {
        await using DbConnection other = await _folder.OpenForWritingAsync();
        await other.ExecuteAsync("DELETE FROM DeliveryMark");
        await other.ExecuteAsync(
            "INSERT INTO DeliveryMark (userid, a, b, queued_to, received_to, read_to) SELECT @userId, a, b, @mark, @mark, @mark FROM Conversation", new { userId, mark });
    }
}
