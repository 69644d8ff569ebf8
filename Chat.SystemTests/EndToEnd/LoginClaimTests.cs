using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Names by which people register and log in, and requests that say whose they are.</summary>
[Collection(NodeCollection.Name)]
public abstract class LoginClaimTests(NodeFixture fixture)
{
    TestNode Node => fixture.Node;

    public sealed class OnSqlite(SqliteNode node) : LoginClaimTests(node), IClassFixture<SqliteNode>;

    public sealed class OnMariaDb(MariaDbNode node) : LoginClaimTests(node), IClassFixture<MariaDbNode>;

    [Fact]
    public async Task A_login_that_names_two_users_is_refused_and_says_what_disagrees()
    {
        await using var alice = await Node.LogInNewAsync("alice");
        await using var bob = await Node.LogInNewAsync("bob");
        await using var client = await Node.ConnectAsync();
        foreach (var (request, named) in ((object, string[])[])[
            (new { msgid = 1, token = alice.Token, id = bob.UserId }, ["\"id\"", "\"token\""]),
            (new { msgid = 1, token = alice.Token, name = bob.Name }, ["\"name\"", "\"token\""]),
            (new { msgid = 1, token = alice.Token, id = alice.UserId, name = bob.Name }, ["\"name\"", "\"token\""]),
            (new { msgid = 1, token = alice.Token, password = "secret" }, ["\"password\"", "\"token\""]),
            (new { msgid = 1, id = alice.UserId, name = bob.Name, password = "secret" }, ["\"name\"", "\"id\""])])
        {
            var refused = await client.RequestAsync(request);
            Assert.Equal((2, 4, false), (refused.Number("msgid"), refused.Number("errno"), refused.GetProperty("retry").GetBoolean()));
            Assert.All(named, key => Assert.Contains(key, refused.Text("errmsg"), StringComparison.Ordinal));
        }

        // Nobody is told whose password it is not.
        Assert.Equal(1, (await client.RequestAsync(new { msgid = 1, id = alice.UserId, name = bob.Name, password = "wrong" })).Number("errno"));
        Assert.False(alice.Closed.IsCompleted);
        await client.LogInAsync(new { msgid = 1, token = alice.Token, id = alice.UserId, name = alice.Name.ToUpperInvariant() });
        await using var third = await Node.ConnectAsync();
        await third.LogInAsync(new { msgid = 1, id = alice.UserId, name = alice.Name, password = "secret" });
    }

    [Fact]
    public async Task A_legacy_login_that_names_two_users_is_refused_with_the_reason()
    {
        await using var alice = await Node.LogInNewAsync("alice");
        await using var bob = await Node.LogInNewAsync("bob");
        await using var legacy = await Node.ConnectLegacyAsync();
        foreach (var request in (string[])[
            $$"""{"id":{{bob.UserId}},"msgid":1,"token":"{{alice.Token}}"}""",
            $$"""{"id":{{alice.UserId}},"msgid":1,"name":"{{bob.Name}}","password":"secret"}""",
            $$"""{"id":{{alice.UserId}},"msgid":1,"password":"secret","token":"{{alice.Token}}"}"""])
        {
            await legacy.SendAsync(request);
            var refused = await legacy.NextAsync();
            Assert.Equal((2, 1), (refused.Number("msgid"), refused.Number("errno")));
            Assert.NotEmpty(refused.Text("errmsg"));
        }

        Assert.Equal(0, (await legacy.LogInAsync(alice.UserId)).Number("errno"));
    }

