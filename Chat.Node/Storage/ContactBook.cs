using System.Data.Common;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>A user, and another one that it has to do with.</summary>
readonly record struct UserPair(int UserId, int OtherId);

/// <summary>What a change has led to. <c>Theirs</c> is null if nothing changed for the other user.</summary>
sealed record ContactOutcome(ContactVerdict Verdict, long Rev, bool IsChanged, bool IsBlockChanged, ContactChangedPush? Theirs)
{
    /// <summary>Whether one of them may see the other now who could not before, or the other way round.</summary>
    public bool IsVisibilityChanged => IsChanged || Theirs is not null;
}

/// <summary>
/// Whom users know and block. Who is a contact is in Friends, which legacy servers write too; what they have done there is found when the list is
/// asked for. Each user's changes are numbered, one after the other.
/// </summary>
sealed class ContactBook(IChatDatabase database, ContactEvents? events = null)
{
    /// <summary>Most users that one user knows, or has ever known.</summary>
    public const int Max = 10_000;

    const int FoundAtOnce = 1000;
    const int Attempts = 3;

    sealed class ContactRow
    {
        public int Other { get; init; }

        public int State { get; init; }

        public bool Blocked { get; init; }

        public string? Alias { get; init; }

        public string? Note { get; init; }

        public long Rev { get; init; }

        public ContactSide ToSide(bool isFriend) => new(
            isFriend ? ContactState.Contact : State is 1 or 2 ? (ContactState)State : ContactState.None, Blocked, Alias, isFriend ? null : Note);
    }

    sealed class PairRow
    {
        public int UserId { get; init; }

        public int Other { get; init; }

        public long Blocks { get; init; }

        public long IsBlocked { get; init; }

        public long IsStranger { get; init; }

        public UserPair Pair => new(UserId, Other);
    }

    /// <summary>Does what a user wants about another one, who exists.</summary>
    public Task<ContactOutcome> ChangeAsync(int userId, ChangeContactRequest request) => RepeatAsync(() => database.WriteAsync(async (connection, transaction) =>
    {
        var other = request.OtherId;
        await LockAsync(connection, transaction, Math.Min(userId, other));
        await LockAsync(connection, transaction, Math.Max(userId, other));
        var (mine, theirs) = (await ReadAsync(connection, transaction, userId, other), await ReadAsync(connection, transaction, other, userId));
        var verdict = ContactRules.Judge(request, mine.Side, theirs.Side);
        if (verdict.Error != ErrorCode.None)
            return new ContactOutcome(verdict, mine.Rev, IsChanged: false, IsBlockChanged: false, null);
        var (isMine, isTheirs) = (verdict.Mine != mine.Side, verdict.Theirs != theirs.Side);
        // A block has to be possible always: others can fill a book with their requests.
        if (isMine && mine.Rev == 0 && !verdict.Mine.IsBlocked && await IsFullAsync(connection, transaction, userId))
            return Full(verdict, "you know", mine.Rev);
        if (isTheirs && theirs.Rev == 0 && await IsFullAsync(connection, transaction, other))
            return Full(verdict, $"user {other} knows", mine.Rev);
        var rev = isMine ? await WriteAsync(connection, transaction, userId, other, mine.Side, verdict.Mine) : mine.Rev;
        var theirRev = isTheirs ? await WriteAsync(connection, transaction, other, userId, theirs.Side, verdict.Theirs) : 0;
        if (events is not null && (isMine || isTheirs))
            await events.ChangedAsync(connection, transaction, userId, other, mine.Side, theirs.Side, verdict);
        return new ContactOutcome(
            verdict, rev, isMine, verdict.Mine.IsBlocked != mine.Side.IsBlocked, isTheirs ? new ContactChangedPush(verdict.Theirs.Of(userId), theirRev) : null);
    }));

