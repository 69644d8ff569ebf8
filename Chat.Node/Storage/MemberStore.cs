using System.Data.Common;
using Chat.Node.Faults;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>
/// Who is in a group, for whoever changes it: the facts are read, judged and written in one transaction, one after the other for each group. Legacy servers
/// insert rows of their own beside it; a member may be there twice.
/// </summary>
/// <param name="database">Where they are.</param>
/// <param name="clock">The time.</param>
/// <param name="events">Who of the product's servers is told.</param>
/// <param name="outbox">What the members are told; null without a history.</param>
/// <param name="crashPoints">For tests.</param>
sealed class MemberStore(IChatDatabase database, TimeProvider clock, GroupEvents? events = null, SystemOutbox? outbox = null, CrashPoints? crashPoints = null)
{
    const int MaxAttempts = 3;

    sealed class UserRow
    {
        public int Id { get; init; }

        public string? Role { get; init; }

        public long MutedUntil { get; init; }

        public long IsBanned { get; init; }

        public long HasAsked { get; init; }

        public long HasBlocked { get; init; }

        public MemberFacts ToFacts() => new(Role, MutedUntil, IsBanned > 0, HasAsked > 0) { HasBlocked = HasBlocked > 0 };
    }

    sealed class GroupRow
    {
        public long Members { get; init; }

        public long Creators { get; init; }

        public long Joining { get; init; }

        public long Asked { get; init; }
    }

