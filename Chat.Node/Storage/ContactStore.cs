using System.Data.Common;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>Friends and groups; <see cref="ContactLists"/> lists them. In databases of legacy servers a row may be there twice, and may point to nobody.</summary>
/// <param name="database">Where they are.</param>
/// <param name="writesForLegacy">Whether legacy servers read what is written: then names are stored as theirs are.</param>
/// <param name="texts">How theirs are stored.</param>
/// <param name="events">Who is told of new groups and members.</param>
sealed class ContactStore(IChatDatabase database, bool writesForLegacy = false, LegacyTexts? texts = null, GroupEvents? events = null)
{
    readonly LegacyTexts _texts = texts ?? new LegacyTexts(database);

    sealed class SenderRow
    {
        public int GroupId { get; init; }

        public int UserId { get; init; }

        public long MutedUntil { get; init; }
    }

    sealed class JoinedRow
    {
        public int GroupId { get; init; }

        public int UserId { get; init; }

        public long JoinSeq { get; init; }
    }

    sealed class MemberRow
    {
        public int GroupId { get; init; }

        public int Id { get; init; }
    }

    /// <summary>False if there is no such user; being friends already is a success.</summary>
    public async Task<bool> AddFriendAsync(int userId, int friendId)
    {
        try
        {
            return await database.WriteAsync(async (connection, transaction) =>
            {
                var exists = await connection.ExecuteScalarAsync<long>(
                    "SELECT COUNT(*) FROM Users WHERE id = @friendId", new { friendId }, transaction);
                if (exists == 0)
                    return false;
                await connection.ExecuteAsync(
                    """
                    INSERT INTO Friends (userid, friendid) SELECT @userId, @friendId
                    WHERE NOT EXISTS (SELECT 1 FROM Friends WHERE userid = @userId AND friendid = @friendId)
                    """,
                    new { userId, friendId }, transaction);
                return true;
            });
        }
        catch (DuplicateKeyException)
        {
            return true; // somebody was quicker
        }
    }

    /// <summary>The new group's id with its creator in it, or null if the name is taken.</summary>
    /// <param name="creatorId">Its first member.</param>
    /// <param name="name">In Normalization Form C.</param>
    /// <param name="description">As it is shown.</param>
    /// <param name="members">Who else is in it, as far as they exist.</param>
    /// <param name="alsoAsync">What else is written of the new group, in the same transaction; a key that it finds taken counts as a name that is.</param>
    /// <exception cref="RowRefusedException">Legacy servers read this database and could not store such a text.</exception>
    public async Task<int?> CreateGroupAsync(
        int creatorId, string name, string description, IReadOnlyCollection<int>? members = null, Func<DbConnection, DbTransaction, int, Task>? alsoAsync = null)
    {
        var asGbk = writesForLegacy && await _texts.ReadGbkAsync();
        var stored = StoredName.Of(name, asGbk);
        var storedDescription = StoredName.Of(description, asGbk).Text;
        await new MissingKeys(database).FillGroupsAsync();
        try
        {
            return await database.WriteAsync(async (connection, transaction) =>
            {
                await stored.EnsureFreeAsync(connection, transaction, database.Dialect.GroupsOfName);
                await connection.ExecuteAsync(
                    database.Dialect.InsertGroup, new { name = stored.Text, key = stored.Key, description = storedDescription, ours = stored.IsOurs },
                    transaction);
                var id = await connection.ExecuteScalarAsync<int>(database.Dialect.LastInsertId, transaction: transaction);
                await stored.EnsureFreeAsync(connection, transaction, database.Dialect.GroupsOfName, id);
                await connection.ExecuteAsync(
                    "INSERT INTO GroupUser (groupid, userid, grouprole, join_seq) VALUES (@id, @creatorId, 'creator', 1)",
                    new { id, creatorId }, transaction);
                if (members is { Count: > 0 })
                {
                    await connection.ExecuteAsync(
                        "INSERT INTO GroupUser (groupid, userid, grouprole, join_seq) SELECT @id, u.id, 'normal', 1 FROM Users u WHERE u.id IN @members AND u.id <> @creatorId",
                        new { id, members, creatorId }, transaction);
                }

                if (alsoAsync is not null)
                    await alsoAsync(connection, transaction, id);
                if (events is not null)
                    await events.CreatedAsync(connection, transaction, id, name, description, creatorId);
                return (int?)id;
            });
        }
        catch (DuplicateKeyException)
        {
            return null;
        }
    }

