using System.Text.Json;
using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>The devices on which a user is logged in, as clients see them.</summary>
[Collection(NodeCollection.Name)]
public abstract class DeviceTests(NodeFixture fixture)
{
    TestNode Node => fixture.Node;

    public sealed class OnSqlite(SqliteNode node) : DeviceTests(node), IClassFixture<SqliteNode>;

    public sealed class OnMariaDb(MariaDbNode node) : DeviceTests(node), IClassFixture<MariaDbNode>;

    [Fact]
    public async Task Devices_are_listed_named_and_known_again_by_their_tokens()
    {
        await using var first = await NewAsync();
        await using var phone = await OnAsync(first, "phone", "Ann's 📱", "android");
        await using var laptop = await OnAsync(first, "laptop");
        var list = await ListAsync(phone);
        Assert.Equal(["laptop", "phone"], list.Select(device => device.Text("device")).Order());
        var own = list.Single(device => device.Text("device") == "phone");
        Assert.Equal(("Ann's 📱", "android", true, false), (own.Text("name"), own.Text("platform"), own.Has("here"), own.Has("push")));
        Assert.False(list.Single(device => device.Text("device") == "laptop").Has("here"));
        Assert.DoesNotContain(await ListAsync(first), device => device.Has("here"));

        Assert.Equal(0, (await laptop.RequestAsync(new { msgid = 140, device = "phone", name = "Renamed" })).Number("errno"));
        await using var again = await ModernTestClient.ConnectAsync(Node.Port, protocol: 3);
        await again.LogInAsync(new { msgid = 1, token = phone.Token });
        await using var named = await OnAsync(first, "phone", "from the login", "android");
        var renamed = (await ListAsync(again)).Single(device => device.Has("here"));
        Assert.Equal(("phone", "Renamed"), (renamed.Text("device"), renamed.Text("name")));

        Assert.Equal(7, (await again.RequestAsync(new { msgid = 140, device = "nothing", name = "x" })).Number("errno"));
        await using var mallory = await NewAsync();
        foreach (var change in (object[])[new { msgid = 140, device = "phone", name = "x" }, new { msgid = 140, device = "phone", revoke = true }])
            Assert.Equal(7, (await mallory.RequestAsync(change)).Number("errno"));
    }

    [Fact]
    public async Task A_token_belongs_to_the_device_that_used_it_first()
    {
        await using var first = await NewAsync();
        await using var plain = await ModernTestClient.ConnectAsync(Node.Port, protocol: 3);
        await plain.LogInAsync(new { msgid = 1, token = first.Token, device = new { id = "tab" } });
        Assert.Equal("tab", Assert.Single(await ListAsync(plain)).Text("device"));
        await using var other = await ModernTestClient.ConnectAsync(Node.Port, protocol: 3);
        var refused = await other.RequestAsync(new { msgid = 1, token = first.Token, device = new { id = "other" } });
        Assert.Equal(4, refused.Number("errno"));
        Assert.Contains("does not agree with \"token\", which is of device tab", refused.Text("errmsg"), StringComparison.Ordinal);
        var wrong = await other.RequestAsync(new { msgid = 1, token = first.Token, device = new { id = "a b" } });
        Assert.Equal((4L, false), (wrong.Number("errno"), wrong.GetProperty("retry").GetBoolean()));
        Assert.Contains("\"device.id\" has U+0020 at position 2", wrong.Text("errmsg"), StringComparison.Ordinal);
        await other.LogInAsync(new { msgid = 1, token = first.Token });
        Assert.True(Assert.Single(await ListAsync(other)).Has("here"));
    }

    [Fact]
    public async Task A_revoked_device_is_out_at_once_and_its_tokens_are_worth_nothing()
    {
        await using var first = await NewAsync();
        await using var phone = await OnAsync(first, "phone");
        await using var second = await OnAsync(first, "phone");
        await using var laptop = await OnAsync(first, "laptop");
        Assert.Equal(0, (await laptop.RequestAsync(new { msgid = 140, device = "phone", revoke = true })).Number("errno"));
        foreach (var ended in (ModernTestClient[])[phone, second])
        {
            var told = await ended.NextAsync();
            Assert.Equal((106L, "revoked", false), (told.Number("msgid"), told.Text("reason"), told.GetProperty("reconnect").GetBoolean()));
            await ended.Closed.WaitAsync(TestNode.Patience);
            await using var back = await ModernTestClient.ConnectAsync(Node.Port, protocol: 3);
            Assert.Equal(1, (await back.RequestAsync(new { msgid = 1, token = ended.Token })).Number("errno"));
        }

        Assert.Equal(7, (await laptop.RequestAsync(new { msgid = 140, device = "phone", revoke = true })).Number("errno"));
        Assert.Equal("laptop", Assert.Single(await ListAsync(laptop)).Text("device"));
        await using var renewed = await OnAsync(first, "phone"); // the password is still right
        await using var old = await ModernTestClient.ConnectAsync(Node.Port, protocol: 3);
        Assert.Equal(1, (await old.RequestAsync(new { msgid = 1, token = phone.Token })).Number("errno"));

        Assert.Equal(0, (await renewed.RequestAsync(new { msgid = 140, device = "phone", revoke = true })).Number("errno"));
        Assert.Equal("revoked", (await renewed.NextAsync()).Text("reason"));
    }

