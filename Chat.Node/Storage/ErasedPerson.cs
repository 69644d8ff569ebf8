using System.Data.Common;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>
/// What is kept of a user beside messages. The row in Users stays, with another name: other rows, and legacy servers, refer to it. Each step may be repeated.
/// </summary>
sealed class ErasedPerson(IChatDatabase database, TimeProvider clock, GroupEvents? events = null)
{
    /// <summary>Rows that go in one transaction.</summary>
    public const int AtOnce = 200;

    /// <summary>The name that an erased user has.</summary>
    public static string NameOf(int userId) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"erased-{userId}");

    long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// Another name, and a password that nobody has. The old name is free then: nothing of the user is kept, a reserved name would be.
    /// </summary>
    /// <returns>The name.</returns>
    public async Task<string> RenameAsync(int userId)
    {
        var (name, number) = (NameOf(userId), 0);
        while (true)
        {
            try
            {
                return await RenameAsync(userId, name);
            }
            catch (DuplicateKeyException)
            {
                name = $"{NameOf(userId)}-{++number}"; // somebody is called so
            }
        }
    }

    /// <summary>The name that the user has, as it is stored.</summary>
    public async Task<string> NameAsync(int userId) =>
        await database.ReadAsync(connection => connection.ExecuteScalarAsync<string?>("SELECT name FROM Users WHERE id = @userId", new { userId })) ?? NameOf(userId);

    Task<string> RenameAsync(int userId, string name) => database.WriteAsync(async (connection, transaction) =>
    {
        var stored = StoredName.Of(name, writesForLegacy: false); // ASCII is the same everywhere
        await stored.EnsureFreeAsync(connection, transaction, database.Dialect.UsersOfName, userId);
        await connection.ExecuteAsync(
            database.Dialect.RenameUser, new { userId, name = stored.Text, key = stored.Key, password = ExternalIdentities.NoPassword() }, transaction);
        return name;
    });

    /// <summary>What there is little of.</summary>
    public Task ForgetAsync(int userId) => database.WriteAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync("DELETE FROM UserProfile WHERE userid = @userId", new { userId }, transaction);
        await connection.ExecuteAsync("DELETE FROM ProfileText WHERE userid = @userId", new { userId }, transaction);
        await connection.ExecuteAsync("DELETE FROM ExternalIdentity WHERE userid = @userId", new { userId }, transaction);
        await connection.ExecuteAsync("DELETE FROM LoginToken WHERE userid = @userId", new { userId }, transaction);
        await connection.ExecuteAsync("DELETE FROM ResumeToken WHERE userid = @userId", new { userId }, transaction);
        await connection.ExecuteAsync("DELETE FROM Device WHERE userid = @userId", new { userId }, transaction);
        await connection.ExecuteAsync("DELETE FROM PendingPush WHERE userid = @userId", new { userId }, transaction);
        await connection.ExecuteAsync("DELETE FROM NotifyRule WHERE userid = @userId", new { userId }, transaction);
        await connection.ExecuteAsync("DELETE FROM Draft WHERE userid = @userId", new { userId }, transaction);
        await connection.ExecuteAsync("DELETE FROM QuarantinedMessage WHERE userid = @userId", new { userId }, transaction);
        await ForgetRequestsAsync(connection, transaction, userId);
        await connection.ExecuteAsync("UPDATE MessageReport SET msg = '' WHERE sender = @userId", new { userId }, transaction);
        return await connection.ExecuteAsync("UPDATE MessageReport SET reason = '' WHERE reporter = @userId", new { userId }, transaction);
    });

    /// <summary>The user asks to be let into groups no longer. Only a row that was still there is told of: somebody may decide about it at this moment.</summary>
    async Task ForgetRequestsAsync(DbConnection connection, DbTransaction transaction, int userId)
    {
        var groups = (await connection.QueryAsync<int>("SELECT groupid FROM GroupJoinRequest WHERE userid = @userId ORDER BY groupid", new { userId }, transaction)).AsList();
        foreach (var groupId in groups)
        {
            var deleted = await connection.ExecuteAsync("DELETE FROM GroupJoinRequest WHERE groupid = @groupId AND userid = @userId", new { groupId, userId }, transaction);
            if (deleted > 0 && events is not null)
                await events.MembersAsync(connection, transaction, groupId, userId, [new MemberDifference(userId, new MemberFacts(null, HasAsked: true), default)]);
        }
    }

    /// <summary>Some of the user's own queue. False: there was nothing more.</summary>
    public async Task<bool> ForgetQueueAsync(int userId)
    {
        var ids = (await database.ReadAsync(connection => connection.QueryAsync<long>(
            "SELECT id FROM OfflineMessage WHERE userid = @userId ORDER BY id LIMIT @AtOnce", new { userId, AtOnce }))).AsList();
        if (ids.Count > 0)
            await database.WriteAsync((connection, transaction) => connection.ExecuteAsync("DELETE FROM OfflineMessage WHERE userid = @userId AND id IN @ids", new { userId, ids }, transaction));
        return ids.Count == AtOnce;
    }

    /// <summary>In one conversation, where the user is mentioned. False: there was nothing more.</summary>
    public async Task<bool> ForgetMentionsAsync(int userId)
    {
        var found = (await database.ReadAsync(connection => connection.QueryAsync<(int A, int B)>("SELECT a, b FROM Mention WHERE userid = @userId LIMIT 1", new { userId }))).AsList();
        if (found is not [var (a, b)])
            return false;
        await database.WriteAsync((connection, transaction) => connection.ExecuteAsync("DELETE FROM Mention WHERE userid = @userId AND a = @a AND b = @b", new { userId, a, b }, transaction));
        return true;
    }

    /// <summary>Some of whom the user knows or has blocked. False: there was nothing more.</summary>
    public async Task<bool> ForgetContactsAsync(int userId)
    {
        var others = (await database.ReadAsync(connection => connection.QueryAsync<int>(
            """
            SELECT other FROM Contact WHERE userid = @userId UNION SELECT friendid FROM Friends WHERE userid = @userId LIMIT @AtOnce
            """,
            new { userId, AtOnce }))).AsList();
        if (others.Count == 0)
            return false;
        await database.WriteAsync(async (connection, transaction) =>
        {
            await connection.ExecuteAsync("DELETE FROM Contact WHERE userid = @userId AND other IN @others", new { userId, others }, transaction);
            return await connection.ExecuteAsync("DELETE FROM Friends WHERE userid = @userId AND friendid IN @others", new { userId, others }, transaction);
        });
        return others.Count == AtOnce;
    }

    /// <summary>Some of the user's files: nobody gets them any more, and their bytes are swept. False: there was nothing more.</summary>
    public async Task<bool> ForgetFilesAsync(int userId)
    {
        var ids = (await database.ReadAsync(connection => connection.QueryAsync<string>(
            "SELECT id FROM Attachment WHERE owner = @userId AND state IN (0, 1, 3) ORDER BY id LIMIT @AtOnce", new { userId, AtOnce }))).AsList();
        if (ids.Count == 0)
            return false;
        await database.WriteAsync(async (connection, transaction) =>
        {
            await connection.ExecuteAsync("DELETE FROM AttachmentUse WHERE id IN @ids", new { ids }, transaction);
            return await connection.ExecuteAsync("UPDATE Attachment SET state = 2, since = @now, name = '' WHERE id IN @ids", new { ids, now = Now }, transaction);
        });
        return ids.Count == AtOnce;
    }

    /// <summary>Some of the user's groups, above an id.</summary>
    public Task<List<int>> GroupsAsync(int userId, int after) => database.ReadAsync(async connection => (await connection.QueryAsync<int>(
        "SELECT DISTINCT groupid FROM GroupUser WHERE userid = @userId AND groupid > @after ORDER BY groupid LIMIT @AtOnce", new { userId, after, AtOnce })).AsList());

    /// <summary>Who looks after a group when its creator is erased: an admin, else the member with the lowest id; null: nobody is left.</summary>
    public Task<int?> HeirAsync(int groupId, int userId) => database.ReadAsync(connection => connection.ExecuteScalarAsync<int?>(
        """
        SELECT m.userid FROM GroupUser m JOIN Users u ON u.id = m.userid LEFT JOIN DisabledUser d ON d.userid = m.userid
        WHERE m.groupid = @groupId AND m.userid <> @userId
        ORDER BY CASE WHEN d.userid IS NULL THEN 0 ELSE 1 END, CASE WHEN m.grouprole = 'admin' THEN 0 ELSE 1 END, m.userid LIMIT 1
        """,
        new { groupId, userId }));
}
