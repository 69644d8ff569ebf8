using Chat.Node.Hosting;
using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Storage;

public abstract class PresenceTests : StorageTest
{
    readonly Presence _here;
    readonly Presence _there;

    private protected PresenceTests(StorageProvider provider)
        : base(provider)
    {
        _here = new Presence(Database.Chat, Database.Node);
        _there = new Presence(Database.Chat, new NodeIdentity("there:4053", 2002));
    }

    public sealed class OnSqlite() : PresenceTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : PresenceTests(StorageProvider.MySql);

    [Fact]
    public async Task A_user_with_sessions_is_known_with_its_node_and_shown_as_online()
    {
        await RegisterAsync(2);
        await _here.SetAsync(1, isOnline: true);
        Assert.Equal(1001, await _here.NodeOfAsync(1));
        Assert.Equal("online", await StateAsync(1));
        Assert.Null(await _here.NodeOfAsync(2));
        Assert.Equal("offline", await StateAsync(2));
    }

    [Fact]
    public async Task A_user_without_sessions_is_forgotten_and_shown_as_offline()
    {
        await RegisterAsync(1);
        await _here.SetAsync(1, isOnline: true);
        await _here.SetAsync(1, isOnline: false);
        Assert.Null(await _here.NodeOfAsync(1));
        Assert.Equal("offline", await StateAsync(1));
    }

    [Fact]
    public async Task Who_hides_is_shown_as_offline_and_known_to_be_online()
    {
        await RegisterAsync(2);
        await _here.SetAsync(1, isOnline: true);
        await _here.SetAsync(2, isOnline: true);

        await _here.HideAsync(1, hides: true);
        await _here.HideAsync(1, hides: true); // may be repeated

        Assert.Equal(["offline", "online"], [await StateAsync(1), await StateAsync(2)]);
        Assert.Equal(1001, await _here.NodeOfAsync(1));
        await _here.SetAsync(1, isOnline: false);
        await _here.SetAsync(1, isOnline: true);
        Assert.Equal("offline", await StateAsync(1));

        await _here.HideAsync(1, hides: false);
        Assert.Equal("online", await StateAsync(1));
        await _here.SetAsync(1, isOnline: false);
        await _here.HideAsync(1, hides: false);
        Assert.Equal("offline", await StateAsync(1));
    }

    [Fact]
    public async Task The_node_that_spoke_last_has_the_user()
    {
        await RegisterAsync(1);
        await _here.SetAsync(1, isOnline: true);
        await _there.SetAsync(1, isOnline: true);
        Assert.Equal(2002, await _here.NodeOfAsync(1));
    }

    [Fact]
    public async Task Users_of_nodes_that_are_gone_are_put_offline_and_others_stay()
    {
        await RegisterAsync(3);
        await _here.SetAsync(1, isOnline: true);
        await _there.SetAsync(2, isOnline: true);
        await Database.ExecuteAsync("UPDATE Users SET state = 'online' WHERE id = 3"); // another server's user
        await _here.ClearAsync([2002, 3003]);
        Assert.Equal(["online", "offline", "online"], [await StateAsync(1), await StateAsync(2), await StateAsync(3)]);
        Assert.Null(await _here.NodeOfAsync(2));
        Assert.Equal(1001, await _here.NodeOfAsync(1));
    }

    [Fact]
    public async Task A_user_that_comes_back_while_its_old_node_is_cleared_stays_online()
    {
        await RegisterAsync(2);
        await _there.SetAsync(1, isOnline: true);
        await _there.SetAsync(2, isOnline: true);
        var slow = new UnreliableDatabase(Database.Chat);
        slow.Hold();
        var clearing = new Presence(slow, Database.Node).ClearAsync([2002]);
        while (slow.Writes == 0)
            await Task.Yield();
        await _here.SetAsync(1, isOnline: true);
        slow.Release();
        await clearing;
        Assert.Equal(["online", "offline"], [await StateAsync(1), await StateAsync(2)]);
        Assert.Equal(1001, await _here.NodeOfAsync(1));
    }

    async Task<string> StateAsync(int id) => (await Database.ScalarAsync<string>("SELECT state FROM Users WHERE id = @id", new { id }))!;

    async Task RegisterAsync(int count)
    {
        for (var i = 1; i <= count; i++)
            await new Accounts(Database.Chat).RegisterAsync($"user{i}", "");
    }
}
