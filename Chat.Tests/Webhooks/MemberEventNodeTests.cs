using System.Text.Json;
using Chat.Protocol;
using Chat.Tests.Api;
using Xunit;

namespace Chat.Tests.Webhooks;

/// <summary>What becomes of members, of those who are none, and of the rules of groups, on its way to a product's own server, which is a real one.</summary>
public sealed class MemberEventNodeTests(WebhookNode fixture) : EventNodeTest(fixture)
{
    static readonly string[] Types =
        ["group.changed", "member.joined", "member.left", "member.changed", "member.banned", "member.unbanned", "member.requested", "member.declined"];

    [Fact]
    public async Task What_clients_do_is_told_once_with_who_has_done_it()
    {
        var (alice, bob, carol, dave) = (await Node.NewUserAsync(), await Node.NewUserAsync(), await Node.NewUserAsync(), await Node.NewUserAsync());
        var name = ApiNode.NewName();
        var group = (await Node.PostAsync("/groups", new { name, creator = alice, members = new[] { bob, carol } })).Int("id");
        await AddAsync(Types);
        using var admin = await LogInAsync(alice, protocol: 3);
        using var guest = await LogInAsync(dave, protocol: 3);

        await TwiceAsync(admin, new { msgid = 126, groupid = group, joining = "ask", sending = "admins" });
        await TwiceAsync(admin, new { msgid = 127, groupid = group, role = new { id = bob, role = "admin" } });
        await TwiceAsync(admin, new { msgid = 127, groupid = group, mute = new { id = carol, until = MuteChange.Forever } });
        await TwiceAsync(admin, new { msgid = 127, groupid = group, mute = new { id = carol, until = 0 } });
        await TwiceAsync(admin, new { msgid = 127, groupid = group, ban = new[] { carol } });
        await TwiceAsync(admin, new { msgid = 127, groupid = group, unban = new[] { carol } });
        await TwiceAsync(guest, new { msgid = 9, groupid = group });
        await TwiceAsync(guest, new { msgid = 128, groupid = group });
        await TwiceAsync(guest, new { msgid = 9, groupid = group });
        await TwiceAsync(admin, new { msgid = 129, groupid = group, decline = new[] { dave } });
        await TwiceAsync(guest, new { msgid = 9, groupid = group });
        await TwiceAsync(admin, new { msgid = 129, groupid = group, accept = new[] { dave } });
        await TwiceAsync(admin, new { msgid = 127, groupid = group, owner = bob });

        await ToldAsync(
            $$"""group.changed {"group":{{group}},"name":"{{name}}","desc":"","joining":"ask","sending":"admins"}""",
            $$"""member.changed {"group":{{group}},"user":{{bob}},"by":{{alice}},"role":"admin"}""",
            $$"""member.changed {"group":{{group}},"user":{{carol}},"by":{{alice}},"muted_until":{{MuteChange.Forever}}}""",
            $$"""member.changed {"group":{{group}},"user":{{carol}},"by":{{alice}},"muted_until":0}""",
            $$"""member.left {"group":{{group}},"users":[{{carol}}]}""",
            $$"""member.banned {"group":{{group}},"users":[{{carol}}],"by":{{alice}}}""",
            $$"""member.unbanned {"group":{{group}},"users":[{{carol}}],"by":{{alice}}}""",
            $$"""member.requested {"group":{{group}},"users":[{{dave}}]}""",
            $$"""member.declined {"group":{{group}},"users":[{{dave}}],"by":{{dave}}}""",
            $$"""member.requested {"group":{{group}},"users":[{{dave}}]}""",
            $$"""member.declined {"group":{{group}},"users":[{{dave}}],"by":{{alice}}}""",
            $$"""member.requested {"group":{{group}},"users":[{{dave}}]}""",
            $$"""member.joined {"group":{{group}},"users":[{{dave}}]}""",
            $$"""member.changed {"group":{{group}},"user":{{alice}},"by":{{alice}},"role":"admin"}""",
            $$"""member.changed {"group":{{group}},"user":{{bob}},"by":{{alice}},"role":"creator"}""");
    }