    [Fact]
    public async Task Who_logs_out_everywhere_or_on_one_device_is_not_woken_there()
    {
        await using var first = await NewAsync();
        await using var phone = await OnAsync(first, "phone");
        var push = new { msgid = 140, device = "phone", push = new { provider = "fcm", token = $"t{Guid.NewGuid():N}" } };
        Assert.Equal(0, (await phone.RequestAsync(push)).Number("errno"));
        Assert.True(Assert.Single(await ListAsync(phone)).Has("push"));
        Assert.Single((await Node.Service<DeviceStore>().WakeableAsync([first.UserId]))[first.UserId]);
        Assert.Equal(0, (await phone.RequestAsync(new { msgid = 3 })).Number("errno"));
        Assert.Empty(await ListAsync(first));

        await using var again = await OnAsync(first, "phone");
        Assert.Equal(0, (await again.RequestAsync(push)).Number("errno"));
        Assert.True(await Node.EndSessionsAsync(first.UserId));
        Assert.Equal("revoked", (await again.NextAsync()).Text("reason"));
        Assert.Empty((await Node.Service<DeviceStore>().WakeableAsync([first.UserId]))[first.UserId]);
    }

    [Fact]
    public async Task A_push_token_belongs_to_whoever_has_told_it_last_until_it_is_dead()
    {
        await using var alice = await NewAsync();
        await using var bob = await NewAsync();
        await using var hers = await OnAsync(alice, "shared-tablet");
        await using var his = await OnAsync(bob, "shared-tablet");
        var target = new PushTarget("apns", $"t{Guid.NewGuid():N}");
        var push = new { msgid = 140, device = "shared-tablet", push = new { provider = target.Provider, token = target.Token } };
        Assert.Equal(0, (await hers.RequestAsync(push)).Number("errno"));
        Assert.Equal(0, (await his.RequestAsync(push)).Number("errno"));
        var devices = Node.Service<DeviceStore>();
        var wakeable = await devices.WakeableAsync([alice.UserId, bob.UserId]);
        Assert.Empty(wakeable[alice.UserId]);
        Assert.Equal(target.Token, Assert.Single(wakeable[bob.UserId]).Token);
        Assert.True(await devices.FailAsync(target));
        Assert.False(await devices.FailAsync(target with { Provider = "fcm" }));
        Assert.Empty((await devices.WakeableAsync([bob.UserId]))[bob.UserId]);
        Assert.False(Assert.Single(await ListAsync(his)).Has("push"));
        Assert.Equal(0, (await his.RequestAsync(push)).Number("errno"));
        Assert.True(Assert.Single(await ListAsync(his)).Has("push"));
        Assert.Equal(0, (await his.RequestAsync(new { msgid = 140, device = "shared-tablet", push = (object?)null })).Number("errno"));
        Assert.False(Assert.Single(await ListAsync(his)).Has("push"));
    }

    [Fact]
    public async Task Clients_of_version_2_have_no_devices_whatever_they_send()
    {
        await using var first = await NewAsync();
        await using var old = await Node.ConnectAsync();
        await old.LogInAsync(new { msgid = 1, id = first.UserId, password = "secret", device = 5 });
        foreach (var request in (object[])[new { msgid = 139 }, new { msgid = 140, device = "a", name = "x" }, new { msgid = 143, conversation = "d:1:2", seq = 1, reason = "x" }])
            Assert.Equal(5, (await old.RequestAsync(request)).Number("errno"));
        await using var legacy = await Node.ConnectLegacyAsync();
        await legacy.SendAsync($$"""{"device":{"id":"x"},"id":{{first.UserId}},"msgid":1,"password":"secret"}""");
        Assert.Equal(0, (await legacy.NextAsync()).Number("errno"));
        Assert.Empty(await ListAsync(first));
    }

    Task<ModernTestClient> NewAsync() => ModernTestClient.NewAsync(Node.Port, $"u{Guid.NewGuid():N}"[..20]);

    async Task<ModernTestClient> OnAsync(ModernTestClient user, string id, string? name = null, string? platform = null)
    {
        var client = await ModernTestClient.ConnectAsync(Node.Port, protocol: 3);
        var device = new Dictionary<string, string> { ["id"] = id };
        if (name is not null)
            device["name"] = name;
        if (platform is not null)
            device["platform"] = platform;
        await client.LogInAsync(new { msgid = 1, id = user.UserId, password = "secret", device });
        return client;
    }

    static async Task<List<JsonElement>> ListAsync(ModernTestClient client) => [.. (await client.RequestAsync(new { msgid = 139 })).GetProperty("devices").EnumerateArray()];
}
