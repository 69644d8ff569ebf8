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
        await alice.NextSystemAsync(); // who has come in
        Assert.Equal(2, (await alice.SendToGroupAsync(group, "hi")).Number("seq"));
        Assert.Equal([alice.UserId], await MembersAsync(alice, group, "creator"));
        Assert.Equal([bob.UserId], await MembersAsync(alice, group, "normal"));
        Assert.Empty(await MembersAsync(alice, group, "admin"));
        Assert.Equal(2, (await alice.RequestAsync(new { msgid = 125, groupid = group })).Number("seq"));
        var wrong = await alice.RequestAsync(new { msgid = 125, groupid = group, role = "king" });
        Assert.Equal(4, wrong.Number("errno"));
        Assert.Contains("\"role\"", wrong.Text("errmsg"), StringComparison.Ordinal);
        await using var old = await Node.ConnectAsync();
        await old.LogInAsync(new { msgid = 1, id = bob.UserId, password = "secret" });
        var page = await old.RequestAsync(new { msgid = 125, groupid = group, role = "king" });
        Assert.Equal((2, false), (page.GetProperty("members").GetArrayLength(), page.Has("seq")));
    }

    [Fact]
    public async Task A_group_gets_another_name_and_rules_and_its_members_are_told()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        var group = await MakeAsync(alice);
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
        Assert.Equal(13, (await bob.RequestAsync(new { msgid = 126, groupid = group, desc = "mine" })).Number("errno"));
        var name = $"Größe {Guid.NewGuid():N}";
        foreach (var _ in (int[])[1, 2])
            Assert.Equal(0, (await alice.RequestAsync(new { msgid = 126, groupid = group, name, avatar = "https://a.example/1.png", joining = "invite", sending = "admins" })).Number("errno"));
        var told = await bob.NextAsync();
        Assert.Equal((130L, "changed", (long)alice.UserId), (told.Number("msgid"), told.Text("change"), told.Number("by")));
        var now = await bob.RequestAsync(new { msgid = 124, groupid = group });
        Assert.Equal((name, "all of us", "https://a.example/1.png", "invite", "admins"), (now.Text("name"), now.Text("desc"), now.Text("avatar"), now.Text("joining"), now.Text("sending")));

        var refused = await bob.SendToGroupAsync(group, "hello?");
        Assert.Equal((13L, false), (refused.Number("errno"), refused.Has("until")));
        Assert.Equal(0, (await alice.SendToGroupAsync(group, "quiet please")).Number("errno"));
        Assert.Equal("quiet please", (await bob.NextAsync()).Text("msg")); // and was told once
        await using var carol = await NewAsync();
        Assert.Equal(13, (await carol.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
        Assert.Equal(6, (await carol.RequestAsync(new { msgid = 124, groupid = group })).Number("errno"));
        Assert.Equal(13, (await bob.RequestAsync(new { msgid = 127, groupid = group, add = new[] { carol.UserId } })).Number("errno"));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 127, groupid = group, role = new { id = bob.UserId, role = "admin" } })).Number("errno"));
        Assert.Equal("role", (await bob.NextAsync()).Text("change"));
        Assert.Equal(0, (await bob.SendToGroupAsync(group, "thanks")).Number("errno"));
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 127, groupid = group, add = new[] { carol.UserId } })).Number("errno"));
    }

    [Fact]
    public async Task What_a_group_cannot_be_is_refused_by_name()
    {
        await using var alice = await NewAsync();
        var (group, other) = (await MakeAsync(alice), await MakeAsync(alice));
        var taken = (await alice.RequestAsync(new { msgid = 124, groupid = other })).Text("name");
        Assert.Equal(1, (await alice.RequestAsync(new { msgid = 126, groupid = group, name = taken })).Number("errno"));
        Assert.Equal(7, (await alice.RequestAsync(new { msgid = 126, groupid = int.MaxValue, desc = "x" })).Number("errno"));
        foreach (var (request, errno, key) in ((object, long, string)[])[
            (new { msgid = 126, groupid = group, name = "a\u200bb" }, 4, "\"name\""), (new { msgid = 126, groupid = group, desc = new string('x', 201) }, 4, "\"desc\""),
            (new { msgid = 126, groupid = group, history = "some" }, 4, "\"history\""), (new { msgid = 126, groupid = group, keep_days = 0.5 }, 4, "\"keep_days\"")])
        {
            var refused = await alice.RequestAsync(request);
            Assert.Equal(errno, refused.Number("errno"));
            Assert.Contains(key, refused.Text("errmsg"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_deleted_group_takes_nothing_and_its_members_are_told()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        var group = await MakeAsync(alice);
        Assert.Equal(0, (await bob.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
        Assert.Equal(0, (await alice.SendToGroupAsync(group, "the last word")).Number("errno"));
        Assert.Equal("the last word", (await bob.NextAsync()).Text("msg"));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 127, groupid = group, role = new { id = bob.UserId, role = "admin" } })).Number("errno"));
        Assert.Equal("role", (await bob.NextAsync()).Text("change"));
        Assert.Equal(13, (await bob.RequestAsync(new { msgid = 126, groupid = group, delete = true })).Number("errno"));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 126, groupid = group, delete = true })).Number("errno"));
        Assert.Equal("deleted", (await bob.NextAsync()).Text("change"));
        Assert.Equal(7, (await bob.SendToGroupAsync(group, "hello?")).Number("errno"));
        Assert.Equal(6, (await bob.RequestAsync(new { msgid = 107, conversation = $"g:{group}" })).Number("errno"));
        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 126, groupid = group, delete = true })).Number("errno")); // as was asked for
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
