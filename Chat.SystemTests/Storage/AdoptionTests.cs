using System.Text;
using System.Text.Json;
using Chat.Checker.Processes;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Storage.MySql;
using Chat.Protocol;
using Chat.Tests.Support;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>A database that other servers of the family used for years becomes ours, with all that is in it.</summary>
public sealed class AdoptionTests
{
    public static TheoryData<OldStyle> Styles => [OldStyle.MyIsam, OldStyle.InnoDb, OldStyle.OneMessageEach];

    [Theory]
    [MemberData(nameof(Styles))]
    public async Task No_row_is_lost_however_many_nodes_start(OldStyle style)
    {
        await using var old = await OldDatabase.CreateAsync(style);
        await old.AddRowsWithoutIdsAsync();
        var before = await old.CountAsync();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => old.MigrateAsync()));

        Assert.Equal(before, await old.CountAsync());
        await using var connection = await old.OpenAsync();
        Assert.All(OldDatabase.Tables, table => Assert.NotEqual(0, before[table]));
        Assert.Equal(
            0, await connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND ENGINE <> 'InnoDB'"));
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public async Task Names_are_listed_as_they_were_typed(OldStyle style)
    {
        await using var old = await OldDatabase.CreateMigratedAsync(style);
        await using var chat = Open(old);
        var (friends, groups) = await new ContactLists(chat).OfUserAsync(1);

        var third = old.HasMojibake ? "你好" : "café";
        Assert.Equal([(3, third, false), (4, "dave", false)], friends.Select(friend => (friend.Id, friend.Name, friend.IsOnline)));
        Assert.Equal(
            old.HasMojibake ? [(1, "朋友", ""), (2, "g2", "描述")] : [(1, "amis", ""), (2, "g2", "été")],
            groups.Select(group => (group.Id, group.Name, group.Description)));
        Assert.Equal([(1, "creator", true), (7, "normal", false)], groups[0].Members.Select(member => (member.Id, member.Role, member.IsOnline)));
        Assert.Equal([1, 7], (await new ContactStore(chat).MembersAsync([1]))[1].Order());
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public async Task Friends_and_members_are_there_once_and_can_be_added(OldStyle style)
    {
        await using var old = await OldDatabase.CreateMigratedAsync(style);
        await using var chat = Open(old);
        var contacts = new ContactStore(chat);
        var before = await old.CountAsync();
        Assert.True(await contacts.AddFriendAsync(1, 3));
        Assert.True(await chat.JoinGroupAsync(7, 1));
        Assert.Equal(before, await old.CountAsync());
        Assert.True(await contacts.AddFriendAsync(1, 7));
        Assert.False(await contacts.AddFriendAsync(1, 99));
        Assert.True(await chat.JoinGroupAsync(3, 1));
        Assert.False(await chat.JoinGroupAsync(3, 77));
        Assert.Equal([3, 4, 7], (await new ContactLists(chat).OfUserAsync(1)).Friends.Select(friend => friend.Id));
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public async Task Taken_names_stay_taken(OldStyle style)
    {
        await using var old = await OldDatabase.CreateMigratedAsync(style);
        await using var chat = Open(old);
        var third = old.HasMojibake ? "你好" : "CAFÉ";
        foreach (var writesForLegacy in (bool[])[false, true])
        {
            var accounts = new Accounts(chat, writesForLegacy);
            Assert.Null(await accounts.RegisterAsync("aLIce", ""));
            Assert.Null(await accounts.RegisterAsync("Dave", ""));
            Assert.Null(await accounts.RegisterAsync(third, ""));
            Assert.Equal(3, (await accounts.FindAsync(third))!.Id);
            Assert.Null(await new ContactStore(chat, writesForLegacy).CreateGroupAsync(1, old.HasMojibake ? "朋友" : "AMIS", ""));
        }

        Assert.NotNull(await new Accounts(chat).RegisterAsync("新人", ""));
        Assert.Null(await new Accounts(chat, writesForLegacy: true).RegisterAsync("新人", ""));
    }

    [Fact]
    public async Task Where_names_are_not_unique_any_more_only_one_of_many_gets_a_new_one()
    {
        await using var old = await OldDatabase.CreateMigratedAsync(OldStyle.InnoDb);
        await using var chat = Open(old);
        var accounts = new Accounts(chat);
        for (var round = 0; round < 5; round++)
        {
            var name = $"new {round}";
            Assert.Single((await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => accounts.RegisterAsync(name, "")))).OfType<int>());
        }
    }

    [Fact]
    public async Task Of_names_that_differ_in_case_only_the_exact_one_is_found_first()
    {
        await using var old = await OldDatabase.CreateMigratedAsync(OldStyle.InnoDb);
        await using var chat = Open(old);
        var accounts = new Accounts(chat);
        Assert.Equal(1, (await accounts.FindAsync("alice"))!.Id);
        Assert.Equal(2, (await accounts.FindAsync("ALICE"))!.Id);
        Assert.Equal(1, (await accounts.FindAsync("Alice"))!.Id);
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public async Task Queued_messages_come_in_their_order_and_bad_ones_end_in_quarantine(OldStyle style)
    {
        await using var old = await OldDatabase.CreateMigratedAsync(style);
        await using var chat = Open(old);
        using var log = new CapturedLog();
        var store = new OfflineStore(chat, TimeProvider.System, log.For<OfflineStore>());
        var before = (await old.CountAsync())["OfflineMessage"];
        var texts = new List<string>();
        var after = 0L;
        while (await store.ReadAsync(1, after, 2) is [.., var last] page) // small pages, some of them bad throughout
        {
            texts.AddRange(page.Select(row => TextOf(row.Body)));
            after = last.Id;
        }

        Assert.Equal(old.Texts, texts);
        await using var connection = await old.OpenAsync();
        var quarantined = (await connection.QueryAsync<(int UserId, string Reason)>("SELECT userid, reason FROM QuarantinedMessage")).AsList();
        Assert.Equal(old.BadMessages, quarantined.Count);
        Assert.All(quarantined, row => Assert.True(row is { UserId: 1, Reason.Length: > 5 }));
        Assert.Equal(old.BadMessages, log.Of("MessageQuarantined").Count);
        Assert.Equal(before, (await old.CountAsync())["OfflineMessage"] + old.BadMessages);

        Assert.Equal(old.Texts.Length, (await store.ReadAsync(1, 0, 100)).Count); // again: nothing new in quarantine
        Assert.Equal(old.BadMessages, log.Of("MessageQuarantined").Count);
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public async Task More_than_one_message_fits_into_the_queue_of_a_user(OldStyle style)
    {
        await using var old = await OldDatabase.CreateMigratedAsync(style);
        await using var chat = Open(old);
        var store = new OfflineStore(chat, TimeProvider.System, NullLogger<OfflineStore>.Instance);
        var body = Encoding.UTF8.GetBytes($$"""{"msg":"{{new string('好', 9000)}}"}""");
        await store.InsertAsync([.. Enumerable.Range(1, 3).Select(i => new OfflineRow(4, ConversationId.Direct(1, 4), i, $"c{i}", i, body))]);
        Assert.Equal([1, 2, 3], (await store.ReadAsync(4, 0, 100)).Select(row => row.Seq));
        Assert.Equal(body, (await store.ReadAsync(4, 0, 100))[0].Body.ToArray());
    }

    [Fact]
    public async Task A_table_in_lower_case_is_not_passed_over()
    {
        var server = await MariaDbServer.SharedAsync();
        var name = await server.CreateDatabaseAsync();
        await server.ExecuteAsync("CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50), password VARCHAR(50), state VARCHAR(10))", name);
        await using var chat = new MySqlDatabase(server.ConnectionString(name), NullLogger<MySqlDatabase>.Instance);
        var failure = await Assert.ThrowsAsync<SettingsException>(chat.MigrateAsync);
        Assert.Contains("RENAME TABLE users TO Users", failure.Message, StringComparison.Ordinal);
    }

    static MySqlDatabase Open(OldDatabase old) => new(old.ConnectionString, NullLogger<MySqlDatabase>.Instance);

    static string TextOf(ReadOnlyMemory<byte> body)
    {
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("msg").GetString()!;
    }
}