    public async Task<bool> GroupExistsAsync(int groupId) => await database.ReadAsync(connection =>
        connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM AllGroup WHERE id = @groupId", new { groupId })) > 0;

    /// <summary>Whether a conversation is one of a user's.</summary>
    public async Task<bool> TakesPartAsync(int userId, ConversationId id) => id.IsGroup ? await IsMemberAsync(userId, id.B) : id.IsBetween(userId);

    public async Task<bool> IsMemberAsync(int userId, int groupId) => await database.ReadAsync(connection =>
        connection.ExecuteScalarAsync<long>(
            "SELECT COUNT(*) FROM GroupUser WHERE groupid = @groupId AND userid = @userId", new { groupId, userId })) > 0;

    /// <summary>Those of these groups that the user is a member of.</summary>
    public async Task<HashSet<int>> GroupsAmongAsync(int userId, IReadOnlyCollection<int> groupIds) => (await database.ReadAsync(connection =>
        connection.QueryAsync<int>("SELECT groupid FROM GroupUser WHERE userid = @userId AND groupid IN @groupIds", new { userId, groupIds }))).ToHashSet();

    /// <summary>Those of these users that are members of a group.</summary>
    public async Task<IReadOnlySet<int>> MembersAmongAsync(int groupId, IReadOnlyCollection<int> userIds) => (await database.ReadAsync(connection =>
        connection.QueryAsync<int>("SELECT userid FROM GroupUser WHERE groupid = @groupId AND userid IN @userIds", new { groupId, userIds }))).ToHashSet();

    /// <summary>The members of each of these groups, as far as they exist; a group that does not exist is missing.</summary>
    public async Task<Dictionary<int, HashSet<int>>> MembersAsync(IReadOnlyCollection<int> groupIds)
    {
        var rows = await database.ReadAsync(connection => connection.QueryAsync<MemberRow>(
            """
            SELECT g.id AS groupid, COALESCE(u.id, 0) AS id
            FROM AllGroup g LEFT JOIN GroupUser m ON m.groupid = g.id LEFT JOIN Users u ON u.id = m.userid
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

    /// <summary>The first number that members see who do not see everything, of those of these groups whose new members see only what was said since they came.</summary>
    public async Task<Dictionary<int, IReadOnlyDictionary<int, long>>> JoinSeqsAsync(IReadOnlyCollection<int> groupIds)
    {
        var rows = await database.ReadAsync(connection => connection.QueryAsync<JoinedRow>(
            """
            SELECT p.groupid, m.userid, m.join_seq AS joinseq FROM GroupPolicy p JOIN GroupUser m ON m.groupid = p.groupid
            WHERE p.groupid IN @groupIds AND p.history = 1
            """,
            new { groupIds }));
        return rows.GroupBy(row => row.GroupId).ToDictionary(
            group => group.Key, group => (IReadOnlyDictionary<int, long>)group.GroupBy(row => row.UserId).ToDictionary(own => own.Key, own => own.Min(row => row.JoinSeq)));
    }

    /// <summary>Those of these groups into which another server has let somebody of whom nobody was told.</summary>
    public async Task<HashSet<int>> WithUntoldAsync(IReadOnlyCollection<int> groupIds) => (await database.ReadAsync(connection =>
        connection.QueryAsync<int>("SELECT DISTINCT groupid FROM GroupUser WHERE groupid IN @groupIds AND join_seq = 0", new { groupIds }))).ToHashSet();

    /// <summary>Who of the members of each of these groups may not send; a group in which everybody may is missing.</summary>
    public Task<Dictionary<int, SendingRights>> SendingRightsAsync(IReadOnlyCollection<int> groupIds) => database.ReadAsync(async connection =>
    {
        var mutes = (await connection.QueryAsync<SenderRow>(
            "SELECT groupid, userid, muted_until AS muteduntil FROM GroupMute WHERE groupid IN @groupIds", new { groupIds })).ToLookup(row => row.GroupId);
        var restricted = (await connection.QueryAsync<int>(
            "SELECT groupid FROM GroupPolicy WHERE groupid IN @groupIds AND sending = 1", new { groupIds })).ToHashSet();
        var admins = restricted.Count == 0
            ? Enumerable.Empty<SenderRow>().ToLookup(row => row.GroupId)
            : (await connection.QueryAsync<SenderRow>(
                "SELECT groupid, userid FROM GroupUser WHERE groupid IN @restricted AND grouprole IN ('creator', 'admin')", new { restricted })).ToLookup(row => row.GroupId);
        return mutes.Select(group => group.Key).Union(restricted).ToDictionary(id => id, id => new SendingRights(
            id, restricted.Contains(id) ? admins[id].Select(row => row.UserId).ToHashSet() : null, mutes[id].ToDictionary(row => row.UserId, row => row.MutedUntil)));
    });
}
