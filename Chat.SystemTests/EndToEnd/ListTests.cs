using System.Text.Json;
using Chat.Protocol;
using Chat.Tests.Support;
using ChatActors.Client;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Friends, groups and members: what a login lists, and the requests for what it has cut.</summary>
[Collection(NodeCollection.Name)]
public abstract class ListTests(NodeFixture fixture)
{
    const int Large = 1500;

    TestNode Node => fixture.Node;

    public sealed class OnSqlite(SqliteNode node) : ListTests(node), IClassFixture<SqliteNode>;

    public sealed class OnMariaDb(MariaDbNode node) : ListTests(node), IClassFixture<MariaDbNode>;

    [Fact]
    public async Task Nothing_that_a_login_cuts_is_out_of_reach()
    {
        await using var client = await Node.LogInNewAsync();
        var (large, small) = await MakeGroupsAsync(client);
        await using var again = await Node.ConnectAsync();
        var ack = await again.LogInAsync(new { msgid = 1, id = client.UserId, password = "secret" });

        Assert.True(ack.GetProperty("truncated").GetBoolean());
        var groups = ack.GetProperty("groups").EnumerateArray().ToDictionary(group => (int)group.Number("id"));
        Assert.False(groups[small].Has("truncated"));
        Assert.True(groups[large].GetProperty("truncated").GetBoolean());
        var members = groups[large].GetProperty("users").EnumerateArray().Select(member => (int)member.Number("id")).ToList();
        Assert.InRange(members.Count, 500, Large);
        for (var more = true; more;)
        {
            var page = await again.RequestAsync(new { msgid = 125, groupid = large, after = members[^1], limit = 5000 });
            Assert.Equal((102, 0), (page.Number("msgid"), page.Number("errno")));
            members.AddRange(page.GetProperty("members").EnumerateArray().Select(member => (int)member.Number("id")));
            more = page.Has("more");
        }

        Assert.Equal(Large + 1, members.Count);
        Assert.Equal(members.Distinct().Order(), members);
        var summaries = (await again.RequestAsync(new { msgid = 144 })).GetProperty("groups").EnumerateArray().ToDictionary(group => (int)group.Number("id"));
        Assert.Equal((Large + 1, "normal"), (summaries[large].Number("members"), summaries[large].Text("role")));
        Assert.Equal((1, "creator"), (summaries[small].Number("members"), summaries[small].Text("role")));
    }

    [Fact]
    public async Task A_legacy_login_lists_every_group_that_fits_and_some_members_of_each()
    {
        await using var client = await Node.LogInNewAsync();
        var (large, small) = await MakeGroupsAsync(client);
        await using var legacy = await Node.ConnectLegacyAsync();
        var ack = await legacy.LogInAsync(client.UserId);

        var groups = ack.GetProperty("groups").EnumerateArray().Select(group => JsonDocument.Parse(group.GetString()!).RootElement).ToList();
        Assert.Equal(new[] { large, small }.Order(), groups.Select(group => (int)group.Number("id")));
        Assert.All(groups, group => Assert.NotEmpty(group.GetProperty("users").EnumerateArray()));
    }

    [Fact]
    public async Task Only_members_see_who_is_in_a_group()
    {
        await using var client = await Node.LogInNewAsync();
        await using var other = await Node.LogInNewAsync();
        var (_, small) = await MakeGroupsAsync(client);

        Assert.Equal(6, (await other.RequestAsync(new { msgid = 125, groupid = small })).Number("errno"));
        Assert.Equal(7, (await other.RequestAsync(new { msgid = 125, groupid = int.MaxValue })).Number("errno"));
        await using var nobody = await Node.ConnectAsync();
        foreach (var request in (object[])[new { msgid = 125, groupid = small }, new { msgid = 144 }, new { msgid = 145 }])
            Assert.Equal(3, (await nobody.RequestAsync(request)).Number("errno"));
    }