    /// <summary>All that follows from what is judged, or nothing.</summary>
    /// <param name="groupId">The group.</param>
    /// <param name="by">Who changes it; 0: nobody of its users.</param>
    /// <param name="userIds">Whose facts are needed.</param>
    /// <param name="judge">Quick, and perhaps asked twice.</param>
    /// <exception cref="StorageException">The database is away.</exception>
    public async Task<GroupOutcome> ChangeAsync(int groupId, int by, IReadOnlyCollection<int> userIds, Func<GroupFacts, GroupJudgement> judge)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var outcome = await database.WriteAsync((connection, transaction) => ChangeAsync(connection, transaction, groupId, by, userIds, judge));
                if (outcome.Differences.Count > 0)
                    crashPoints?.Reach(CrashPoint.AfterMemberChange);
                return outcome;
            }
            catch (DuplicateKeyException) when (attempt < MaxAttempts)
            {
                // a legacy server has let somebody in meanwhile
            }
        }
    }

    /// <summary>Whether a user is in a group, or waits to be let in.</summary>
    public async Task<bool> IsKnownAsync(int groupId, int userId) => await database.ReadAsync(connection => connection.ExecuteScalarAsync<long>(
        """
        SELECT (SELECT COUNT(*) FROM GroupUser WHERE groupid = @groupId AND userid = @userId)
            + (SELECT COUNT(*) FROM GroupJoinRequest WHERE groupid = @groupId AND userid = @userId)
        """,
        new { groupId, userId })) > 0;

    /// <summary>Whether the conversation of a group may not have heard of a change yet, as when the node that made it has died. Without a history nobody knows.</summary>
    public async Task<bool> IsUntoldAsync(int groupId) => outbox is null || await outbox.IsWaitingAsync(groupId);

    /// <summary>Those who look after a group.</summary>
    public async Task<List<int>> AdminsAsync(int groupId) => (await database.ReadAsync(connection => connection.QueryAsync<int>(
        "SELECT DISTINCT userid FROM GroupUser WHERE groupid = @groupId AND grouprole IN ('creator', 'admin')", new { groupId }))).AsList();

    async Task<GroupOutcome> ChangeAsync(
        DbConnection connection, DbTransaction transaction, int groupId, int by, IReadOnlyCollection<int> userIds, Func<GroupFacts, GroupJudgement> judge)
    {
        if (await connection.ExecuteScalarAsync<int?>(database.Dialect.LockGroup, new { groupId }, transaction) is null)
            return new GroupOutcome(GroupRefusal.NoGroup(groupId), []);
        var facts = await ReadAsync(connection, transaction, groupId, by, userIds);
        var judgement = judge(facts);
        if (judgement.Refusal is not null)
            return new GroupOutcome(judgement.Refusal, []);
        var differences = judgement.After.Select(after => new MemberDifference(after.Key, facts.Of(after.Key), after.Value))
            .Where(difference => difference.Before != difference.After).OrderBy(difference => difference.UserId).ToList();
        await WriteAsync(connection, transaction, groupId, by, differences);
        if (judgement.DeletesGroup)
            await DeleteAsync(connection, transaction, groupId, clock.GetUtcNow(), events, outbox);
        else if (outbox is not null)
            await outbox.AddAsync(connection, transaction, groupId, SystemMessages.Of(by, differences));
        return new GroupOutcome(null, differences, judgement.DeletesGroup);
    }

    /// <summary>A group, and all that belongs to it. Its messages go later (<see cref="RetentionStore"/>).</summary>
    public static async Task<int> DeleteAsync(DbConnection connection, DbTransaction transaction, int groupId, DateTimeOffset now, GroupEvents? events, SystemOutbox? outbox)
    {
        await connection.ExecuteAsync("DELETE FROM GroupUser WHERE groupid = @groupId", new { groupId }, transaction);
        await connection.ExecuteAsync("DELETE FROM GroupPolicy WHERE groupid = @groupId", new { groupId }, transaction);
        await connection.ExecuteAsync("DELETE FROM GroupMute WHERE groupid = @groupId", new { groupId }, transaction);
        await connection.ExecuteAsync("DELETE FROM GroupBan WHERE groupid = @groupId", new { groupId }, transaction);
        await connection.ExecuteAsync("DELETE FROM GroupJoinRequest WHERE groupid = @groupId", new { groupId }, transaction);
        if (outbox is not null)
            await outbox.EndAsync(connection, transaction, groupId);
        var deleted = await connection.ExecuteAsync("DELETE FROM AllGroup WHERE id = @groupId", new { groupId }, transaction);
        if (deleted > 0)
            await connection.ExecuteAsync("REPLACE INTO DeletedGroup (groupid, deleted) VALUES (@groupId, @now)", new { groupId, now = now.ToUnixTimeMilliseconds() }, transaction);
        if (deleted > 0 && events is not null)
            await events.DeletedAsync(connection, transaction, groupId);
        return deleted;
    }

    static async Task<GroupFacts> ReadAsync(DbConnection connection, DbTransaction transaction, int groupId, int by, IReadOnlyCollection<int> userIds)
    {
        var group = await connection.QuerySingleAsync<GroupRow>(
            """
            SELECT COUNT(DISTINCT m.userid) AS members, COUNT(DISTINCT CASE WHEN m.grouprole = 'creator' THEN m.userid END) AS creators,
                COALESCE((SELECT p.joining FROM GroupPolicy p WHERE p.groupid = @groupId), 0) AS joining,
                (SELECT COUNT(*) FROM GroupJoinRequest j WHERE j.groupid = @groupId) AS asked
            FROM GroupUser m JOIN Users u ON u.id = m.userid WHERE m.groupid = @groupId
            """,
            new { groupId }, transaction);
        var users = await connection.QueryAsync<UserRow>(
            """
            SELECT u.id, (SELECT MIN(m.grouprole) FROM GroupUser m WHERE m.groupid = @groupId AND m.userid = u.id) AS role,
                COALESCE((SELECT t.muted_until FROM GroupMute t WHERE t.groupid = @groupId AND t.userid = u.id), 0) AS muteduntil,
                EXISTS (SELECT 1 FROM GroupBan b WHERE b.groupid = @groupId AND b.userid = u.id) AS isbanned,
                EXISTS (SELECT 1 FROM GroupJoinRequest j WHERE j.groupid = @groupId AND j.userid = u.id) AS hasasked,
                EXISTS (SELECT 1 FROM Contact c WHERE c.userid = u.id AND c.other = @by AND c.blocked = 1) AS hasblocked
            FROM Users u WHERE u.id IN @userIds
            """,
            new { groupId, by, userIds }, transaction);
        return new GroupFacts(groupId, (int)group.Members, (int)group.Creators, (GroupJoining)group.Joining, users.ToDictionary(row => row.Id, row => row.ToFacts()))
        {
            Asked = (int)group.Asked,
        };
    }

    async Task WriteAsync(DbConnection connection, DbTransaction transaction, int groupId, int by, List<MemberDifference> differences)
    {
        int[] joined = [.. differences.Where(each => each.HasJoined).Select(each => each.UserId)];
        int[] left = [.. differences.Where(each => each.HasLeft).Select(each => each.UserId)];
        if (left.Length > 0)
            await connection.ExecuteAsync("DELETE FROM GroupUser WHERE groupid = @groupId AND userid IN @left", new { groupId, left }, transaction);
        if (joined.Length > 0)
        {
            var head = await connection.ExecuteScalarAsync<long?>(
                "SELECT l.seq FROM MessageLog l WHERE l.a = 0 AND l.b = @groupId AND l.seq BETWEEN 1 AND 9007199254740991 ORDER BY l.seq DESC LIMIT 1", new { groupId }, transaction);
            await connection.ExecuteAsync(
                "INSERT INTO GroupUser (groupid, userid, grouprole, join_seq) SELECT @groupId, u.id, 'normal', @first FROM Users u WHERE u.id IN @joined",
                new { groupId, joined, first = (head ?? 0) + 1 }, transaction);
        }

        foreach (var (userId, before, after) in differences)
            await WriteAsync(connection, transaction, new Write(groupId, userId, by, clock.GetUtcNow().ToUnixTimeMilliseconds()), before, after);
        if (events is not null)
            await events.MembersAsync(connection, transaction, groupId, by, differences);
    }

    sealed record Write(int GroupId, int UserId, int By, long Now)
    {
        public string? Role { get; init; }

        public long Until { get; init; }
    }

    /// <summary>All but becoming a member, and no member any more.</summary>
    static async Task WriteAsync(DbConnection connection, DbTransaction transaction, Write write, MemberFacts before, MemberFacts after)
    {
        if (after.IsMember && after.Role != (before.Role ?? GroupRole.Normal))
            await ExecuteAsync("UPDATE GroupUser SET grouprole = @Role WHERE groupid = @GroupId AND userid = @UserId");
        if (after.MutedUntil != before.MutedUntil)
            await ExecuteAsync("DELETE FROM GroupMute WHERE groupid = @GroupId AND userid = @UserId");
        if (after.MutedUntil != before.MutedUntil && after.MutedUntil > 0)
            await ExecuteAsync("INSERT INTO GroupMute (groupid, userid, muted_until) VALUES (@GroupId, @UserId, @Until)");
        if (after.IsBanned != before.IsBanned)
        {
            await ExecuteAsync(after.IsBanned
                ? "INSERT INTO GroupBan (groupid, userid, banned_by, since) VALUES (@GroupId, @UserId, @By, @Now)"
                : "DELETE FROM GroupBan WHERE groupid = @GroupId AND userid = @UserId");
        }

        if (after.HasAsked != before.HasAsked)
        {
            await ExecuteAsync(after.HasAsked
                ? "INSERT INTO GroupJoinRequest (groupid, userid, since) VALUES (@GroupId, @UserId, @Now)"
                : "DELETE FROM GroupJoinRequest WHERE groupid = @GroupId AND userid = @UserId");
        }

        Task<int> ExecuteAsync(string statement) => connection.ExecuteAsync(statement, write with { Role = after.Role, Until = after.MutedUntil }, transaction);
    }
}
