using System.Net;
using System.Text.Json;
using Chat.Node.Storage;
using Chat.Tests.Api;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Webhooks;

/// <summary>What happens to users and groups, on its way to a product's own server, which is a real one.</summary>
public sealed class EventNodeTests(WebhookNode fixture) : EventNodeTest(fixture)
{
    [Fact]
    public async Task A_new_user_is_told_of_with_what_the_product_has_said_of_it()
    {
        await AddAsync("user.created");
        var name = ApiNode.NewName();
        var plain = (await Node.PostAsync("/users", new { name, display = "Größe", password = "secret" })).Int("id");
        var external = (await Node.PostAsync("/users", new { display = "Bob", external = new { issuer = "shop", subject = name } })).Json;
        using var device = await LineClient.ConnectAsync(Node.ChatPort);
        var registered = (await device.AskAsync(new { msgid = 4, name = $"{name}x", password = "secret" })).GetProperty("id").GetInt32();
        var id = external.GetProperty("id").GetInt32();
        await ToldAsync(
            $$"""user.created {"user":{{plain}},"name":"{{name}}","display":"Größe"}""",
            $$$"""user.created {"user":{{{id}}},"name":"{{{external.GetProperty("name").GetString()}}}","display":"Bob","external":{"issuer":"shop","subject":"{{{name}}}"}}""",
            $$"""user.created {"user":{{registered}},"name":"{{name}}x"}""");
    }

    [Fact]
    public async Task The_first_session_that_comes_and_the_last_one_that_goes_are_told_of()
    {
        var user = await Node.NewUserAsync();
        await AddAsync("user.online", "user.offline");
        var (phone, desk) = (await LogInAsync(user), await LogInAsync(user));
        await ToldAsync($$"""user.online {"user":{{user}}}""");
        phone.Dispose();
        desk.Dispose();
        await ToldAsync($$"""user.online {"user":{{user}}}""", $$"""user.offline {"user":{{user}}}""");
        Assert.Equal(["e", "e"], Receiver.Events.Select(each => each.Id.Split(':')[0]));
    }

    [Fact]
    public async Task A_hidden_user_is_told_of_as_one()
    {
        var user = await Node.NewUserAsync();
        await Node.Service<Presence>().HideAsync(user, new HiddenThings(Presence: true));
        await AddAsync("user.online");
        using var device = await LogInAsync(user);
        await ToldAsync($$"""user.online {"user":{{user}},"hidden":true}""");
    }

    [Fact]
    public async Task A_group_is_told_of_from_its_beginning_to_its_end()
    {
        var (alice, bob, carol) = (await Node.NewUserAsync(), await Node.NewUserAsync(), await Node.NewUserAsync());
        await AddAsync("group.created", "group.changed", "member.joined", "member.left");
        var (name, other) = (ApiNode.NewName(), ApiNode.NewName());
        var group = (await Node.PostAsync("/groups", new { name, desc = "all", creator = alice, members = new[] { bob } })).Int("id");
        await SucceedAsync(HttpMethod.Post, $"/groups/{group}/members", new { ids = new[] { bob, carol, carol } });
        await SucceedAsync(HttpMethod.Patch, $"/groups/{group}", new { name = other });
        await SucceedAsync(HttpMethod.Delete, $"/groups/{group}/members", new { ids = new[] { alice, bob } });
        using var device = await LogInAsync(bob);
        Assert.Equal(0, (await device.AskAsync(new { msgid = 9, id = bob, groupid = group })).GetProperty("errno").GetInt32());
        await SucceedAsync(HttpMethod.Delete, $"/groups/{group}");
        await ToldAsync(
            $$"""group.created {"group":{{group}},"name":"{{name}}","desc":"all","creator":{{alice}},"members":[{{alice}},{{bob}}]}""",
            $$"""member.joined {"group":{{group}},"users":[{{carol}}]}""",
            $$"""group.changed {"group":{{group}},"name":"{{other}}","desc":"all"}""",
            $$"""member.left {"group":{{group}},"users":[{{alice}},{{bob}}]}""",
            $$"""member.joined {"group":{{group}},"users":[{{bob}}]}""",
            $$"""group.changed {"group":{{group}},"deleted":true}""");
    }

    [Fact]
    public async Task What_no_endpoint_wants_is_not_written()
    {
        await AddAsync("group.changed");
        var before = await LastEventAsync();
        var (alice, bob) = (await Node.NewUserAsync(), await Node.NewUserAsync());
        var group = await Node.NewGroupAsync(alice, bob);
        using (await LogInAsync(alice))
            await Eventually.EqualAsync(true, () => Node.Service<Presence>().IsListedAsync(alice));
        await Eventually.EqualAsync(false, () => Node.Service<Presence>().IsListedAsync(alice));
        Assert.Equal(before, await LastEventAsync());
        await SucceedAsync(HttpMethod.Delete, $"/groups/{group}");
        Assert.Equal(before + 1, await LastEventAsync());
    }

    [Fact]
    public async Task Many_events_come_in_few_requests_where_that_is_wanted_and_in_order()
    {
        await AddAsync(new { url = Receiver.Url, types = new[] { "user.created" }, batch = true });
        Receiver.Answer = count => count == 0 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK;
        var users = new List<int>();
        for (var i = 0; i < 230; i++)
            users.Add(await Node.NewUserAsync());
        await SoonAsync(230, () => Task.FromResult(TakenUsers().Count));
        Assert.Equal(users, TakenUsers());
        Assert.True(Receiver.Events.Count < 230, $"{Receiver.Events.Count} requests");
    }

    List<int> TakenUsers() =>
    [
        .. Receiver.Events.Where(each => each.IsTaken).SelectMany(each => each.Json.ValueKind == JsonValueKind.Array ? each.Json.EnumerateArray().ToList() : [each.Json])
            .Select(each => each.GetProperty("data").GetProperty("user").GetInt32()),
    ];
}
