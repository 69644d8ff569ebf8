using System.Text;
using Chat.Protocol;
using ChatActors.Client;
using Xunit;

namespace Chat.Tests.Client;

public sealed class ChatClientSettingsTests : ClientScenario
{
    [Fact]
    public async Task Settings_are_changed_and_read()
    {
        await using var client = await TestClient.LogInAsync(Server.Options(), "alice");
        Assert.Equal("Everyone, muted , pinned , False", TextOf(await client.Client.GetSettingsAsync()));

        var changed = await client.Client.ChangeSettingsAsync(
            new() { Presence = PresencePrivacy.Nobody, Mute = AliceAndBob, Pin = ConversationId.Group(7) });

        Assert.Equal("Nobody, muted d:1:2, pinned g:7, False", TextOf(changed));
        await client.Client.ChangeSettingsAsync(new() { Unmute = AliceAndBob, Unpin = ConversationId.Group(7) });
        Assert.Equal("Nobody, muted , pinned , False", TextOf(await client.Client.GetSettingsAsync()));
    }

    [Fact]
    public async Task Another_device_of_the_user_is_told()
    {
        await using var phone = await TestClient.LogInAsync(Server.Options(), "alice");
        await using var desk = await TestClient.LogInAsync(Server.Options(), "alice");
        await using var bob = await TestClient.LogInAsync(Server.Options(), "bob");

        await phone.Client.ChangeSettingsAsync(new() { Mute = AliceAndBob });

        var told = Assert.Single(await desk.Events.TakeAsync<SettingsChanged>(1));
        Assert.Equal("Everyone, muted d:1:2, pinned , False", TextOf(told.Settings));
        Server.Post(Bob, AliceAndBob, "fence");
        await phone.ReceiveAsync(1);
        Assert.Empty(phone.Events.Items.OfType<SettingsChanged>());
        Assert.Empty(bob.Events.Items.OfType<SettingsChanged>());
    }

    [Fact]
    public async Task A_change_is_repeated_while_the_server_asks_for_it()
    {
        Server.ChangesToRefuse = 2;
        await using var client = await TestClient.LogInAsync(Server.Options(), "alice");

        Assert.Equal([AliceAndBob], (await client.Client.ChangeSettingsAsync(new() { Pin = AliceAndBob })).Pinned);
        Assert.Equal(3, Server.Requests.Items.OfType<ChangeSettingsRequest>().Count());
    }

    [Fact]
    public async Task A_refusal_for_good_is_told_with_its_code()
    {
        await using var client = await TestClient.LogInAsync(Server.Options(), "alice");

        var refused = await Assert.ThrowsAsync<ChatException>(
            () => client.Client.ChangeSettingsAsync(new() { Pin = ConversationId.Direct(Bob, 9) }));
        var nothing = await Assert.ThrowsAsync<ChatException>(() => client.Client.ChangeSettingsAsync(new()));

        Assert.Equal((ErrorCode.NotYours, ErrorCode.Malformed), (refused.Code, nothing.Code));
    }

    [Fact]
    public async Task Lists_that_were_cut_say_so()
    {
        await using var client = await TestClient.LogInAsync(Server.Options(), "alice");
        Server.SendRaw(Alice, Encoding.UTF8.GetBytes("""{"msgid":112,"presence":"everyone","muted":["g:1"],"pinned":[],"truncated":true}""" + "\n"));

        Assert.Equal("Everyone, muted g:1, pinned , True", TextOf((await client.Events.TakeAsync<SettingsChanged>(1))[0].Settings));
    }

    static string TextOf(UserSettings settings) =>
        $"{settings.Presence}, muted {string.Join(' ', settings.Muted)}, pinned {string.Join(' ', settings.Pinned)}, {settings.IsTruncated}";
}
