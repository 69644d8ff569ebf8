using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>A group and how many users are in it.</summary>
sealed record StoredGroup(int Id, string Name, string Description, int Members)
{
    public GroupPolicy Policy { get; init; } = GroupPolicy.Default;
}

/// <summary>What legacy servers do not know of a group.</summary>
/// <param name="Avatar">Where its picture is; empty: it has none.</param>
/// <param name="Joining">Who becomes a member.</param>
/// <param name="Sending">Who may send.</param>
sealed record GroupPolicy(string Avatar, GroupJoining Joining, GroupSending Sending)
{
    public static readonly GroupPolicy Default = new("", GroupJoining.Free, GroupSending.All);
}

/// <summary>What groups are; <see cref="ContactStore"/> makes them, and <see cref="MemberStore"/> has who is in them.</summary>
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

        public string Avatar { get; init; } = "";

        public long Joining { get; init; }

        public long Sending { get; init; }

        public GroupPolicy Policy => new(Avatar, (GroupJoining)Joining, (GroupSending)Sending);
    }

    sealed class OwnRow
    {
        public string? Role { get; init; }

        public long MutedUntil { get; init; }
    }

    /// <summary>Null if there is none.</summary>
    public async Task<StoredGroup?> FindAsync(int id)
    {
        var row = await database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<GroupRow>(
            """
            SELECT g.groupname AS name, g.groupdesc AS description, g.ours,
                (SELECT COUNT(DISTINCT m.userid) FROM GroupUser m JOIN Users u ON u.id = m.userid WHERE m.groupid = g.id) AS members,
                COALESCE(p.avatar, '') AS avatar, COALESCE(p.joining, 0) AS joining, COALESCE(p.sending, 0) AS sending
            FROM AllGroup g LEFT JOIN GroupPolicy p ON p.groupid = g.id WHERE g.id = @id
            """,
            new { id }));
        if (row is null)
            return null;
        if (row.Ours)
            return new StoredGroup(id, row.Name, row.Description, (int)row.Members) { Policy = row.Policy };
        await texts.PrepareAsync([row.Name, row.Description]);
        return new StoredGroup(id, texts.Read(row.Name), texts.Read(row.Description), (int)row.Members) { Policy = row.Policy };
    }

    /// <summary>What somebody is in a group.</summary>
    public async Task<MemberFacts> FactsAsync(int id, int userId)
    {
        var row = await database.ReadAsync(connection => connection.QuerySingleAsync<OwnRow>(
            """
            SELECT (SELECT MIN(grouprole) FROM GroupUser WHERE groupid = @id AND userid = @userId) AS role,
                COALESCE((SELECT muted_until FROM GroupMute WHERE groupid = @id AND userid = @userId), 0) AS muteduntil
            """,
            new { id, userId }));
        return new MemberFacts(row.Role, row.MutedUntil);
    }

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
    /// <returns>Who was in it.</returns>
    public Task<List<int>> DeleteAsync(int id) => database.WriteAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync(database.Dialect.LockGroup, new { groupId = id }, transaction);
        var members = (await connection.QueryAsync<int>("SELECT DISTINCT userid FROM GroupUser WHERE groupid = @id", new { id }, transaction)).AsList();
        await MemberStore.DeleteAsync(connection, transaction, id, events);
        return members;
    });
}
