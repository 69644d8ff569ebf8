using System.Diagnostics;
using System.Text.Json;
using Chat.Tests.Support;
using Dapper;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Settings over TCP.</summary>
[Collection(NodeCollection.Name)]
public sealed class SettingsOnWireTests : IDisposable
{
    readonly TestFolder _folder = new();

    string JournalPath => Path.Combine(_folder.Path, "chat.settings.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Settings_are_changed_shown_to_the_other_device_and_kept_over_a_restart()
    {
        string token;
        await using (var node = await TestNode.StartAsync(_folder))
        {
            await using var phone = await node.LogInNewAsync();
            await using var desk = await node.ConnectAsync();
            await desk.LogInAsync(new { msgid = 1, name = phone.Name, password = "secret" });
            token = phone.Token;
            Assert.Equal("everyone [] []", TextOf(await AskAsync(phone, new { msgid = 110 })));

            var changed = await AskAsync(phone, new { msgid = 111, presence = "nobody", mute = "d:1:1", pin = "g:1" });

            Assert.Equal((102, 0), (changed.Number("msgid"), changed.Number("errno")));
            Assert.Equal("""nobody ["d:1:1"] ["g:1"]""", TextOf(changed));
            var told = await desk.NextAsync();
            Assert.Equal((112, """nobody ["d:1:1"] ["g:1"]"""), (told.Number("msgid"), TextOf(told)));
            Assert.False(told.Has("ref"));
            await phone.FenceAsync();
            Assert.Empty(phone.TakeAll());
        }

        await using var again = await TestNode.StartAsync(_folder);
        await using var back = await again.ConnectAsync();
        await back.LogInAsync(new { msgid = 1, token });
        Assert.Equal("""nobody ["d:1:1"] ["g:1"]""", TextOf(await AskAsync(back, new { msgid = 110 })));
    }

    [Fact]
    public async Task Who_hides_is_offline_in_a_friends_login_and_still_gets_messages()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var hidden = await node.LogInNewAsync("hidden");
        await using var friend = await node.LogInNewAsync("friend");
        await friend.RequestAsync(new { msgid = 7, friendid = hidden.UserId });

        await AskAsync(hidden, new { msgid = 111, presence = "nobody" });
        Assert.Equal("offline", await StateOfFriendAsync(node, friend));
        Assert.Equal(0, (await friend.SendToAsync(hidden.UserId, "psst")).Number("errno"));
        Assert.Equal("psst", (await hidden.NextAsync()).Text("msg"));
        await using (var second = await node.ConnectAsync())
            await second.LogInAsync(new { msgid = 1, name = hidden.Name, password = "secret" });
        Assert.Equal("offline", await StateOfFriendAsync(node, friend));

        await AskAsync(hidden, new { msgid = 111, presence = "everyone" });
        Assert.Equal("online", await StateOfFriendAsync(node, friend));
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused_for_good()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var client = await node.LogInNewAsync();
        foreach (var (request, errno) in ((object, int)[])[
            (new { msgid = 111 }, 4), (new { msgid = 111, presence = "friends" }, 4), (new { msgid = 111, mute = 3 }, 4),
            (new { msgid = 111, pin = "d:8:9", mute = "g:1" }, 6)])
        {
            var refused = await AskAsync(client, request);
            Assert.Equal((102, errno, false), (refused.Number("msgid"), refused.Number("errno"), refused.GetProperty("retry").GetBoolean()));
        }

        Assert.Equal("everyone [] []", TextOf(await AskAsync(client, new { msgid = 110 })));
        await using var nobody = await node.ConnectAsync();
        Assert.Equal(3, (await nobody.RequestAsync(new { msgid = 110 })).Number("errno"));
    }

    [Fact]
    public async Task Long_lists_are_cut_to_the_frame()
    {
        await using var node = await TestNode.StartAsync(_folder, "--Chat:Limits:MaxFrameBytes=2048");
        await using var client = await node.LogInNewAsync();
        JsonElement settings = default;
        for (var i = 0; i < 100; i++)
            settings = await AskAsync(client, new { msgid = 111, pin = $"g:{2_000_000_000 + i}", mute = $"g:{2_000_000_000 + i}" });

        Assert.InRange(settings.GetRawText().Length, 1500, 2047);
        Assert.True(settings.GetProperty("truncated").GetBoolean());
        Assert.Equal(100, settings.GetProperty("pinned").GetArrayLength());
    }

    [Fact]
    public async Task To_a_legacy_client_the_numbers_are_unknown_and_nothing_is_pushed()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var modern = await node.LogInNewAsync();
        await using var legacy = await node.ConnectLegacyAsync();
        await legacy.SendAsync($$"""{"id":{{modern.UserId}},"msgid":1,"password":"secret"}""");
        Assert.Equal(2, (await legacy.NextAsync()).Number("msgid"));
        foreach (var ignored in (string[])["""{"msgid":110}""", """{"msgid":111}""", """{"msgid":111,"pin":"g:1"}""", """{"msgid":111,"pin":8}"""])
            await legacy.SendAsync(ignored);
        await AskAsync(modern, new { msgid = 111, pin = "g:2" });

