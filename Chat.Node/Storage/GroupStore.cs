using System.Data.Common;
using Chat.Node.Faults;
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
/// <param name="History">What new members see of what was said before.</param>
/// <param name="KeepDays">After so many days its messages are gone; 0: the group says nothing about that.</param>
sealed record GroupPolicy(string Avatar, GroupJoining Joining, GroupSending Sending, GroupHistory History = GroupHistory.All, int KeepDays = 0)
{
    public static readonly GroupPolicy Default = new("", GroupJoining.Free, GroupSending.All);

    /// <summary>The words of the wire.</summary>
    public string JoiningWord => Joining switch { GroupJoining.Ask => "ask", GroupJoining.Invite => "invite", _ => "free" };

    public string SendingWord => Sending == GroupSending.Admins ? "admins" : "all";

    public string HistoryWord => History == GroupHistory.Joined ? "joined" : "all";
}

/// <summary>What groups are; <see cref="ContactStore"/> makes them, and <see cref="MemberStore"/> has who is in them.</summary>
/// <param name="database">Where they are.</param>
/// <param name="writesForLegacy">Whether legacy servers read what is written: then names are stored as theirs are.</param>
/// <param name="texts">How theirs are stored.</param>
/// <param name="events">Who of the product's servers is told of what changes.</param>
/// <param name="outbox">What the members are told; null without a history.</param>
/// <param name="crashPoints">For tests.</param>
/// <param name="clock">The time.</param>
sealed class GroupStore(
    IChatDatabase database, bool writesForLegacy, LegacyTexts texts, GroupEvents? events = null, SystemOutbox? outbox = null, CrashPoints? crashPoints = null,
    TimeProvider? clock = null)
{
    const string Facts =
        """
        SELECT g.groupname AS name, g.groupdesc AS description, g.ours,
            (SELECT COUNT(DISTINCT m.userid) FROM GroupUser m JOIN Users u ON u.id = m.userid WHERE m.groupid = g.id) AS members,
            COALESCE(p.avatar, '') AS avatar, COALESCE(p.joining, 0) AS joining, COALESCE(p.sending, 0) AS sending, COALESCE(p.history, 0) AS history,
            COALESCE(p.keep_days, 0) AS keepdays
        FROM AllGroup g LEFT JOIN GroupPolicy p ON p.groupid = g.id WHERE g.id = @id
        """;

    sealed class GroupRow
    {
        public string Name { get; init; } = "";

        public string Description { get; init; } = "";

        public bool Ours { get; init; }

        public long Members { get; init; }

        public string Avatar { get; init; } = "";

        public long Joining { get; init; }

        public long Sending { get; init; }

        public long History { get; init; }

        public long KeepDays { get; init; }

        public GroupPolicy Policy => new(Avatar, (GroupJoining)Joining, (GroupSending)Sending, (GroupHistory)History, (int)KeepDays);
    }

    sealed class OwnRow
    {
        public string? Role { get; init; }

        public long MutedUntil { get; init; }

        public long IsBanned { get; init; }
    }

    /// <summary>Null if there is none.</summary>
    public async Task<StoredGroup?> FindAsync(int id)
    {
        var row = await database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<GroupRow>(Facts, new { id }));
        if (row is null)
            return null;
        if (row.Ours)
            return new StoredGroup(id, row.Name, row.Description, (int)row.Members) { Policy = row.Policy };
        await texts.PrepareAsync([row.Name, row.Description]);
        return new StoredGroup(id, texts.Read(row.Name), texts.Read(row.Description), (int)row.Members) { Policy = row.Policy };
    }

    /// <summary>The id of the group that has a name, compared as names are; null if none has.</summary>
    public async Task<int?> FindIdAsync(string name)
    {
        await new MissingKeys(database).FillGroupsAsync();
        var stored = StoredName.Of(name, writesForLegacy: false);
        return await database.ReadAsync(connection => connection.QueryFirstOrDefaultAsync<int?>(
            "SELECT id FROM AllGroup WHERE groupfold IN (@key, @other) ORDER BY id LIMIT 1", new { key = stored.Key, other = stored.Other }));
    }

    /// <summary>What somebody is in a group.</summary>
    public async Task<MemberFacts> FactsAsync(int id, int userId)
    {
        var row = await database.ReadAsync(connection => connection.QuerySingleAsync<OwnRow>(
            """
            SELECT (SELECT MIN(grouprole) FROM GroupUser WHERE groupid = @id AND userid = @userId) AS role,
                COALESCE((SELECT muted_until FROM GroupMute WHERE groupid = @id AND userid = @userId), 0) AS muteduntil,
                EXISTS (SELECT 1 FROM GroupBan WHERE groupid = @id AND userid = @userId) AS isbanned
            """,
            new { id, userId }));
        return new MemberFacts(row.Role, row.MutedUntil, row.IsBanned > 0);
    }

    /// <summary>What a group is from now on.</summary>
    /// <param name="change">Its name is in Normalization Form C.</param>
    /// <param name="by">Who changes it; 0: nobody of its users.</param>
    /// <param name="judge">Whether somebody with this role may; null: no member.</param>
    /// <exception cref="RowRefusedException">Legacy servers read this database and could not store such a text.</exception>
    public async Task<ChangedGroup> ChangeAsync(ChangeGroupRequest change, int by, Func<string?, GroupRefusal?> judge)
    {
        if (outbox is null && (change.History == GroupHistory.Joined || change.KeepDays > 0))
            return new ChangedGroup(new GroupRefusal(ErrorCode.HistoryOff, "this server keeps no history: \"history\" cannot be \"joined\", and there are no \"keep_days\""), [], IsDifferent: false);
        var asGbk = writesForLegacy && await texts.ReadGbkAsync();
        if (change.Name is not null || change.Description is not null)
            await new MissingKeys(database).FillGroupsAsync();
        if (await FindAsync(change.GroupId) is null) // and how its texts are written is known then
            return new ChangedGroup(GroupRefusal.NoGroup(change.GroupId), [], IsDifferent: false);
        try
        {
            return await database.WriteAsync((connection, transaction) => ChangeAsync(connection, transaction, change, by, judge, asGbk));
        }
        catch (DuplicateKeyException)
        {
            return new ChangedGroup(new GroupRefusal(ErrorCode.Rejected, "the name is taken"), [], IsDifferent: false);
        }
    }

    async Task<ChangedGroup> ChangeAsync(
        DbConnection connection, DbTransaction transaction, ChangeGroupRequest change, int by, Func<string?, GroupRefusal?> judge, bool asGbk)
    {
        var id = change.GroupId;
        if (await RefusalAsync(connection, transaction, id, by, judge) is { } refusal)
            return new ChangedGroup(refusal, [], IsDifferent: false);
        var row = await connection.QuerySingleAsync<GroupRow>(Facts, new { id }, transaction);
        var (name, description) = row.Ours ? (row.Name, row.Description) : (texts.Read(row.Name), texts.Read(row.Description));
        var before = new StoredGroup(id, name, description, (int)row.Members) { Policy = row.Policy };
        var message = SystemMessages.Of(by, change, before);
        if (change.Name is not null || change.Description is not null)
            await RenameAsync(connection, transaction, id, change.Name ?? name, change.Description ?? description, asGbk);
        var policy = new GroupPolicy(change.Avatar ?? row.Avatar, change.Joining ?? row.Policy.Joining, change.Sending ?? row.Policy.Sending, change.History ?? row.Policy.History,
            change.KeepDays ?? row.Policy.KeepDays);
        if (policy != row.Policy)
            await WriteAsync(connection, transaction, id, policy);
        if (events is not null && message is not null)
            await events.ChangedAsync(connection, transaction, before, before with { Name = change.Name ?? name, Description = change.Description ?? description, Policy = policy });
        if (outbox is not null && message is not null)
            await outbox.AddAsync(connection, transaction, id, [message]);
        return new ChangedGroup(null, await MembersAsync(connection, transaction, id), IsDifferent: message is not null);
    }

    /// <summary>What legacy servers do not know of a group, also of one that is just being made.</summary>
    public static async Task WriteAsync(DbConnection connection, DbTransaction transaction, int id, GroupPolicy policy)
    {
        await connection.ExecuteAsync("DELETE FROM GroupPolicy WHERE groupid = @id", new { id }, transaction);
        await connection.ExecuteAsync(
            "INSERT INTO GroupPolicy (groupid, avatar, joining, sending, history, keep_days) VALUES (@id, @Avatar, @joining, @sending, @history, @KeepDays)",
            new { id, policy.Avatar, joining = (int)policy.Joining, sending = (int)policy.Sending, history = (int)policy.History, policy.KeepDays }, transaction);
    }

    async Task RenameAsync(DbConnection connection, DbTransaction transaction, int id, string name, string description, bool asGbk)
    {
        var stored = StoredName.Of(name, asGbk);
        var storedDescription = StoredName.Of(description, asGbk).Text;
        await stored.EnsureFreeAsync(connection, transaction, database.Dialect.GroupsOfName, id);
        await connection.ExecuteAsync(
            database.Dialect.ChangeGroup, new { id, name = stored.Text, key = stored.Key, description = storedDescription, ours = stored.IsOurs }, transaction);
        await stored.EnsureFreeAsync(connection, transaction, database.Dialect.GroupsOfName, id);
    }

    /// <summary>The group and its members. Nobody takes part in its messages any more; they go a day later (<see cref="RetentionStore"/>).</summary>
    public async Task<ChangedGroup> DeleteAsync(int id, int by, Func<string?, GroupRefusal?> judge)
    {
        var changed = await database.WriteAsync(async (connection, transaction) =>
        {
            if (await RefusalAsync(connection, transaction, id, by, judge) is { } refusal)
                return new ChangedGroup(refusal, [], IsDifferent: false);
            var members = await MembersAsync(connection, transaction, id);
            await MemberStore.DeleteAsync(connection, transaction, id, (clock ?? TimeProvider.System).GetUtcNow(), events, outbox);
            return new ChangedGroup(null, members, IsDifferent: true);
        });
        if (changed.IsDifferent)
            crashPoints?.Reach(CrashPoint.AfterMemberChange);
        return changed;
    }

    /// <summary>Nobody else changes the group until the transaction ends.</summary>
    async Task<GroupRefusal?> RefusalAsync(DbConnection connection, DbTransaction transaction, int id, int by, Func<string?, GroupRefusal?> judge)
    {
        if (await connection.ExecuteScalarAsync<int?>(database.Dialect.LockGroup, new { groupId = id }, transaction) is null)
            return GroupRefusal.NoGroup(id);
        return judge(await connection.ExecuteScalarAsync<string?>(
            "SELECT MIN(grouprole) FROM GroupUser WHERE groupid = @id AND userid = @by", new { id, by }, transaction));
    }

    static async Task<List<int>> MembersAsync(DbConnection connection, DbTransaction transaction, int id) =>
        (await connection.QueryAsync<int>("SELECT DISTINCT userid FROM GroupUser WHERE groupid = @id", new { id }, transaction)).AsList();
}

/// <summary>What has come of a change of a group: refused, or written. <c>Members</c> are those who are in it, or were.</summary>
sealed record ChangedGroup(GroupRefusal? Refusal, IReadOnlyList<int> Members, bool IsDifferent);
