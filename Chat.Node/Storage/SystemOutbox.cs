using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>A system message that waits for its conversation.</summary>
/// <param name="Id">Ascending in the order in which a group was changed.</param>
/// <param name="Cmid">No client's: nobody sends as the user 0.</param>
/// <param name="Message">What has happened.</param>
/// <param name="Text">The same for people.</param>
/// <param name="IsLogged">It has its number already, and only its row here is left.</param>
sealed record WaitingSystemMessage(long Id, string Cmid, SystemMessage Message, string Text, bool IsLogged);

/// <summary>
/// What has become of groups, from the transaction in which it happens until the conversation has given it a number: a change without its message, or a
/// message without its change, cannot be.
/// </summary>
/// <param name="database">Where it is.</param>
/// <param name="clock">The time.</param>
/// <param name="users">Their names.</param>
sealed class SystemOutbox(IChatDatabase database, TimeProvider clock, UserDirectory users)
{
    /// <summary>Users that one message names; more of them are several messages.</summary>
    public const int MaxUsers = 100;

    /// <summary>What waits of a group that is gone: nobody is told, but its conversation takes nothing any more when it has seen it.</summary>
    static readonly SystemMessage End = new(SystemMessage.Left, 0, []);

    sealed class OutboxRow
    {
        public long Id { get; init; }

        public int GroupId { get; init; }

        public object? Data { get; init; }

        public long Created { get; init; }

        public string Cmid => string.Create(CultureInfo.InvariantCulture, $"S:{Id}:{Created}");

        public SystemMessage ToMessage()
        {
            using var json = JsonDocument.Parse(SqlDialect.TextOf(Data));
            return SystemMessage.Of(json.RootElement);
        }
    }

    sealed class LoggedRow
    {
        public object? Cmid { get; init; }
    }

    /// <summary>In the transaction of what happened.</summary>
    public async Task AddAsync(DbConnection connection, DbTransaction transaction, int groupId, IEnumerable<SystemMessage> messages)
    {
        foreach (var message in messages)
        {
            await connection.ExecuteAsync(
                "INSERT INTO SystemOutbox (groupid, data, created) VALUES (@groupId, @data, @now)",
                new { groupId, data = Encoding.UTF8.GetString(message.ToJson()), now = clock.GetUtcNow().ToUnixTimeMilliseconds() }, transaction);
        }
    }

    /// <summary>
    /// A group has ended, in the transaction that ends it. Its conversation is woken by what waits, until it has heard; there is nothing to say any more.
    /// </summary>
    public Task EndAsync(DbConnection connection, DbTransaction transaction, int groupId) => AddAsync(connection, transaction, groupId, [End]);

    /// <summary>Whether a conversation may not have heard of a change of its group yet.</summary>
    public Task<bool> IsWaitingAsync(int groupId) => database.ReadAsync(async connection =>
        await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM SystemOutbox WHERE groupid = @groupId", new { groupId }) > 0);

    /// <summary>What waits for a conversation, in order. Of a group that is gone all of it counts as logged: nobody reads there any more.</summary>
    public async Task<List<WaitingSystemMessage>> ReadAsync(int groupId, int limit)
    {
        var (rows, logged, isGone) = await database.ReadAsync(connection => ReadAsync(connection, groupId, limit));
        if (isGone)
            return rows.ConvertAll(row => new WaitingSystemMessage(row.Id, row.Cmid, End, "", IsLogged: true));
        var messages = rows.ConvertAll(row => row.ToMessage());
        var named = messages.SelectMany(SystemText.Named).Distinct().ToList();
        var names = (await users.FindAsync(named)).ToDictionary(user => user.Id, user => user.Name);
        return [.. rows.Zip(messages, (row, message) => new WaitingSystemMessage(row.Id, row.Cmid, message, SystemText.Of(message, names), logged.Contains(row.Cmid)))];
    }

    static async Task<(List<OutboxRow> Rows, HashSet<string> Logged, bool IsGone)> ReadAsync(DbConnection connection, int groupId, int limit)
    {
        var rows = (await connection.QueryAsync<OutboxRow>(
            "SELECT id, data, created FROM SystemOutbox WHERE groupid = @groupId ORDER BY id LIMIT @limit", new { groupId, limit })).AsList();
        if (rows.Count == 0)
            return (rows, [], false);
        if (await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM AllGroup WHERE id = @groupId", new { groupId }) == 0)
            return (rows, [], true);
        var cmids = rows.ConvertAll(row => row.Cmid);
        var logged = await connection.QueryAsync<LoggedRow>(
            "SELECT cmid FROM MessageLog WHERE a = 0 AND b = @groupId AND sender = 0 AND cmid IN @cmids", new { groupId, cmids });
        return (rows, logged.Select(row => SqlDialect.TextOf(row.Cmid)).ToHashSet(), false);
    }

    /// <summary>They are in the log.</summary>
    public Task<int> RemoveAsync(int groupId, IReadOnlyCollection<long> ids) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync("DELETE FROM SystemOutbox WHERE groupid = @groupId AND id IN @ids", new { groupId, ids }, transaction));

    /// <summary>Some of the messages that wait, and their groups. There are none, but for a moment, or after a node has died.</summary>
    public Task<List<(long Id, int GroupId)>> WaitingAsync(int limit) => database.ReadAsync(async connection =>
        (await connection.QueryAsync<OutboxRow>("SELECT id, groupid FROM SystemOutbox WHERE id > 0 ORDER BY id LIMIT @limit", new { limit }))
            .Select(row => (row.Id, row.GroupId)).ToList());

    /// <summary>Members whom another server has let in are told of, once. Returns whether there were any.</summary>
    public Task<bool> TellUntoldAsync(int groupId) => database.WriteAsync(async (connection, transaction) =>
    {
        if (await connection.ExecuteScalarAsync<int?>(database.Dialect.LockGroup, new { groupId }, transaction) is null)
            return false;
        var untold = (await connection.QueryAsync<int>(
            "SELECT DISTINCT m.userid FROM GroupUser m JOIN Users u ON u.id = m.userid WHERE m.groupid = @groupId AND m.join_seq = 0", new { groupId }, transaction)).AsList();
        if (untold.Count == 0)
            return false;
        await connection.ExecuteAsync("UPDATE GroupUser SET join_seq = 1 WHERE groupid = @groupId AND join_seq = 0", new { groupId }, transaction);
        await AddAsync(connection, transaction, groupId, untold.Order().Chunk(MaxUsers).Select(some => new SystemMessage(SystemMessage.Joined, 0, some)));
        return true;
    });
}