    /// <summary>What has changed after a rev; from 0 on only those who are something to the user.</summary>
    public async Task<ContactsReply> ListAsync(int userId, long since, int limit, bool onlyBlocked)
    {
        while (await RepeatAsync(() => TakeOverAsync(userId)))
        {
            // there were more of them than are taken at once
        }

        return await database.ReadAsync(async connection =>
        {
            var rev = await connection.ExecuteScalarAsync<long?>("SELECT rev FROM ContactRev WHERE userid = @userId", new { userId }) ?? 0;
            var rows = (await connection.QueryAsync<ContactRow>(
                """
                SELECT other, state, blocked, alias, note, rev FROM Contact
                WHERE userid = @userId AND rev > @since AND (blocked = 1 OR (@onlyBlocked = 0 AND (state <> 0 OR @since > 0))) ORDER BY rev LIMIT @max
                """,
                new { userId, since, onlyBlocked = onlyBlocked ? 1 : 0, max = limit + 1 })).AsList();
            var hasMore = rows.Count > limit;
            if (hasMore)
                rows.RemoveAt(rows.Count - 1);
            return new ContactsReply(
                [.. rows.Select(row => (row.ToSide(row.State == (int)ContactState.Contact).Of(row.Other), row.Rev))], hasMore ? rows[^1].Rev : rows.Count > 0 ? Math.Max(rev, rows[^1].Rev) : rev, hasMore);
        });
    }

    /// <summary>Those of these pairs of whom the first has blocked the second.</summary>
    public async Task<HashSet<UserPair>> BlocksAmongAsync(IReadOnlyCollection<UserPair> pairs) =>
        [.. (await StandingsAsync(pairs)).Where(row => row.Blocks != 0).Select(row => row.Pair)];

    /// <summary>Those of these pairs of whom the first does not see whether the second is online: one has blocked the other, or the second shows it to contacts only.</summary>
    public async Task<IReadOnlySet<UserPair>> VeiledAsync(IReadOnlyCollection<UserPair> pairs) =>
        (await StandingsAsync(pairs)).Where(row => row.Blocks != 0 || row.IsBlocked != 0 || row.IsStranger != 0).Select(row => row.Pair).ToHashSet();

    async Task<IEnumerable<PairRow>> StandingsAsync(IReadOnlyCollection<UserPair> pairs)
    {
        if (pairs.Count == 0)
            return [];
        var ids = $"[{string.Join(',', pairs.Select(pair => $"[{pair.UserId},{pair.OtherId}]"))}]";
        return await database.ReadAsync(connection => connection.QueryAsync<PairRow>(database.Dialect.PairStandings, new { ids }));
    }

    static ContactOutcome Full(ContactVerdict verdict, string who, long rev) => new(
        verdict with { Error = ErrorCode.TooLarge, Reason = $"{who} {Max} users already: at most so many are expected" }, rev, IsChanged: false, IsBlockChanged: false, null);