    [Fact]
    public async Task What_the_product_does_is_told_once_and_nobody_has_done_it()
    {
        var (alice, bob, carol) = (await Node.NewUserAsync(), await Node.NewUserAsync(), await Node.NewUserAsync());
        var name = ApiNode.NewName();
        var group = (await Node.PostAsync("/groups", new { name, desc = "all", creator = alice, members = new[] { bob } })).Int("id");
        await AddAsync(Types);

        await TwiceAsync(HttpMethod.Patch, $"/groups/{group}", new { avatar = "https://example.com/a.png", history = "joined", keepDays = 30 });
        await TwiceAsync(HttpMethod.Patch, $"/groups/{group}", new { name, avatar = "", keepDays = 0 });
        await TwiceAsync(HttpMethod.Patch, $"/groups/{group}/members/{bob}", new { role = "admin", mutedUntil = MuteChange.Forever });
        await TwiceAsync(HttpMethod.Patch, $"/groups/{group}/members/{bob}", new { role = "creator" });
        await TwiceAsync(HttpMethod.Post, $"/groups/{group}/bans", new { ids = new[] { alice, carol } });
        await TwiceAsync(HttpMethod.Delete, $"/groups/{group}/bans", new { ids = new[] { alice } });
        await TwiceAsync(HttpMethod.Post, $"/groups/{group}/members", new { ids = new[] { carol } }); // the product may let in who is banned

        await ToldAsync(
            $$"""group.changed {"group":{{group}},"name":"{{name}}","desc":"all","avatar":"https://example.com/a.png","history":"joined","keep_days":30}""",
            $$"""group.changed {"group":{{group}},"name":"{{name}}","desc":"all","avatar":"","keep_days":0}""",
            $$"""member.changed {"group":{{group}},"user":{{bob}},"role":"admin","muted_until":{{MuteChange.Forever}}}""",
            $$"""member.changed {"group":{{group}},"user":{{alice}},"role":"admin"}""",
            $$"""member.changed {"group":{{group}},"user":{{bob}},"role":"creator","muted_until":0}""",
            $$"""member.left {"group":{{group}},"users":[{{alice}}]}""",
            $$"""member.banned {"group":{{group}},"users":[{{alice}},{{carol}}]}""",
            $$"""member.unbanned {"group":{{group}},"users":[{{alice}}]}""",
            $$"""member.unbanned {"group":{{group}},"users":[{{carol}}]}""",
            $$"""member.joined {"group":{{group}},"users":[{{carol}}]}""");
    }

    [Fact]
    public async Task What_no_endpoint_wants_of_members_is_not_written()
    {
        var (alice, bob) = (await Node.NewUserAsync(), await Node.NewUserAsync());
        var group = await Node.NewGroupAsync(alice);
        await AddAsync("member.unbanned");
        var before = await LastEventAsync();
        await SucceedAsync(HttpMethod.Patch, $"/groups/{group}", new { joining = "ask" });
        using (var guest = await LogInAsync(bob, protocol: 3))
            await TwiceAsync(guest, new { msgid = 9, groupid = group });
        await SucceedAsync(HttpMethod.Post, $"/groups/{group}/requests/accept", new { ids = new[] { bob } });
        await SucceedAsync(HttpMethod.Patch, $"/groups/{group}/members/{bob}", new { role = "admin" });
        await SucceedAsync(HttpMethod.Post, $"/groups/{group}/bans", new { ids = new[] { bob } });
        Assert.Equal(before, await LastEventAsync());
        await SucceedAsync(HttpMethod.Delete, $"/groups/{group}/bans", new { ids = new[] { bob } });
        Assert.Equal(before + 1, await LastEventAsync());
    }

    /// <summary>What is so already is a success, and nothing happens.</summary>
    static async Task TwiceAsync(LineClient client, object request)
    {
        for (var time = 0; time < 2; time++)
        {
            var answer = await client.AskAsync(request);
            Assert.True(answer.GetProperty("errno").GetInt32() == 0, $"{JsonSerializer.Serialize(request)}: {answer}");
        }
    }

    async Task TwiceAsync(HttpMethod method, string path, object body)
    {
        for (var time = 0; time < 2; time++)
            await SucceedAsync(method, path, body);
    }
}