        await legacy.SendAsync("""{"msgid":104}""");

        Assert.Equal(105, (await legacy.NextAsync()).Number("msgid"));
        Assert.Equal("""everyone [] ["g:2"]""", TextOf(await AskAsync(modern, new { msgid = 110 })));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_its_journal_a_node_starts_and_chats_and_settings_work_when_it_is_back(bool isLocked)
    {
        using var journal = isLocked ? Lock() : null;
        if (!isLocked)
            Directory.CreateDirectory(JournalPath);
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await node.LogInNewAsync("alice");
        await using var bob = await node.LogInNewAsync("bob");
        var clock = Stopwatch.StartNew();
        var refused = await alice.RequestAsync(new { msgid = 111, mute = "g:1" });
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TestNode.Patience); // without bounds it would be 30 s
        Assert.Equal((10, true), (refused.Number("errno"), refused.GetProperty("retry").GetBoolean()));
        var waiting = Enumerable.Range(0, 10).Select(_ => bob.RequestAsync(new { msgid = 110 })).ToList();
        Assert.Equal(0, (await alice.SendToAsync(bob.UserId, "goes on")).Number("errno"));
        Assert.Equal("goes on", (await bob.NextAsync()).Text("msg"));

        if (isLocked)
            journal!.Close();
        else
            Directory.Delete(JournalPath);

        await Task.WhenAll(waiting);
        await Eventually.EqualAsync(0, async () => (await alice.RequestAsync(new { msgid = 111, mute = "g:1" })).Number("errno"));
        Assert.Equal("""everyone ["g:1"] []""", TextOf(await alice.RequestAsync(new { msgid = 110 })));
    }

    /// <summary>Without the warm-up the first line is missing, however fast the machine is.</summary>
    [Fact]
    public async Task The_journal_is_read_before_the_ports_open_and_the_first_request_is_answered()
    {
        await using var node = await NodeProcess.StartAsync(_folder, settings: "--Logging:LogLevel:Chat.Node=Debug");
        Assert.InRange(
            node.Output.IndexOf("the journal of users' settings was read for the first time in ", StringComparison.Ordinal),
            0, node.Output.IndexOf("ChatActors is ready", StringComparison.Ordinal));
        await using var client = await node.LogInNewAsync("alice");

        Assert.Equal("everyone [] []", TextOf(await client.RequestAsync(new { msgid = 110 })));

        using var journal = new SqliteConnection($"Data Source={JournalPath};Pooling=false");
        Assert.Equal(0, journal.ExecuteScalar<long>("SELECT COUNT(*) FROM EventJournal"));
    }

    [Fact]
    public async Task A_journal_that_fails_does_not_stop_the_start()
    {
        await using (await TestNode.StartAsync(_folder))
        {
            // makes the file
        }

        using (var journal = new SqliteConnection($"Data Source={JournalPath};Pooling=false"))
            journal.Execute("ALTER TABLE EventJournal RENAME TO Away");
        await using var node = await NodeProcess.StartAsync(_folder);
        Assert.Contains("the journal of users' settings could not be read at the start", node.Output);
        await using var client = await node.LogInNewAsync("alice");
        Assert.Equal(10, (await client.RequestAsync(new { msgid = 110 })).Number("errno"));

        using (var journal = new SqliteConnection($"Data Source={JournalPath};Pooling=false"))
            journal.Execute("ALTER TABLE Away RENAME TO EventJournal");

        Assert.Equal("everyone [] []", TextOf(await AskAsync(client, new { msgid = 110 })));
    }

    /// <summary>Another program has the file to itself, until the connection is closed.</summary>
    SqliteConnection Lock()
    {
        var connection = new SqliteConnection($"Data Source={JournalPath};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "BEGIN EXCLUSIVE";
        command.ExecuteNonQuery();
        return connection;
    }

    /// <summary>Asks as a client does: again, if it is told to. The machine may be too busy for the journal's time-outs.</summary>
    static async Task<JsonElement> AskAsync(ModernTestClient client, object request)
    {
        var reply = await client.RequestAsync(request);
        for (var i = 0; i < 10 && reply.Number("errno") == 10; i++)
            reply = await client.RequestAsync(request);
        return reply;
    }

    static async Task<string> StateOfFriendAsync(TestNode node, ModernTestClient client)
    {
        await using var again = await node.ConnectAsync();
        var ack = await again.LogInAsync(new { msgid = 1, name = client.Name, password = "secret" });
        return ack.GetProperty("friends")[0].Text("state");
    }

    static string TextOf(JsonElement settings) =>
        $"{settings.Text("presence")} {settings.GetProperty("muted").GetRawText()} {settings.GetProperty("pinned").GetRawText()}";
}
