using System.Text;
using System.Text.Json;

namespace Chat.SystemTests.Bridge;

/// <summary>
/// What a legacy server does with each message number, in its order and with its bugs: nothing that fails is noticed, nobody
/// has to be logged in, an id is believed, and 3 and 6 to 10 are not answered.
/// </summary>
sealed class LegacyService : IAsyncDisposable
{
    readonly LegacyDatabase _database;
    readonly LegacyCounters _counters;

    /// <summary>Who is connected here.</summary>
    readonly Dictionary<int, LegacyConnection> _connections = [];

    /// <summary>Their lock on it: a group chat holds it to its end, whatever it waits for.</summary>
    readonly SemaphoreSlim _lock = new(1);

    LegacyRedis _redis = null!;

    LegacyService(LegacyDatabase database, LegacyCounters counters) => (_database, _counters) = (database, counters);

    public static async Task<LegacyService> StartAsync(LegacyDatabase database, string redisEndpoint, LegacyCounters counters)
    {
        var service = new LegacyService(database, counters);
        service._redis = await LegacyRedis.ConnectAsync(redisEndpoint, service.ReceiveAsync);
        return service;
    }

    /// <summary>The process has ended. May be called again.</summary>
    public async ValueTask DisposeAsync()
    {
        _redis.Dispose();
        await _redis.Reading;
    }

    /// <summary>The answer, which is always the last thing that they do; null if there is none.</summary>
    /// <exception cref="LegacyAbortException">This ends the process.</exception>
    public async Task<byte[]?> HandleAsync(LegacyConnection connection, ReadOnlyMemory<byte> segment)
    {
        var request = LegacyJson.Parse(segment);
        var kind = request.Int("msgid");
        object? reply = kind switch
        {
            1 => await LogInAsync(connection, request),
            4 => await RegisterAsync(request),
            _ => null,
        };
        await (kind switch
        {
            3 => LogOutAsync(request),
            6 => ChatAsync(request),
            7 => AddFriendAsync(request),
            8 => CreateGroupAsync(request),
            9 => JoinGroupAsync(request),
            10 => GroupChatAsync(request),
            _ => Task.CompletedTask, // they log it
        });
        return reply is null ? null : Encoding.UTF8.GetBytes(LegacyJson.Dump(reply));
    }

    public async Task CloseAsync(LegacyConnection connection)
    {
        var id = -1;
        await LockedAsync(() =>
        {
            id = _connections.FirstOrDefault(entry => entry.Value == connection, new(-1, connection)).Key;
            _connections.Remove(id);
            return Task.CompletedTask;
        });
        await _redis.UnsubscribeAsync(id); // also for nobody: so it was recorded
        if (id != -1)
            await _database.SetStateAsync(id, "offline");
    }

    async Task<object> LogInAsync(LegacyConnection connection, JsonElement request)
    {
        var (id, password) = (request.Int("id"), request.Text("password"));
        var user = await _database.FindUserAsync(id);
        if (user.Id != id || !user.Password.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(password)))
            return new { msgid = 2, errno = 1, errmsg = "id or password is invalid!" };
        if (user.IsOnline)
            return new { msgid = 2, errno = 2, errmsg = "this account is using, input another" };

        await LockedAsync(() => Task.FromResult(_connections.TryAdd(id, connection)));
        await _redis.SubscribeAsync(id);
        await _database.SetStateAsync(id, "online");
        var offline = await _database.OfflineOfAsync(id);
        if (offline.Count > 0)
            await _database.DeleteOfflineAsync(id);

