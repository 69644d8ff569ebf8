using System.Data.Common;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>A part of a list, ascending by id.</summary>
/// <param name="Entries">What is on the page.</param>
/// <param name="HasMore">Whether there is something behind the last entry.</param>
sealed record ListPage<T>(IReadOnlyList<T> Entries, bool HasMore);

/// <summary>
/// Friends, groups and members as they are shown. In databases of legacy servers a row may be there twice, and may point to
/// nobody. <c>Users.state</c> says whether others are online, and hides users who want to be hidden; it does not count if one of two has blocked the other. The asker is always online.
/// </summary>
/// <param name="database">Where they are.</param>
/// <param name="texts">How legacy servers' names are stored.</param>
sealed class ContactLists(IChatDatabase database, LegacyTexts? texts = null)
{
    /// <summary>An entry of a login ack has more bytes than this: from the size of a frame follows how much is worth reading.</summary>
    public const int LeastEntryBytes = 32;

    /// <summary>The rounds of reading members for a login. Later rounds would find little more.</summary>
    const int MaxRounds = 4;

    readonly LegacyTexts _texts = texts ?? new LegacyTexts(database);

    sealed class UserRow
    {
        public int GroupId { get; init; }

        public int Id { get; init; }

        public string Name { get; init; } = "";

        public string Role { get; init; } = "";

        public string State { get; init; } = "";

        public bool Ours { get; init; }

        /// <summary>Whether there are members of this group behind those that were read.</summary>
        public bool IsCut { get; init; }

        public long Since { get; init; }

        string TextOf(LegacyTexts texts) => Ours ? Name : texts.Read(Name);

        public JoinRequestEntry ToRequest(LegacyTexts texts) => new(Id, TextOf(texts), Since);

        public FriendEntry ToFriend(LegacyTexts texts) => new(Id, TextOf(texts), State == "online");

        public MemberEntry ToMember(int userId, HashSet<int> apart, LegacyTexts texts) => new(Id, TextOf(texts), Role, Id == userId || (State == "online" && !apart.Contains(Id)));
    }

    sealed class GroupRow
    {
        public int Id { get; init; }

        public string Name { get; init; } = "";

        public string Description { get; init; } = "";

        public string Role { get; init; } = "";

        public bool Ours { get; init; }

        public long Members { get; init; }

        string TextOf(string stored, LegacyTexts texts) => Ours ? stored : texts.Read(stored);

        public GroupEntry ToEntry(IEnumerable<UserRow> members, int userId, HashSet<int> apart, bool isCut, LegacyTexts texts) => new(
            Id, TextOf(Name, texts), TextOf(Description, texts), [.. members.Select(row => row.ToMember(userId, apart, texts))])
        {
            IsTruncated = isCut,
        };

        public GroupSummary ToSummary(long members, LegacyTexts texts) => new(Id, TextOf(Name, texts), TextOf(Description, texts), Role, (int)members);
    }

    /// <summary>
    /// The lists of a login ack: at most <c>max</c> friends, as many groups, and as many members of all groups. Every group gets its share
    /// of the members. Small groups leave the rest of their share to the large ones.
    /// </summary>
    /// <param name="userId">Who logs in.</param>
    /// <param name="max">How many entries of each list could fit into the ack.</param>
    public Task<(IReadOnlyList<FriendEntry> Friends, IReadOnlyList<GroupEntry> Groups)> OfUserAsync(int userId, int max = 2048) =>
        database.ReadAsync<(IReadOnlyList<FriendEntry>, IReadOnlyList<GroupEntry>)>(async connection =>
        {
            var friends = await FriendRowsAsync(connection, userId, 0, max);
            var groups = await GroupRowsAsync(connection, userId, 0, max);
            var members = groups.Count == 0
                ? Enumerable.Empty<UserRow>().ToLookup(row => row.GroupId)
                : await MembersOfAllAsync(connection, [.. groups.Select(group => group.Id)], max);
            var apart = await ApartAsync(connection, userId, members.SelectMany(rows => rows));
            await PrepareAsync(connection, [.. friends, .. members.SelectMany(rows => rows)], groups);
            return (
                [.. friends.Select(row => row.ToFriend(_texts))],
                [.. groups.Select(group => group.ToEntry(
                    Distinct(members[group.Id].Where(row => row.Id > 0)), userId, apart, members[group.Id].Any(row => row.IsCut), _texts))]);
        });