    [Fact]
    public async Task A_page_out_of_range_is_refused_by_the_name_of_the_key()
    {
        await using var client = await Node.LogInNewAsync();
        foreach (var (request, key) in ((object, string)[])[
            (new { msgid = 125 }, "groupid"), (new { msgid = 125, groupid = 1, after = -1 }, "after"), (new { msgid = 144, limit = 0 }, "limit"),
            (new { msgid = 145, after = "1" }, "after"), (new { msgid = 145, limit = 1.5 }, "limit")])
        {
            var refused = await client.RequestAsync(request);
            Assert.Equal(4, refused.Number("errno"));
            Assert.Contains($"\"{key}\"", refused.Text("errmsg"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Who_hides_is_offline_in_the_lists_too()
    {
        await using var hidden = await Node.LogInNewAsync();
        await using var shown = await Node.LogInNewAsync();
        await using var client = await Node.LogInNewAsync();
        await Eventually.EqualAsync(0L, async () => (await hidden.RequestAsync(new { msgid = 111, presence = "nobody" })).Number("errno"));
        var group = (await client.RequestAsync(new { msgid = 8, groupname = $"hide {client.UserId}" })).Number("groupid");
        foreach (var other in (ModernTestClient[])[hidden, shown])
        {
            Assert.Equal(0, (await client.RequestAsync(new { msgid = 7, friendid = other.UserId })).Number("errno"));
            Assert.Equal(0, (await other.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
        }

        await Node.EventuallyAsync("online", $"SELECT state FROM Users WHERE id = {shown.UserId}");
        var friends = (await client.RequestAsync(new { msgid = 145 })).GetProperty("friends").EnumerateArray();
        Assert.Equal([(hidden.UserId, "offline"), (shown.UserId, "online")], friends.Select(friend => ((int)friend.Number("id"), friend.Text("state"))));
        var members = (await client.RequestAsync(new { msgid = 125, groupid = group })).GetProperty("members").EnumerateArray();
        Assert.Equal(
            [(hidden.UserId, "offline"), (shown.UserId, "online"), (client.UserId, "online")],
            members.Select(member => ((int)member.Number("id"), member.Text("state"))));
    }

    [Fact]
    public async Task The_client_lists_page_by_page()
    {
        await using var account = await Node.LogInNewAsync();
        var (large, small) = await MakeGroupsAsync(account);
        await using var client = new ChatClient(new ChatClientOptions { Endpoints = [new ChatEndpoint("127.0.0.1", Node.Port)] });
        await client.ConnectAsync();
        var login = await client.LoginAsync(account.UserId, "secret");
        Assert.Equal([(large, true), (small, false)], login.Groups.Select(group => (group.Id, group.IsTruncated)).OrderByDescending(group => group.IsTruncated));

        var first = await client.ListMembersAsync(large, limit: 500);
        Assert.Equal((500, true), (first.Entries.Count, first.HasMore));
        var rest = await client.ListMembersAsync(large, after: first.Entries[^1].Id, limit: 500);
        Assert.True(rest.Entries[0].Id > first.Entries[^1].Id);
        Assert.Equal(account.UserId, Assert.Single((await client.ListMembersAsync(small, GroupRole.Creator)).Entries).Id);
        Assert.Empty((await client.ListMembersAsync(small, GroupRole.Normal)).Entries);
        Assert.Equal([large, small], (await client.ListGroupsAsync()).Entries.OrderByDescending(group => group.Members).Select(group => group.Id));
        Assert.Empty((await client.ListFriendsAsync()).Entries);
    }

    /// <summary>A group of 1500 others and the client, which another has made before, and one of the client alone.</summary>
    async Task<(int Large, int Small)> MakeGroupsAsync(ModernTestClient client)
    {
        await using var founder = await Node.LogInNewAsync();
        var large = (int)(await founder.RequestAsync(new { msgid = 8, groupname = $"large {client.UserId}" })).Number("groupid");
        Assert.Equal(0, (await client.RequestAsync(new { msgid = 9, groupid = large })).Number("errno"));
        var small = (int)(await client.RequestAsync(new { msgid = 8, groupname = $"small {client.UserId}" })).Number("groupid");
        await Node.ExecuteAsync($"DELETE FROM GroupUser WHERE groupid = {large} AND userid = {founder.UserId}");
        foreach (var chunk in Enumerable.Range(1, Large).Select(i => $"'member {client.UserId} {i}', ''").Chunk(500))
            await Node.ExecuteAsync($"INSERT INTO Users (name, password) VALUES ({string.Join("), (", chunk)})");
        await Node.ExecuteAsync($"INSERT INTO GroupUser (groupid, userid) SELECT {large}, id FROM Users WHERE name LIKE 'member {client.UserId} %'");
        return (large, small);
    }
}
