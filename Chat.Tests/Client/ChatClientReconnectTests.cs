using Chat.Protocol;
using ChatActors.Client;
using Xunit;

namespace Chat.Tests.Client;

public sealed class ChatClientReconnectTests : ClientScenario
{
    public ChatClientReconnectTests()
        : base(new() { Heartbeat = 0 })
    {
    }

    [Fact]
    public async Task A_lost_connection_is_replaced_by_one_with_the_token_and_nothing_is_missed()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        await alice.WaitForCatchUpAsync();
        Server.Post(Bob, AliceAndBob, "1");
        await alice.ReceiveAsync(1);

        Server.IsDown = true;
        Server.DropConnections();
        await alice.Events.FirstAsync<ConnectionLost>();
        Server.Post(Bob, AliceAndBob, "2");
        Server.IsDown = false;
        var reconnected = await alice.Events.FirstAsync<Reconnected>();
        Server.Post(Bob, AliceAndBob, "3");

        Assert.Equal(["1", "2", "3"], await alice.ReceiveAsync(3));
        Assert.Equal(Alice, reconnected.Login?.Id);
        Assert.Equal("token-1", Server.Requests.Items.OfType<LoginRequest>().Last().Token);
    }

    [Fact]
    public async Task What_is_sent_during_an_outage_is_sent_after_it_in_order_and_once()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        Server.AcksToSwallow = 2;
        var sending = Enumerable.Range(1, 10).Select(i => alice.Client.SendToUserAsync(Bob, $"{i}")).ToList();
        await sending[9];

        Server.IsDown = true;
        Server.DropConnections();
        await alice.Events.FirstAsync<ConnectionLost>();
        sending.AddRange(Enumerable.Range(11, 10).Select(i => alice.Client.SendToUserAsync(Bob, $"{i}")));
        Server.IsDown = false;
        var sent = await Task.WhenAll(sending);

        Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), sent.Select(message => message.Seq));
        Assert.Equal(Enumerable.Range(1, 20).Select(i => $"{i}"), Server.Store.Log(AliceAndBob).Select(message => message.Text));
        Assert.Empty(alice.Texts);
    }

    [Fact]
    public async Task A_storm_of_lost_connections_and_refusals_loses_and_repeats_nothing()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        await using var bob = await TestClient.LogInAsync(Server.Options(), "bob");
        for (var round = 0; round < 5; round++)
        {
            Server.AcksToSwallow = 3;
            Server.PostsToRefuse = 2;
            var sending = Enumerable.Range(0, 40).SelectMany(i => new[]
            {
                alice.Client.SendToUserAsync(Bob, $"a{(round * 40) + i}"),
                bob.Client.SendToUserAsync(Alice, $"b{(round * 40) + i}"),
            }).ToArray();
            await Task.WhenAny(sending);
            Server.DropConnections();
            await Task.WhenAll(sending);
        }

        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"b{i}"), await alice.ReceiveAsync(200));
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"a{i}"), await bob.ReceiveAsync(200));
        Assert.Equal(400, Server.Store.Log(AliceAndBob).Count);
    }

    [Fact]
    public async Task A_muteServer_is_left_when_the_ping_is_not_answered()
    {
        await using var server = new FakeChatServer { Heartbeat = 1, Store = Server.Store };
        var options = server.Options() with { ReplyTimeout = TimeSpan.FromMilliseconds(200) };
        await using var alice = await TestClient.LogInAsync(options, "alice");
        await server.Requests.FirstAsync<PingRequest>();
        Assert.Empty(alice.Events.Items.OfType<ConnectionLost>());

        server.IsMute = true;
        var lost = await alice.Events.FirstAsync<ConnectionLost>();
        server.IsMute = false;

        Assert.Contains("late", lost.Reason, StringComparison.Ordinal);
        await alice.Events.FirstAsync<Reconnected>();
    }

    [Fact]
    public async Task AServer_that_goes_away_is_left_for_the_next_endpoint()
    {
        await using var other = new FakeChatServer { Store = Server.Store };
        await using var alice = await TestClient.LogInAsync(Server.Options(other.Endpoint), "alice");
        await alice.WaitForCatchUpAsync();
        Assert.Equal($"fake-{Server.Port}", alice.Client.Node);

        Server.GoAway("draining", 20);
        var reconnected = await alice.Events.FirstAsync<Reconnected>();

        Assert.Equal(new GoingAway("draining", TimeSpan.FromMilliseconds(20)), alice.Events.Items.OfType<GoingAway>().Single());
        Assert.Equal(other.Endpoint, reconnected.Endpoint);
        Assert.Equal($"fake-{other.Port}", alice.Client.Node);
        Assert.Equal(1, (await alice.Client.SendToUserAsync(Bob, "hi")).Seq);
    }

    [Fact]
    public async Task A_refused_token_is_replaced_by_the_password()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        Server.RefuseTokens = true;
        Server.DropConnections();

        var reconnected = await alice.Events.FirstAsync<Reconnected>();

        Assert.Equal(Alice, reconnected.Login?.Id);
        Assert.Empty(alice.Events.Items.OfType<LoggedOut>());
    }

    [Fact]
    public async Task Without_a_password_a_refused_token_logs_the_user_out()
    {
        var token = Server.Store.NewToken(Alice);
        await using var client = new ChatClient(Server.Options());
        await client.ConnectAsync();
        Assert.Equal("alice", (await client.LoginWithTokenAsync(token)).Name);
        Server.IsMute = true;
        var sending = client.SendToUserAsync(Bob, "hi");
        await Server.Requests.FirstAsync<SendMessageRequest>();
        Server.IsMute = false;
        Server.RefuseTokens = true;
        Server.DropConnections();

        LoggedOut? loggedOut = null;
        await foreach (var chatEvent in client.ReadEventsAsync())
        {
            loggedOut = chatEvent as LoggedOut;
            if (loggedOut is not null)
                break;
        }

        Assert.Equal(ErrorCode.Rejected, loggedOut?.Code);
        Assert.Equal(ErrorCode.NotLoggedIn, (await Assert.ThrowsAsync<ChatException>(() => sending)).Code);
        Assert.Null(client.UserId);
    }

    [Fact]
    public async Task Requests_that_may_be_repeated_survive_a_lost_connection()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        Server.Post(Bob, AliceAndBob, "1");
        Server.IsMute = true;
        var fetching = alice.Client.FetchHistoryAsync(AliceAndBob);
        await Server.Requests.FirstAsync<FetchHistoryRequest>(fetch => fetch.After is null);
        Server.DropConnections();
        Server.IsMute = false;

        Assert.Equal(["1"], (await fetching).Messages.Select(message => message.Text));
    }

    [Fact]
    public async Task The_next_endpoint_is_used_when_the_first_is_not_there()
    {
        await using var gone = new FakeChatServer { IsDown = true };
        await using var client = new ChatClient(Server.Options() with { Endpoints = [gone.Endpoint, Server.Endpoint] });

        await client.ConnectAsync();

        Assert.True(client.IsConnected);
        Assert.Equal($"fake-{Server.Port}", client.Node);
    }

    [Fact]
    public async Task NoServer_at_all_is_a_connection_failure()
    {
        var gone = new FakeChatServer();
        await gone.DisposeAsync();
        await using var client = new ChatClient(gone.Options());

        var failure = await Assert.ThrowsAsync<ChatConnectionException>(() => client.ConnectAsync());

        Assert.Contains($"127.0.0.1:{gone.Port}", failure.Message, StringComparison.Ordinal);
    }
}