    /// <summary>Members of a group; whoever asks has to be allowed to.</summary>
    /// <param name="groupId">The group.</param>
    /// <param name="userId">Who asks.</param>
    /// <param name="after">Ids above this one.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="role">Only those with it; empty: all. Roles of other servers that are no word of ours are ordinary members.</param>
    public Task<ListPage<MemberEntry>> MembersAsync(int groupId, int userId, int after, int limit, string role = "") => database.ReadAsync(async connection =>
    {
        var rows = (await connection.QueryAsync<UserRow>(
            """
            SELECT u.id, u.name, u.state, u.ours, m.grouprole AS role FROM GroupUser m JOIN Users u ON u.id = m.userid
            WHERE m.groupid = @groupId AND m.userid > @after
                AND (@role = '' OR CASE WHEN m.grouprole IN ('creator', 'admin') THEN m.grouprole ELSE 'normal' END = @role)
            ORDER BY m.userid LIMIT @max
            """,
            new { groupId, after, role, max = limit + 1 })).AsList();
        var apart = await ApartAsync(connection, userId, rows);
        await PrepareAsync(connection, rows, []);
        return new ListPage<MemberEntry>([.. Distinct(rows.Take(limit)).Select(row => row.ToMember(userId, apart, _texts))], rows.Count > limit);
    });

    /// <summary>Who waits to be let into a group; whoever asks has to be allowed to.</summary>
    public Task<ListPage<JoinRequestEntry>> JoinRequestsAsync(int groupId, int after, int limit) => database.ReadAsync(async connection =>
    {
        var rows = (await connection.QueryAsync<UserRow>(
            """
            SELECT u.id, u.name, u.ours, j.since FROM GroupJoinRequest j JOIN Users u ON u.id = j.userid
            WHERE j.groupid = @groupId AND j.userid > @after ORDER BY j.userid LIMIT @max
            """,
            new { groupId, after, max = limit + 1 })).AsList();
        await PrepareAsync(connection, rows, []);
        return new ListPage<JoinRequestEntry>([.. rows.Take(limit).Select(row => row.ToRequest(_texts))], rows.Count > limit);
    });

    /// <summary>Who is not let into a group; whoever asks has to be allowed to.</summary>
    public Task<ListPage<JoinRequestEntry>> BansAsync(int groupId, int after, int limit) => database.ReadAsync(async connection =>
    {
        var rows = (await connection.QueryAsync<UserRow>(
            """
            SELECT u.id, u.name, u.ours, b.since FROM GroupBan b JOIN Users u ON u.id = b.userid
            WHERE b.groupid = @groupId AND b.userid > @after ORDER BY b.userid LIMIT @max
            """,
            new { groupId, after, max = limit + 1 })).AsList();
        await PrepareAsync(connection, rows, []);
        return new ListPage<JoinRequestEntry>([.. rows.Take(limit).Select(row => row.ToRequest(_texts))], rows.Count > limit);
    });

    /// <summary>The user's groups, with the user's role in each and how many members it has.</summary>
    public Task<ListPage<GroupSummary>> GroupsAsync(int userId, int after, int limit) => database.ReadAsync(async connection =>
    {
        var rows = await GroupRowsAsync(connection, userId, after, limit + 1);
        var page = rows.Take(limit).ToList();
        var counts = page.Count == 0
            ? []
            : (await connection.QueryAsync<GroupRow>(
                """
                SELECT m.groupid AS id, COUNT(DISTINCT m.userid) AS members FROM GroupUser m JOIN Users u ON u.id = m.userid
                WHERE m.groupid IN @groupIds GROUP BY m.groupid
                """,
                new { groupIds = page.Select(row => row.Id) })).ToDictionary(row => row.Id, row => row.Members);
        await PrepareAsync(connection, [], page);
        return new ListPage<GroupSummary>([.. page.Select(row => row.ToSummary(counts.GetValueOrDefault(row.Id), _texts))], rows.Count > limit);
    });

    public Task<ListPage<FriendEntry>> FriendsAsync(int userId, int after, int limit) => database.ReadAsync(async connection =>
    {
        var rows = await FriendRowsAsync(connection, userId, after, limit + 1);
        await PrepareAsync(connection, rows, []);
        return new ListPage<FriendEntry>([.. rows.Take(limit).Select(row => row.ToFriend(_texts))], rows.Count > limit);
    });

    ValueTask PrepareAsync(DbConnection connection, IEnumerable<UserRow> users, IEnumerable<GroupRow> groups) => _texts.PrepareAsync(
        users.Where(row => !row.Ours).Select(row => row.Name).Concat(groups.Where(row => !row.Ours).SelectMany(row => new[] { row.Name, row.Description })), connection);