        // Only here they look at the texts: what they cannot write as JSON ends the process, and the messages are gone by then.
        var ack = new Dictionary<string, object> { ["msgid"] = 2, ["errno"] = 0, ["id"] = id, ["name"] = LegacyJson.Text(user.Name) };
        Add(ack, "offlinemsg", offline.Select(LegacyJson.Text));
        Add(ack, "friends", (await _database.FriendsOfAsync(id)).Select(friend =>
            LegacyJson.Dump(new { id = friend.Id, name = LegacyJson.Text(friend.Name), state = LegacyJson.Text(friend.State) })));
        Add(ack, "groups", await GroupsAsync(id));
        return ack;
    }

    async Task<List<string>> GroupsAsync(int userId)
    {
        var groups = new List<string>();
        foreach (var group in await _database.GroupsOfAsync(userId))
        {
            var users = (await _database.MembersOfAsync(group.Id)).Select(member => LegacyJson.Dump(new
            {
                id = member.Id,
                name = LegacyJson.Text(member.Name),
                state = LegacyJson.Text(member.State),
                role = LegacyJson.Text(member.Role),
            })).ToList();
            groups.Add(LegacyJson.Dump(new { id = group.Id, groupname = LegacyJson.Text(group.Name), groupdesc = LegacyJson.Text(group.Description), users }));
        }

        return groups;
    }

    async Task LogOutAsync(JsonElement request)
    {
        var id = request.Int("id");
        await LockedAsync(() => Task.FromResult(_connections.Remove(id)));
        await _redis.UnsubscribeAsync(id);
        await _database.SetStateAsync(id, "offline");
    }

    async Task<object> RegisterAsync(JsonElement request) =>
        await _database.InsertUserAsync(request.Text("name"), request.Text("password")) is { } id ? new { msgid = 5, errno = 0, id } : new { msgid = 5, errno = 1 };

    async Task ChatAsync(JsonElement request)
    {
        var (toId, chat) = (request.Int("toid"), LegacyJson.Dump(request));
        var isHere = false;
        await LockedAsync(() => Task.FromResult(isHere = DeliverHere(toId, chat)));
        if (!isHere)
            await DeliverElsewhereAsync(toId, chat);
    }

    async Task GroupChatAsync(JsonElement request)
    {
        var (groupId, userId, chat) = (request.Int("groupid"), request.Int("id"), LegacyJson.Dump(request));
        var others = await _database.OthersInGroupAsync(groupId, userId);
        await LockedAsync(async () =>
        {
            foreach (var id in others)
                if (!DeliverHere(id, chat))
                    await DeliverElsewhereAsync(id, chat);
        });
    }

    Task AddFriendAsync(JsonElement request) => _database.InsertFriendAsync(request.Int("id"), request.Int("friendid"));

    async Task CreateGroupAsync(JsonElement request)
    {
        if (await _database.InsertGroupAsync(request.Text("groupname"), request.Text("groupdesc")) is { } groupId)
            await _database.InsertMemberAsync(groupId, request.Int("id"), "creator");
    }

    Task JoinGroupAsync(JsonElement request) => _database.InsertMemberAsync(request.Int("groupid"), request.Int("id"), "normal");

    bool DeliverHere(int userId, string chat)
    {
        if (!_connections.TryGetValue(userId, out var connection))
            return false;
        connection.Send(Encoding.UTF8.GetBytes(chat));
        _counters.CountDeliveredLocally();
        return true;
    }

    /// <summary>By what the column says, which may be wrong; whether anybody received it does not matter to them.</summary>
    async Task DeliverElsewhereAsync(int userId, string chat)
    {
        if ((await _database.FindUserAsync(userId)).IsOnline)
            _counters.CountPublished(await _redis.PublishAsync(userId, chat));
        else
            _counters.CountQueued(await _database.InsertOfflineAsync(userId, chat));
    }

    /// <summary>From Redis: as it is to the user, or into the table if the user has gone.</summary>
    async Task ReceiveAsync(int userId, byte[] payload)
    {
        var end = Array.IndexOf(payload, (byte)0); // a string ends there, to them
        payload = end < 0 ? payload : payload[..end];
        LegacyConnection? connection = null;
        await LockedAsync(() => Task.FromResult(_connections.TryGetValue(userId, out connection)));
        if (connection is not null)
            connection.Send(payload);
        else
            _counters.CountQueued(await _database.InsertOfflineAsync(userId, Encoding.UTF8.GetString(payload)));
        _counters.CountReceivedFromRedis();
    }

    static void Add(Dictionary<string, object> ack, string key, IEnumerable<string> list)
    {
        if (list.ToList() is { Count: > 0 } items)
            ack[key] = items;
    }

    async Task LockedAsync(Func<Task> action)
    {
        await _lock.WaitAsync();
        try
        {
            await action();
        }
        finally
        {
            _lock.Release();
        }
    }
}
