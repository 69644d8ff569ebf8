using System.Net;
using System.Net.Http.Json;
using Chat.Node.Faults;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Chat.Tests.Webhooks;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>The node dies as after <c>kill -9</c>: the product's server learns all the same who was made, who came and who went.</summary>
[Collection(NodeCollection.Name)]
public abstract class EventCrashTests : ApiCrashTest, IAsyncLifetime
{
    WebhookReceiver _receiver = null!;

    private protected EventCrashTests(StorageProvider provider) : base(provider)
    {
    }

    public sealed class OnSqlite() : EventCrashTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : EventCrashTests(StorageProvider.MySql);

    public async Task InitializeAsync() => _receiver = await WebhookReceiver.StartAsync();

    public async Task DisposeAsync() => await _receiver.DisposeAsync();

    [Fact]
    public async Task Users_of_a_node_that_dies_come_and_go_once_though_the_receiver_was_away()
    {
        await using (var node = await StartAsync())
            await AddEndpointAsync(node, "user.created", "user.online", "user.offline");
        var port = _receiver.Port;
        await _receiver.DisposeAsync();
        int dave;
        await using (var node = await StartAsync())
        {
            await using var client = await node.LogInNewAsync("dave");
            dave = client.UserId;
            await node.EventuallyAsync(1L, $"SELECT COUNT(*) FROM UserPresence WHERE userid = {dave}");
            await node.KillAsync();
        }

        _receiver = await WebhookReceiver.StartAsync(port);
        await using var next = await StartAsync();
        await Eventually.EqualAsync(
            $"user.created {dave}, user.online {dave}, user.offline {dave}",
            () => Task.FromResult<string?>(string.Join(", ", Told())), TestNode.Patience);
    }

    [Theory]
    [InlineData(nameof(CrashPoint.AfterAcknowledge))]
    [InlineData(nameof(CrashPoint.AfterQueued))]
    public async Task A_message_whose_node_dies_wakes_its_receiver_by_the_next_start(string point)
    {
        int bob;
        await using (var node = await StartAsync())
        {
            await using (var client = await node.LogInNewAsync("bob"))
                bob = client.UserId;
            await node.EventuallyAsync(0L, "SELECT COUNT(*) FROM UserPresence");
            await AddEndpointAsync(node, "push.required");
        }

        await SendAndDieAsync(point, bob, "wake up");

        Assert.Empty(_receiver.Events);
        await using var next = await StartAsync();
        await Eventually.EqualAsync($"push.required {bob}", () => Task.FromResult<string?>(string.Join(", ", Told())), TestNode.Patience);
        Assert.Equal("wake up", _receiver.Events.First().Json.GetProperty("data").GetProperty("preview").GetString());
    }

    [Fact]
    public async Task A_member_whose_ban_kills_the_node_is_told_of_by_the_next_start()
    {
        int alice, bob, group;
        await using (var node = await StartAsync())
        {
            await using var creator = await node.LogInNewAsync("alice");
            await using var member = await node.LogInNewAsync("bob");
            (alice, bob) = (creator.UserId, member.UserId);
            group = (int)(await creator.RequestAsync(new { msgid = 8, groupname = "team", groupdesc = "" })).Number("groupid");
            Assert.Equal(0, (await member.RequestAsync(new { msgid = 9, groupid = group })).Number("errno"));
            await AddEndpointAsync(node, "member.left", "member.banned");
        }

        await using (var armed = await StartAsync(nameof(CrashPoint.AfterMemberChange)))
        {
            await using var again = await ModernTestClient.ConnectAsync(armed.Port, protocol: 3);
            await again.LogInAsync(new { msgid = 1, name = "alice", password = "secret" });
            try
            {
                await again.RequestAsync(new { msgid = 127, groupid = group, ban = new[] { bob } });
            }
            catch (IOException)
            {
                // its connection has died with it
            }

            await armed.ExitAsync(NodeProcess.KilledExitCode);
        }

        await using var next = await StartAsync();
        await Eventually.EqualAsync(
            $$"""member.left {"group":{{group}},"users":[{{bob}}]}, member.banned {"group":{{group}},"users":[{{bob}}],"by":{{alice}}}""",
            () => Task.FromResult<string?>(string.Join(", ", _receiver.Events.Where(each => each.IsTaken).DistinctBy(each => each.Id)
                .Select(each => $"{each.Json.GetProperty("type").GetString()} {each.Json.GetProperty("data").GetRawText()}"))),
            TestNode.Patience);
    }

    IEnumerable<string> Told() => _receiver.Events.Where(each => each.IsTaken).DistinctBy(each => each.Id)
        .Select(each => $"{each.Json.GetProperty("type").GetString()} {each.Json.GetProperty("data").GetProperty("user").GetInt32()}");

    async Task AddEndpointAsync(NodeProcess node, params string[] types)
    {
        using var http = ClientOf(node);
        using var made = await http.PostAsJsonAsync(new Uri("/api/v1/webhooks", UriKind.Relative), new { url = _receiver.Url, types });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
    }
}
