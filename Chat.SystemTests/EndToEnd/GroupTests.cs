using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>What groups are, and who is in them, as clients see it.</summary>
[Collection(NodeCollection.Name)]
public abstract class GroupTests(NodeFixture fixture)
{
    TestNode Node => fixture.Node;

    public sealed class OnSqlite(SqliteNode node) : GroupTests(node), IClassFixture<SqliteNode>;

    public sealed class OnMariaDb(MariaDbNode node) : GroupTests(node), IClassFixture<MariaDbNode>;

    [Fact]
    public async Task A_group_is_shown_to_members_and_to_those_who_could_join()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        var group = await MakeAsync(alice);
        var own = await alice.RequestAsync(new { msgid = 124, groupid = group });
        Assert.Equal((0L, "all of us", 1L, "free", "all", "all", "creator"), (
            own.Number("errno"), own.Text("desc"), own.Number("members"), own.Text("joining"), own.Text("sending"), own.Text("history"), own.Text("role")));
        var others = await bob.RequestAsync(new { msgid = 124, groupid = group });
        Assert.Equal((own.Text("name"), false), (others.Text("name"), others.Has("role")));
        Assert.Equal(7, (await bob.RequestAsync(new { msgid = 124, groupid = int.MaxValue })).Number("errno"));
        await using var old = await Node.LogInNewAsync();
        foreach (var msgid in (int[])[124, 128])
            Assert.Equal(5, (await old.RequestAsync(new { msgid, groupid = group })).Number("errno"));
    }

    [Fact]
    public async Task Who_leaves_gets_nothing_any_more_and_is_told_on_other_devices()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        var group = await MakeAsync(alice);
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
        await using var tablet = await ModernTestClient.ConnectAsync(Node.Port, protocol: 3);
        await tablet.LogInAsync(new { msgid = 1, id = bob.UserId, password = "secret" });
        Assert.Equal(0, (await alice.SendToGroupAsync(group, "before")).Number("errno"));
        Assert.Equal("before", (await bob.NextAsync()).Text("msg"));
        Assert.Equal("before", (await tablet.NextAsync()).Text("msg"));

        foreach (var _ in (int[])[1, 2])
            Assert.Equal(0, (await bob.RequestAsync(new { msgid = 128, groupid = group })).Number("errno"));
        Assert.Equal(0, (await alice.SendToGroupAsync(group, "after")).Number("errno"));
        var told = await tablet.NextAsync();
        Assert.Equal((130L, (long)group, "removed", (long)bob.UserId), (told.Number("msgid"), told.Number("groupid"), told.Text("change"), told.Number("by")));
        Assert.Equal(0, (await alice.SendToAsync(bob.UserId, "the end")).Number("errno"));
        Assert.Equal("the end", (await bob.NextAsync()).Text("msg"));
        Assert.Equal("the end", (await tablet.NextAsync()).Text("msg"));
        Assert.Equal(6, (await bob.SendToGroupAsync(group, "too late")).Number("errno"));
        Assert.Equal(6, (await bob.RequestAsync(new { msgid = 107, conversation = $"g:{group}" })).Number("errno"));
        Assert.DoesNotContain((await bob.RequestAsync(new { msgid = 134 })).GetProperty("conversations").EnumerateArray(), entry => entry.Text("conversation") == $"g:{group}");
    }

    [Fact]
    public async Task A_creator_leaves_last_and_takes_the_group_along()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        var group = await MakeAsync(alice);
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
        var refused = await alice.RequestAsync(new { msgid = 128, groupid = group });
        Assert.Equal((13L, false), (refused.Number("errno"), refused.GetProperty("retry").GetBoolean()));
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 128, groupid = group })).Number("errno"));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 128, groupid = group })).Number("errno"));
        foreach (var msgid in (int[])[9, 124, 125, 128])
            Assert.Equal(7, (await alice.RequestAsync(new { msgid, groupid = group })).Number("errno"));
        Assert.Equal(7, (await alice.SendToGroupAsync(group, "hello?")).Number("errno"));
    }

    [Fact]
    public async Task Members_are_listed_by_role_and_as_of_a_number()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        var group = await MakeAsync(alice);
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
        Assert.Equal(0, (await alice.SendToGroupAsync(group, "hi")).Number("errno"));
        Assert.Equal([alice.UserId], await MembersAsync(alice, group, "creator"));
        Assert.Equal([bob.UserId], await MembersAsync(alice, group, "normal"));
        Assert.Empty(await MembersAsync(alice, group, "admin"));
        Assert.Equal(1, (await alice.RequestAsync(new { msgid = 125, groupid = group })).Number("seq"));
        var wrong = await alice.RequestAsync(new { msgid = 125, groupid = group, role = "king" });
        Assert.Equal(4, wrong.Number("errno"));
        Assert.Contains("\"role\"", wrong.Text("errmsg"), StringComparison.Ordinal);
        await using var old = await Node.ConnectAsync();
        await old.LogInAsync(new { msgid = 1, id = bob.UserId, password = "secret" });
        var page = await old.RequestAsync(new { msgid = 125, groupid = group, role = "king" });
        Assert.Equal((2, false), (page.GetProperty("members").GetArrayLength(), page.Has("seq")));
    }

    static async Task<List<int>> MembersAsync(ModernTestClient client, int group, string role) =>
        (await client.RequestAsync(new { msgid = 125, groupid = group, role })).GetProperty("members").EnumerateArray().Select(member => (int)member.Number("id")).ToList();

    async Task<ModernTestClient> NewAsync()
    {
        var client = await ModernTestClient.ConnectAsync(Node.Port, protocol: 3);
        await client.RegisterAndLogInAsync($"{Guid.NewGuid():N}");
        return client;
    }

    static async Task<int> MakeAsync(ModernTestClient creator) =>
        (int)(await creator.RequestAsync(new { msgid = 8, groupname = $"{Guid.NewGuid():N}", groupdesc = "all of us" })).Number("groupid");
}
