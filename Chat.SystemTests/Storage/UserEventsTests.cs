using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Tests.Storage;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>Who comes and goes is told of in the transaction that says so.</summary>
public abstract class UserEventsTests : StorageTest
{
    const long Here = 1001;
    const long There = 2002;

    readonly WebhookOutbox _outbox;
    readonly Presence _presence;

    private protected UserEventsTests(StorageProvider provider)
        : base(provider)
    {
        _outbox = new WebhookOutbox(Database.Chat, Database.Clock);
        _presence = new Presence(Database.Chat, new UserEvents(_outbox));
    }

    public sealed class OnSqlite() : UserEventsTests(StorageProvider.Sqlite);

    public sealed class OnMariaDb() : UserEventsTests(StorageProvider.MySql);

    [Fact]
    public async Task Who_moves_between_nodes_neither_comes_nor_goes()
    {
        await _presence.SetAsync(1, Here);
        await _presence.SetAsync(1, There);
        await _presence.SetAsync(1, There);
        await _presence.SetAsync(1, null);
        await _presence.SetAsync(1, null);
        Assert.Equal("""user.online {"user":1}, user.offline {"user":1}""", await ToldAsync());
    }

    [Fact]
    public async Task With_a_bridge_a_user_comes_when_a_node_is_noted_and_goes_when_none_is()
    {
        await _presence.ClaimAsync(1, Here);
        await _presence.ShowAsync(1, Here);
        await _presence.ShowOfflineAsync(1);
        await _presence.ShowAsync(1, There); // it has moved
        await _presence.ShowOfflineAsync(1);
        await _presence.ForgetAsync(1, []);
        await _presence.ForgetAsync(1, []);
        Assert.Equal("""user.online {"user":1}, user.offline {"user":1}""", await ToldAsync());
    }

    [Fact]
    public async Task Users_of_a_dead_node_go_and_who_has_come_back_stays()
    {
        await _presence.HideAsync(2, new HiddenThings(Presence: true));
        foreach (var user in (int[])[1, 2, 3])
            await _presence.SetAsync(user, There);
        await _presence.SetAsync(3, Here);
        await _outbox.PurgeAsync(4);
        await _presence.ClearAsync([There]);
        Assert.Equal("""user.offline {"user":1}, user.offline {"user":2,"hidden":true}""", await ToldAsync(after: 3));
    }

    [Fact]
    public async Task What_fails_is_not_told_of()
    {
        var groups = new GroupEvents(_outbox);
        await Assert.ThrowsAnyAsync<Exception>(() => Database.Chat.WriteAsync<int>(async (connection, transaction) =>
        {
            await groups.DeletedAsync(connection, transaction, 5);
            throw new StorageException("as if");
        }));
        Assert.Empty(await ToldAsync());
    }

    async Task<string> ToldAsync(long after = 0) =>
        string.Join(", ", (await _outbox.ReadAfterAsync(after, 100)).Select(told => $"{told.Type} {told.Data}"));
}
