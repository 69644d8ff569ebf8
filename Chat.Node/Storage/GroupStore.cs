using Dapper;

namespace Chat.Node.Storage;

/// <summary>A group and how many users are in it.</summary>
sealed record StoredGroup(int Id, string Name, string Description, int Members);

/// <summary>What somebody who looks after groups does with them; <see cref="ContactStore"/> makes them and lets users in.</summary>
/// <param name="database">Where they are.</param>
/// <param name="writesForLegacy">Whether legacy servers read what is written: then names are stored as theirs are.</param>
/// <param name="texts">How theirs are stored.</param>
/// <param name="events">Who is told of what changes.</param>
sealed class GroupStore(IChatDatabase database, bool writesForLegacy, LegacyTexts texts, GroupEvents? events = null)
{
    sealed class GroupRow
    {
        public string Name { get; init; } = "";

        public string Description { get; init; } = "";

        public bool Ours { get; init; }

        public long Members { get; init; }
    }

    /// <summary>Null if there is none.</summary>
    public async Task<StoredGroup?> FindAsync(int id)
    {
        var row = await database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<GroupRow>(
            """
            SELECT g.groupname AS name, g.groupdesc AS description, g.ours,
                (SELECT COUNT(DISTINCT m.userid) FROM GroupUser m JOIN Users u ON u.id = m.userid WHERE m.groupid = g.id) AS members
            FROM AllGroup g WHERE g.id = @id
            """,
            new { id }));
        if (row is null)
            return null;
        if (row.Ours)
            return new StoredGroup(id, row.Name, row.Description, (int)row.Members);
        await texts.PrepareAsync([row.Name, row.Description]);
        return new StoredGroup(id, texts.Read(row.Name), texts.Read(row.Description), (int)row.Members);
    }

    /// <summary>Lets users in; who is in already stays what it is, and who does not exist is left out.</summary>
    public Task AddMembersAsync(int groupId, IReadOnlyCollection<int> userIds) => database.WriteAsync(async (connection, transaction) =>
    {
        var joining = events is { TellsJoined: true }
            ? (await connection.QueryAsync<int>(
                """
                SELECT u.id FROM Users u
                WHERE u.id IN @userIds AND NOT EXISTS (SELECT 1 FROM GroupUser m WHERE m.groupid = @groupId AND m.userid = u.id) ORDER BY u.id
                """,
                new { groupId, userIds }, transaction)).AsList()
            : [];
        var joined = await connection.ExecuteAsync(
            """
            INSERT INTO GroupUser (groupid, userid, grouprole)
            SELECT @groupId, u.id, 'normal' FROM Users u
            WHERE u.id IN @userIds AND NOT EXISTS (SELECT 1 FROM GroupUser m WHERE m.groupid = @groupId AND m.userid = u.id)
            """,
            new { groupId, userIds }, transaction);
        if (events is not null)
            await events.JoinedAsync(connection, transaction, groupId, joining);
        return joined;
    });

    /// <summary>Puts users out; who is not in is left out.</summary>
    public Task RemoveMembersAsync(int groupId, IReadOnlyCollection<int> userIds) => database.WriteAsync(async (connection, transaction) =>
    {
        var leaving = events is { TellsLeft: true }
            ? (await connection.QueryAsync<int>(
                "SELECT DISTINCT userid FROM GroupUser WHERE groupid = @groupId AND userid IN @userIds ORDER BY userid", new { groupId, userIds }, transaction)).AsList()
            : [];
        var left = await connection.ExecuteAsync("DELETE FROM GroupUser WHERE groupid = @groupId AND userid IN @userIds", new { groupId, userIds }, transaction);
        if (events is not null)
            await events.LeftAsync(connection, transaction, groupId, leaving);
        return left;
    });

    /// <summary>False if the name is taken.</summary>
    /// <exception cref="RowRefusedException">Legacy servers read this database and could not store such a text.</exception>
    public async Task<bool> ChangeAsync(int id, string name, string description)
    {
        var asGbk = writesForLegacy && await texts.ReadGbkAsync();
        var stored = StoredName.Of(name, asGbk);
        var storedDescription = StoredName.Of(description, asGbk).Text;
        await new MissingKeys(database).FillGroupsAsync();
        try
        {
            return await database.WriteAsync(async (connection, transaction) =>
            {
                await stored.EnsureFreeAsync(connection, transaction, database.Dialect.GroupsOfName, id);
                await connection.ExecuteAsync(
                    database.Dialect.ChangeGroup, new { id, name = stored.Text, key = stored.Key, description = storedDescription, ours = stored.IsOurs }, transaction);
                await stored.EnsureFreeAsync(connection, transaction, database.Dialect.GroupsOfName, id);
                if (events is not null)
                    await events.ChangedAsync(connection, transaction, id, name, description);
                return true;
            });
        }
        catch (DuplicateKeyException)
        {
            return false;
        }
    }

    /// <summary>The group and its members; its messages stay, and nobody takes part in them any more.</summary>
    public Task DeleteAsync(int id) => database.WriteAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync("DELETE FROM GroupUser WHERE groupid = @id", new { id }, transaction);
        var deleted = await connection.ExecuteAsync("DELETE FROM AllGroup WHERE id = @id", new { id }, transaction);
        if (deleted > 0 && events is not null)
            await events.DeletedAsync(connection, transaction, id);
        return deleted;
    });
}
