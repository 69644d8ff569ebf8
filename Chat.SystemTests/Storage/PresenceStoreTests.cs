using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Tests.Storage;
using Xunit;

namespace Chat.SystemTests.Storage;

public abstract class PresenceStoreTests : StorageTest
{
    const long Here = 1001;
    const long There = 2002;

    readonly Presence _presence;

    private protected PresenceStoreTests(StorageProvider provider)
        : base(provider)
    {
        _presence = new Presence(Database.Chat);
    }

    public sealed class OnSqlite() : PresenceStoreTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : PresenceStoreTests(StorageProvider.MySql);

    [Fact]
    public async Task A_user_with_sessions_is_known_with_its_node_and_shown_as_online()
    {
        await RegisterAsync(2);
        await _presence.SetAsync(1, Here);
        Assert.Equal(Here, await _presence.NodeOfAsync(1));
        Assert.Equal("online", await StateAsync(1));
        Assert.Null(await _presence.NodeOfAsync(2));
        Assert.Equal("offline", await StateAsync(2));
    }

    [Fact]
    public async Task A_user_without_sessions_is_forgotten_and_shown_as_offline()
    {
        await RegisterAsync(1);
        await _presence.SetAsync(1, Here);
        await _presence.SetAsync(1, null);
        Assert.Null(await _presence.NodeOfAsync(1));
        Assert.Equal("offline", await StateAsync(1));
    }

    [Fact]
    public async Task Who_hides_is_shown_as_offline_and_known_to_be_online()
    {
        await RegisterAsync(2);
        await _presence.SetAsync(1, Here);
        await _presence.SetAsync(2, Here);

        await _presence.HideAsync(1, new HiddenThings(Presence: true));
        await _presence.HideAsync(1, new HiddenThings(Presence: true)); // may be repeated

        Assert.Equal(["offline", "online"], [await StateAsync(1), await StateAsync(2)]);
        Assert.Equal(Here, await _presence.NodeOfAsync(1));
        await _presence.SetAsync(1, null);
        await _presence.SetAsync(1, Here);
        Assert.Equal("offline", await StateAsync(1));

        await _presence.HideAsync(1, new HiddenThings(Presence: false));
        Assert.Equal("online", await StateAsync(1));
        await _presence.SetAsync(1, null);
        await _presence.HideAsync(1, new HiddenThings(Presence: false));
        Assert.Equal("offline", await StateAsync(1));
    }

    [Fact]
    public async Task The_node_that_spoke_last_has_the_user()
    {
        await RegisterAsync(1);
        await _presence.SetAsync(1, Here);
        await _presence.SetAsync(1, There);
        Assert.Equal(There, await _presence.NodeOfAsync(1));
    }

    [Fact]
    public async Task Users_of_nodes_that_are_gone_are_put_offline_and_others_stay()
    {
        await RegisterAsync(3);
        await _presence.SetAsync(1, Here);
        await _presence.SetAsync(2, There);
        await Database.ExecuteAsync("UPDATE Users SET state = 'online' WHERE id = 3"); // another server's user
        await _presence.ClearAsync([There, 3003]);
        Assert.Equal(["online", "offline", "online"], [await StateAsync(1), await StateAsync(2), await StateAsync(3)]);
        Assert.Null(await _presence.NodeOfAsync(2));
        Assert.Equal(Here, await _presence.NodeOfAsync(1));
    }

    [Fact]
    public async Task A_user_that_comes_back_while_its_old_node_is_cleared_stays_online()
    {
        await RegisterAsync(2);
        await _presence.SetAsync(1, There);
        await _presence.SetAsync(2, There);
        var slow = new UnreliableDatabase(Database.Chat);
        slow.Hold();
        var clearing = new Presence(slow).ClearAsync([There]);
        while (slow.Writes == 0)
            await Task.Yield();
        await _presence.SetAsync(1, Here);
        slow.Release();
        await clearing;
        Assert.Equal(["online", "offline"], [await StateAsync(1), await StateAsync(2)]);
        Assert.Equal(Here, await _presence.NodeOfAsync(1));
    }

