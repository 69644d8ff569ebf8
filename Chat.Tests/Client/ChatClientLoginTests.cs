using Chat.Protocol;
using ChatActors.Client;
using Xunit;

namespace Chat.Tests.Client;

public sealed class ChatClientLoginTests : ClientScenario
{
    [Fact]
    public async Task An_account_is_created_and_logged_in_by_id_and_by_name()
    {
        await using var client = new ChatClient(Server.Options());
        await client.ConnectAsync();
        var id = await client.RegisterAsync("carol", "pw");
        var group = Server.Store.AddGroup("g1", id);

        var login = await client.LoginAsync(id, "pw");

        Assert.Equal((id, "carol", "token-1"), (login.Id, login.Name, login.Token));
        Assert.Equal(new FriendEntry(9, "nina", true), login.Friends.Single());
        Assert.Equal((group, "g1"), (login.Groups.Single().Id, login.Groups.Single().Name));
        Assert.Equal("carol", login.Groups.Single().Members.Single().Name);
        Assert.Equal(id, client.UserId);
    }

    [Fact]
    public async Task A_refusal_tells_its_code_and_leaves_the_connection_usable()
    {
        await using var client = new ChatClient(Server.Options());
        await client.ConnectAsync();

        var taken = await Assert.ThrowsAsync<ChatException>(() => client.RegisterAsync("alice", "pw"));
        var wrong = await Assert.ThrowsAsync<ChatException>(() => client.LoginAsync("alice", "wrong"));

        Assert.Equal((ErrorCode.Rejected, ErrorCode.Rejected), (taken.Code, wrong.Code));
        Assert.Equal("id or password is invalid!", wrong.Message);
        Assert.Null(client.UserId);
        Assert.Equal("alice", (await client.LoginAsync("alice", "pw")).Name);
        Assert.Equal(1, Server.AcceptCount);
    }

    [Fact]
    public async Task After_a_logout_somebody_else_can_log_in_and_begins_anew()
    {
        Server.Post(Alice, AliceAndBob, "hi bob");
        await using var client = await TestClient.LogInAsync(Server.Options(), "alice");
        await client.WaitForCatchUpAsync();

        await client.Client.LogoutAsync();
        await client.Client.LoginAsync("bob", "pw");

        Assert.Equal(["hi bob"], await client.ReceiveAsync(1));
        Assert.Equal(Bob, client.Client.GetState()?.UserId);
    }

    [Fact]
    public async Task A_logout_fails_what_was_not_acknowledged_and_revokes_the_token()
    {
        await using var client = await TestClient.LogInAsync(Server.Options(), "alice");
        Server.AcksToSwallow = 1;
        var sending = client.Client.SendToUserAsync(Bob, "hi");

        await client.Client.LogoutAsync();

        Assert.Equal(ErrorCode.NotLoggedIn, (await Assert.ThrowsAsync<ChatException>(() => sending)).Code);
        Assert.Equal(0, Server.Store.FindToken("token-1"));
    }
}