    /// <summary>Those of these users who are not shown online, because they have blocked the asker or are blocked by it. Most of a group are offline anyway.</summary>
    static async Task<HashSet<int>> ApartAsync(DbConnection connection, int userId, IEnumerable<UserRow> rows)
    {
        int[] ids = [.. rows.Where(row => row.State == "online" && row.Id != userId).Select(row => row.Id).Distinct()];
        return ids.Length == 0
            ? []
            : [.. await connection.QueryAsync<int>(
                """
                SELECT other FROM Contact WHERE userid = @userId AND other IN @ids AND blocked = 1
                UNION ALL SELECT userid FROM Contact WHERE userid IN @ids AND other = @userId AND blocked = 1
                """,
                new { userId, ids })];
    }

    static async Task<List<UserRow>> FriendRowsAsync(DbConnection connection, int userId, int after, int max) =>
        (await connection.QueryAsync<UserRow>(
            """
            SELECT DISTINCT u.id, u.name, u.ours,
                CASE WHEN EXISTS (SELECT 1 FROM Contact c WHERE c.userid = f.userid AND c.other = u.id AND c.blocked = 1)
                    OR EXISTS (SELECT 1 FROM Contact c WHERE c.userid = u.id AND c.other = f.userid AND c.blocked = 1) THEN 'offline'
                    WHEN EXISTS (SELECT 1 FROM UserPrivacy v WHERE v.userid = u.id AND v.hides_presence = 2)
                        AND EXISTS (SELECT 1 FROM UserPresence p WHERE p.userid = u.id AND p.shown = 1)
                        AND EXISTS (SELECT 1 FROM Friends r WHERE r.userid = u.id AND r.friendid = f.userid) THEN 'online'
                    ELSE u.state END AS state
            FROM Friends f JOIN Users u ON u.id = f.friendid
            WHERE f.userid = @userId AND f.friendid > @after ORDER BY u.id LIMIT @max
            """,
            new { userId, after, max })).AsList();

    /// <summary>In a group twice is in it once, as its creator if that is one of the two.</summary>
    static async Task<List<GroupRow>> GroupRowsAsync(DbConnection connection, int userId, int after, int max) =>
        (await connection.QueryAsync<GroupRow>(
            """
            SELECT g.id, g.groupname AS name, g.groupdesc AS description, g.ours, m.role
            FROM (SELECT groupid, MIN(grouprole) AS role FROM GroupUser WHERE userid = @userId AND groupid > @after GROUP BY groupid) m
            JOIN AllGroup g ON g.id = m.groupid ORDER BY g.id LIMIT @max
            """,
            new { userId, after, max })).AsList();

    /// <summary>In rounds: an equal share for each group, then what small groups have left for those that have more.</summary>
    static async Task<ILookup<int, UserRow>> MembersOfAllAsync(DbConnection connection, IReadOnlyCollection<int> groupIds, int max)
    {
        var each = Math.Max(1, max / groupIds.Count);
        var rows = (await MemberRowsAsync(connection, groupIds, each)).AsList();
        for (var round = 1; round < MaxRounds; round++)
        {
            var hungry = rows.Where(row => row.IsCut).Select(row => row.GroupId).ToHashSet();
            var spare = hungry.Count == 0 ? 0 : (max - rows.Count) / hungry.Count;
            if (spare <= 0)
                break;
            each += spare;
            rows = [.. rows.Where(row => !row.IsCut), .. await MemberRowsAsync(connection, hungry, each)];
        }

        return rows.ToLookup(row => row.GroupId);
    }

    /// <summary>The first <paramref name="each"/> rows of each group; a row without a user only tells whether there are more.</summary>
    static Task<IEnumerable<UserRow>> MemberRowsAsync(DbConnection connection, IReadOnlyCollection<int> groupIds, int each) =>
        connection.QueryAsync<UserRow>(
            """
            SELECT g.id AS groupid, COALESCE(u.id, 0) AS id, COALESCE(u.name, '') AS name, COALESCE(u.state, '') AS state, COALESCE(u.ours, 1) AS ours,
                COALESCE(m.grouprole, '') AS role, CASE WHEN g.stop IS NULL THEN 0 ELSE 1 END AS iscut
            FROM (
                SELECT a.id, (SELECT x.userid FROM GroupUser x WHERE x.groupid = a.id ORDER BY x.userid LIMIT 1 OFFSET @each) AS stop
                FROM AllGroup a WHERE a.id IN @groupIds) g
            LEFT JOIN GroupUser m ON m.groupid = g.id AND m.userid < COALESCE(g.stop, 2147483648)
            LEFT JOIN Users u ON u.id = m.userid
            ORDER BY g.id, m.userid
            """,
            new { groupIds, each });

    static IEnumerable<UserRow> Distinct(IEnumerable<UserRow> rows) =>
        rows.GroupBy(row => row.Id).Select(same => same.MinBy(row => row.Role, StringComparer.Ordinal)!);
}
