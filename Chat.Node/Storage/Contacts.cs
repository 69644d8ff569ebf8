using Chat.Protocol;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Chat.Node.Storage;

/// <summary>Friends and groups.</summary>
sealed class Contacts(IChatDatabase database)
{
    /// <summary>More members than this are not listed at a login: no frame could hold them.</summary>
    const int MostMembersListed = 5000;

    sealed class UserRow
    {
        public int GroupId { get; init; }

        public int Id { get; init; }

        public string Name { get; init; } = "";

        public string Role { get; init; } = "";

        public string State { get; init; } = "";
    }

    sealed class GroupRow
    {
        public int Id { get; init; }

        public string Name { get; init; } = "";

        public string Description { get; init; } = "";
    }

    /// <summary>False if there is no such user; being friends already is a success.</summary>
    public Task<bool> AddFriendAsync(int userId, int friendId) => database.WriteAsync(async (connection, transaction) =>
    {
        var exists = await connection.ExecuteScalarAsync<long>(
            "SELECT COUNT(*) FROM Users WHERE id = @friendId", new { friendId }, transaction);
        if (exists == 0)
            return false;
        await connection.ExecuteAsync(
            "INSERT INTO Friends (userid, friendid) VALUES (@userId, @friendId) ON CONFLICT DO NOTHING",
            new { userId, friendId }, transaction);
        return true;
    });

    /// <summary>The new group's id with its creator in it, or null if the name is taken.</summary>
    public async Task<int?> CreateGroupAsync(int creatorId, string name, string description)
    {
        try
        {
            return await database.WriteAsync(async (connection, transaction) =>
            {
                var id = await connection.QuerySingleAsync<int>(
                    "INSERT INTO AllGroup (groupname, groupdesc) VALUES (@name, @description) RETURNING id",
                    new { name, description }, transaction);
                await connection.ExecuteAsync(
                    "INSERT INTO GroupUser (groupid, userid, grouprole) VALUES (@id, @creatorId, 'creator')",
                    new { id, creatorId }, transaction);
                return id;
            });
        }
        catch (SqliteException e) when (e.SqliteErrorCode == 19) // constraint: the name
        {
            return null;
        }
    }

    /// <summary>False if there is no such group; being a member already is a success.</summary>
    public Task<bool> JoinGroupAsync(int userId, int groupId) => database.WriteAsync(async (connection, transaction) =>
    {
        var exists = await connection.ExecuteScalarAsync<long>(
            "SELECT COUNT(*) FROM AllGroup WHERE id = @groupId", new { groupId }, transaction);
        if (exists == 0)
            return false;
        await connection.ExecuteAsync(
            "INSERT INTO GroupUser (groupid, userid, grouprole) VALUES (@groupId, @userId, 'normal') ON CONFLICT DO NOTHING",
            new { groupId, userId }, transaction);
        return true;
    });

    public async Task<bool> IsMemberAsync(int userId, int groupId) => await database.ReadAsync(connection =>
        connection.ExecuteScalarAsync<long>(
            "SELECT COUNT(*) FROM GroupUser WHERE groupid = @groupId AND userid = @userId", new { groupId, userId })) > 0;

    /// <summary>The members of each of these groups; a group that does not exist is missing.</summary>
    public async Task<Dictionary<int, HashSet<int>>> MembersAsync(IReadOnlyCollection<int> groupIds)
    {
        var rows = await database.ReadAsync(connection => connection.QueryAsync<UserRow>(
            """
            SELECT g.id AS groupid, COALESCE(m.userid, 0) AS id FROM AllGroup g LEFT JOIN GroupUser m ON m.groupid = g.id
            WHERE g.id IN @groupIds
            """,
            new { groupIds }));
        var members = new Dictionary<int, HashSet<int>>();
        foreach (var row in rows)
        {
            if (!members.TryGetValue(row.GroupId, out var ids))
                members[row.GroupId] = ids = [];
            if (row.Id > 0)
                ids.Add(row.Id);
        }

        return members;
    }

    /// <summary>What a login ack lists. <paramref name="userId"/> itself is listed as online.</summary>
    public Task<(IReadOnlyList<FriendEntry> Friends, IReadOnlyList<GroupEntry> Groups)> OfUserAsync(int userId) =>
        database.ReadAsync<(IReadOnlyList<FriendEntry>, IReadOnlyList<GroupEntry>)>(async connection =>
        {
            var friends = await connection.QueryAsync<UserRow>(
                "SELECT u.id, u.name, u.state FROM Friends f JOIN Users u ON u.id = f.friendid WHERE f.userid = @userId ORDER BY u.id",
                new { userId });
            var groups = (await connection.QueryAsync<GroupRow>(
                """
                SELECT g.id, g.groupname AS name, g.groupdesc AS description
                FROM GroupUser m JOIN AllGroup g ON g.id = m.groupid WHERE m.userid = @userId ORDER BY g.id
                """,
                new { userId })).AsList();
            var members = groups.Count == 0
                ? null
                : (await connection.QueryAsync<UserRow>(
                    """
                    SELECT m.groupid, u.id, u.name, u.state, m.grouprole AS role
                    FROM GroupUser mine JOIN GroupUser m ON m.groupid = mine.groupid JOIN Users u ON u.id = m.userid
                    WHERE mine.userid = @userId ORDER BY m.groupid, u.id LIMIT @most
                    """,
                    new { userId, most = MostMembersListed })).ToLookup(row => row.GroupId);
            return (
                [.. friends.Select(row => new FriendEntry(row.Id, row.Name, IsOnline(row)))],
                [.. groups.Select(group => new GroupEntry(group.Id, group.Name, group.Description,
                    [.. members?[group.Id].Select(row => new MemberEntry(row.Id, row.Name, row.Role, row.Id == userId || IsOnline(row))) ?? []]))]);
        });

    static bool IsOnline(UserRow row) => row.State == "online";
}