    [Fact]
    public async Task Who_is_claimed_is_listed_when_it_is_shown_and_not_before()
    {
        await RegisterAsync(1);
        await _presence.ClaimAsync(1, Here);
        Assert.Equal(("offline", Here), (await StateAsync(1), await _presence.NodeOfAsync(1)));
        Assert.True(await _presence.ShowAsync(1, There));
        Assert.Equal(("online", There), (await StateAsync(1), await _presence.NodeOfAsync(1)));
        await _presence.ClaimAsync(1, Here); // changes nothing of what is shown
        await _presence.ShowOfflineAsync(1);
        Assert.Equal(("offline", Here), (await StateAsync(1), await _presence.NodeOfAsync(1)));
        Assert.Null(await _presence.ForgetAsync(1, []));
        Assert.Null(await _presence.NodeOfAsync(1));
    }

    [Fact]
    public async Task A_write_that_comes_too_late_lists_nobody_as_online_for_good()
    {
        await RegisterAsync(1);
        Assert.False(await _presence.ShowAsync(1, Here)); // behind the end of everything
        Assert.Equal("offline", await StateAsync(1));

        await _presence.ClaimAsync(1, Here);
        await _presence.ShowOfflineAsync(1);
        await _presence.ShowAsync(1, Here); // between the two writes of the end
        Assert.Equal(Here, await _presence.ForgetAsync(1, []));
        Assert.Equal(Here, await _presence.NodeOfAsync(1)); // so that it is found
        Assert.Null(await _presence.ForgetAsync(1, [Here])); // none of ours
    }

    [Fact]
    public async Task Whom_another_server_has_online_stays_online()
    {
        await RegisterAsync(1);
        await _presence.ClaimAsync(1, Here);
        await Database.ExecuteAsync("UPDATE Users SET state = 'online' WHERE id = 1");
        await _presence.ShowOfflineAsync(1);
        await _presence.ForgetAsync(1, []);
        Assert.Equal("online", await StateAsync(1));
        foreach (var write in (Func<Task>[])[() => _presence.ShowOfflineAsync(1), () => _presence.SetAsync(1, null), () => _presence.HideAsync(1, new HiddenThings(Presence: true))])
        {
            await write();
            Assert.Equal("online", await StateAsync(1));
        }

        await _presence.ClaimAsync(1, Here);
        await _presence.ClearAsync([Here]);
        Assert.Equal("online", await StateAsync(1));
    }

    [Fact]
    public async Task A_change_of_the_privacy_between_the_writes_of_the_end_shows_nobody()
    {
        await RegisterAsync(1);
        await _presence.SetAsync(1, Here);
        await _presence.ShowOfflineAsync(1);
        await _presence.HideAsync(1, new HiddenThings(Presence: false));
        Assert.Equal("offline", await StateAsync(1));
    }

    [Fact]
    public async Task Users_of_a_node_are_found_page_by_page_and_those_of_a_node_that_is_nowhere()
    {
        await RegisterAsync(3);
        await Database.ExecuteAsync("INSERT INTO Node (incarnation, name, started, heartbeat, confirmed_before, finished) VALUES (1001, 'x', 1, 1, 1, 0), (2002, 'y', 1, 1, 1, 1)");
        await _presence.SetAsync(1, Here);
        await _presence.SetAsync(2, There);
        await _presence.SetAsync(3, Here);
        Assert.Equal([1], await _presence.ListedAtAsync(Here, 0, 1));
        Assert.Equal([3], await _presence.ListedAtAsync(Here, 1, 10));
        Assert.Equal([2], await _presence.ListedNowhereAsync(10));
    }

    [Fact]
    public async Task The_users_of_a_node_are_found_so_many_at_a_time()
    {
        await RegisterAsync(3);
        await _presence.SetAsync(1, There);
        await _presence.SetAsync(2, Here);
        await _presence.SetAsync(3, There);
        Assert.Equal([1, 3], (await _presence.UsersOfAsync(There, 10)).Order());
        Assert.Single(await _presence.UsersOfAsync(There, 1));
        await _presence.SetAsync(1, Here);
        Assert.Equal([3], await _presence.UsersOfAsync(There, 10));
    }

    async Task<string> StateAsync(int id) => (await Database.ScalarAsync<string>("SELECT state FROM Users WHERE id = @id", new { id }))!;

    async Task RegisterAsync(int count)
    {
        for (var i = 1; i <= count; i++)
            await new Accounts(Database.Chat).RegisterAsync($"user{i}", "");
    }
}