    /// <summary>The first change of two at once makes a row that the other one finds.</summary>
    static async Task<T> RepeatAsync<T>(Func<Task<T>> write)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await write();
            }
            catch (DuplicateKeyException) when (attempt < Attempts)
            {
                // it is there now
            }
        }
    }

    /// <summary>First of all, so that what is read afterwards is not changed by anybody else.</summary>
    static async Task LockAsync(DbConnection connection, DbTransaction transaction, int userId)
    {
        if (await connection.ExecuteAsync("UPDATE ContactRev SET rev = rev WHERE userid = @userId", new { userId }, transaction) == 0)
            await connection.ExecuteAsync("INSERT INTO ContactRev (userid, rev) VALUES (@userId, 0)", new { userId }, transaction);
    }

    static async Task<(ContactSide Side, long Rev)> ReadAsync(DbConnection connection, DbTransaction transaction, int userId, int other)
    {
        var row = await connection.QuerySingleOrDefaultAsync<ContactRow>(
            "SELECT other, state, blocked, alias, note, rev FROM Contact WHERE userid = @userId AND other = @other", new { userId, other }, transaction);
        var isFriend = await connection.ExecuteScalarAsync<long>(
            "SELECT COUNT(*) FROM Friends WHERE userid = @userId AND friendid = @other", new { userId, other }, transaction) > 0;
        return ((row ?? new ContactRow()).ToSide(isFriend), row?.Rev ?? 0);
    }

    static async Task<bool> IsFullAsync(DbConnection connection, DbTransaction transaction, int userId) =>
        await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM Contact WHERE userid = @userId", new { userId }, transaction) >= Max;

    static async Task<long> WriteAsync(DbConnection connection, DbTransaction transaction, int userId, int other, ContactSide before, ContactSide after)
    {
        if (after.State == ContactState.Contact && before.State != ContactState.Contact)
            await connection.ExecuteAsync("INSERT INTO Friends (userid, friendid) VALUES (@userId, @other)", new { userId, other }, transaction);
        else if (after.State != ContactState.Contact && before.State == ContactState.Contact)
            await connection.ExecuteAsync("DELETE FROM Friends WHERE userid = @userId AND friendid = @other", new { userId, other }, transaction);
        return await StoreAsync(connection, transaction, userId, other, after);
    }

    static async Task<long> StoreAsync(DbConnection connection, DbTransaction transaction, int userId, int other, ContactSide side)
    {
        await connection.ExecuteAsync("UPDATE ContactRev SET rev = rev + 1 WHERE userid = @userId", new { userId }, transaction);
        var rev = await connection.ExecuteScalarAsync<long>("SELECT rev FROM ContactRev WHERE userid = @userId", new { userId }, transaction);
        await connection.ExecuteAsync(
            "REPLACE INTO Contact (userid, other, state, blocked, alias, note, rev) VALUES (@userId, @other, @state, @blocked, @alias, @note, @rev)",
            new { userId, other, state = (int)side.State, blocked = side.IsBlocked ? 1 : 0, alias = side.Alias, note = side.Note, rev }, transaction);
        return rev;
    }

    /// <summary>Friends that were made by request 7 or by another server, or are none any more. True if there may be more.</summary>
    async Task<bool> TakeOverAsync(int userId)
    {
        var found = await database.ReadAsync(connection => FindStrangeAsync(connection, null, userId));
        if (found.Count == 0)
            return false;
        return await database.WriteAsync(async (connection, transaction) =>
        {
            await LockAsync(connection, transaction, userId);
            var strange = await FindStrangeAsync(connection, transaction, userId);
            if (strange.Count > 0)
                await TakeOverAsync(connection, transaction, userId, strange);
            return strange.Count == FoundAtOnce;
        });
    }

    /// <summary>All at once: a user of an adopted database may have thousands, and waits for this. Their numbers follow each other.</summary>
    static async Task TakeOverAsync(DbConnection connection, DbTransaction transaction, int userId, List<int> strange)
    {
        await connection.ExecuteAsync("UPDATE ContactRev SET rev = rev + @count WHERE userid = @userId", new { userId, count = strange.Count }, transaction);
        var before = await connection.ExecuteScalarAsync<long>("SELECT rev FROM ContactRev WHERE userid = @userId", new { userId }, transaction) - strange.Count;
        await connection.ExecuteAsync(
            """
            REPLACE INTO Contact (userid, other, state, blocked, alias, note, rev)
            SELECT @userId, s.other, CASE WHEN f.friendid IS NULL THEN 0 ELSE 3 END, COALESCE(c.blocked, 0), c.alias,
                CASE WHEN f.friendid IS NULL THEN c.note END, @before + ROW_NUMBER() OVER (ORDER BY s.other)
            FROM (SELECT friendid AS other FROM Friends WHERE userid = @userId AND friendid IN @strange
                  UNION SELECT other FROM Contact WHERE userid = @userId AND other IN @strange) s
                LEFT JOIN (SELECT DISTINCT friendid FROM Friends WHERE userid = @userId) f ON f.friendid = s.other
                LEFT JOIN Contact c ON c.userid = @userId AND c.other = s.other
            """,
            new { userId, strange, before }, transaction);
    }

    static async Task<List<int>> FindStrangeAsync(DbConnection connection, DbTransaction? transaction, int userId) => (await connection.QueryAsync<int>(
        """
        SELECT DISTINCT f.friendid FROM Friends f JOIN Users u ON u.id = f.friendid LEFT JOIN Contact c ON c.userid = f.userid AND c.other = f.friendid
        WHERE f.userid = @userId AND (c.state IS NULL OR c.state <> 3)
        UNION SELECT c.other FROM Contact c LEFT JOIN Friends f ON f.userid = c.userid AND f.friendid = c.other
        WHERE c.userid = @userId AND c.state = 3 AND f.userid IS NULL LIMIT @FoundAtOnce
        """,
        new { userId, FoundAtOnce }, transaction)).AsList();
}
