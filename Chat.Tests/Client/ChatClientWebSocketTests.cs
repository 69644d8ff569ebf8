using Chat.Protocol;
using ChatActors.Client;
using Xunit;

namespace Chat.Tests.Client;

public sealed class ChatClientWebSocketTests : ClientScenario
{
    public ChatClientWebSocketTests()
        : base(new() { UsesWebSockets = true })
    {
    }

    [Fact]
    public async Task Messages_come_and_go_over_a_WebSocket()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        var sent = await Task.WhenAll(Enumerable.Range(1, 50).Select(i => alice.Client.SendToUserAsync(Bob, $"{i} {new string('x', 3000)}")));
        Assert.Equal(Enumerable.Range(1, 50).Select(i => (long)i), sent.Select(message => message.Seq));

        Server.Post(Bob, AliceAndBob, "hello");
        Assert.Equal(["hello"], await alice.ReceiveAsync(1));
        Assert.Equal(Server.Endpoint, alice.Client.Endpoint);
    }

    [Fact]
    public async Task The_application_is_told_why_the_server_has_closed_and_goes_on_with_the_next_connection()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        Server.CloseConnections(CloseCode.Idle, "nothing received for 90 s");
        Assert.Equal("the server closed the connection: 4003 nothing received for 90 s", (await alice.Events.FirstAsync<ConnectionLost>()).Reason);

        await alice.Events.FirstAsync<Reconnected>();
        Assert.Equal(1, (await alice.Client.SendToUserAsync(Bob, "hi")).Seq);
    }

    [Fact]
    public async Task What_is_sent_during_an_outage_is_sent_after_it_in_order_and_once()
    {
        await using var alice = await TestClient.LogInAsync(Server.Options(), "alice");
        Server.AcksToSwallow = 2;
        var sending = Enumerable.Range(1, 10).Select(i => alice.Client.SendToUserAsync(Bob, $"{i}")).ToList();
        await sending[9];
        Server.DropConnections();
        sending.AddRange(Enumerable.Range(11, 10).Select(i => alice.Client.SendToUserAsync(Bob, $"{i}")));
        await Task.WhenAll(sending);
        Assert.Equal(Enumerable.Range(1, 20).Select(i => $"{i}"), Server.Store.Log(AliceAndBob).Select(message => message.Text));
    }

    [Fact]
    public async Task A_server_that_is_no_WebSocket_is_named()
    {
        await using var tcp = new FakeChatServer();
        await using var client = new ChatClient(new ChatClientOptions
        {
            Endpoints = [new ChatEndpoint(new Uri($"ws://127.0.0.1:{tcp.Port}"))],
            ConnectTimeout = TimeSpan.FromMilliseconds(200), // it says nothing, however long it is waited for
        });
        var refused = await Assert.ThrowsAsync<ChatConnectionException>(() => client.ConnectAsync());
        Assert.Contains($"ws://127.0.0.1:{tcp.Port}/ws", refused.Message, StringComparison.Ordinal);
    }
}