    [Fact]
    public async Task Every_request_that_says_it_is_another_users_is_refused()
    {
        await using var alice = await Node.LogInNewAsync("alice");
        await using var bob = await Node.LogInNewAsync("bob");
        var group = (await alice.RequestAsync(new { msgid = 8, groupname = $"g {alice.UserId}" })).Number("groupid");
        foreach (var fields in (Dictionary<string, object>[])[
            new() { ["msgid"] = 3 }, new() { ["msgid"] = 7, ["friendid"] = bob.UserId }, new() { ["msgid"] = 8, ["groupname"] = $"h {alice.UserId}" },
            new() { ["msgid"] = 9, ["groupid"] = group }, new() { ["msgid"] = 103, ["conversation"] = $"g:{group}", ["seq"] = 1 },
            new() { ["msgid"] = 107, ["conversation"] = $"g:{group}" }, new() { ["msgid"] = 108 },
            new() { ["msgid"] = 109, ["conversation"] = $"g:{group}", ["seq"] = 1 }, new() { ["msgid"] = 110 },
            new() { ["msgid"] = 111, ["presence"] = "nobody" }, new() { ["msgid"] = 125, ["groupid"] = group }, new() { ["msgid"] = 144 }, new() { ["msgid"] = 145 }])
        {
            foreach (var (key, value) in ((string, object)[])[("id", bob.UserId), ("name", bob.Name)])
            {
                var refused = await alice.RequestAsync(new Dictionary<string, object>(fields) { [key] = value });
                Assert.Equal((102, 6), (refused.Number("msgid"), refused.Number("errno")));
                Assert.Contains($"\"{key}\"", refused.Text("errmsg"), StringComparison.Ordinal);
            }
        }

        Assert.Equal(0, (await alice.RequestAsync(new { msgid = 144, id = alice.UserId, name = alice.Name })).Number("errno"));
        Assert.Equal(0, await Node.ScalarAsync<int>($"SELECT COUNT(*) FROM UserPrivacy WHERE userid = {alice.UserId}"));
    }

    [Fact]
    public async Task A_name_is_one_name_in_every_form_and_the_ack_has_the_composed_one()
    {
        await using var client = await Node.ConnectAsync();
        var number = Guid.NewGuid().ToString("n")[..8];
        Assert.Equal(0, (await client.RequestAsync(new { msgid = 4, name = $"Ame\u0301lie {number}", password = "secret" })).Number("errno"));
        foreach (var taken in (string[])[$"Amélie {number}", $"AMÉLIE {number}", $"ame\u0301lie {number}"])
            Assert.Equal(1, (await client.RequestAsync(new { msgid = 4, name = taken, password = "x" })).Number("errno"));
        var ack = await client.LogInAsync(new { msgid = 1, name = $"AME\u0301LIE {number}", password = "secret" });
        Assert.Equal($"Amélie {number}", ack.Text("name"));
        Assert.Equal(0, (await client.RequestAsync(new { msgid = 8, groupname = $"\u212A {number}" })).Number("errno"));
        Assert.Equal(1, (await client.RequestAsync(new { msgid = 8, groupname = $"k {number}" })).Number("errno"));
    }

    [Fact]
    public async Task A_name_of_invisible_characters_is_no_name()
    {
        await using var client = await Node.LogInNewAsync();
        foreach (var (request, kind) in ((object, int)[])[(new { msgid = 4, name = "a\u200B", password = "x" }, 5), (new { msgid = 8, groupname = "a\u202E" }, 102)])
        {
            var refused = await client.RequestAsync(request);
            Assert.Equal((kind, 4), (refused.Number("msgid"), refused.Number("errno")));
            Assert.Contains("position 2", refused.Text("errmsg"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_password_has_up_to_1024_bytes_and_a_longer_one_is_refused_by_its_number()
    {
        await using var client = await Node.ConnectAsync();
        var (name, password) = ($"long {Guid.NewGuid():n}"[..30], string.Concat(Enumerable.Repeat("é", 512)));
        Assert.Equal(0, (await client.RequestAsync(new { msgid = 4, name, password })).Number("errno"));
        var refused = await client.RequestAsync(new { msgid = 1, name, password = password + "x" });
        Assert.Equal((2, 4), (refused.Number("msgid"), refused.Number("errno")));
        Assert.Contains("1025 bytes", refused.Text("errmsg"), StringComparison.Ordinal);
        await client.LogInAsync(new { msgid = 1, name, password });
    }

    [Fact]
    public async Task A_groups_description_has_up_to_200_characters()
    {
        await using var client = await Node.LogInNewAsync();
        var text = string.Concat(Enumerable.Repeat("😀", 200));
        Assert.Equal(0, (await client.RequestAsync(new { msgid = 8, groupname = $"d {client.UserId}", groupdesc = text })).Number("errno"));
        Assert.Equal(4, (await client.RequestAsync(new { msgid = 8, groupname = $"e {client.UserId}", groupdesc = text + "x" })).Number("errno"));
        Assert.Equal(text, (await client.RequestAsync(new { msgid = 144 })).GetProperty("groups")[0].Text("groupdesc"));
    }
}
