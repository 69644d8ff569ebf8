using Dapper;

namespace Chat.Node.Storage;

/// <summary>What is done, in this order, when a user is erased. The values are stored.</summary>
enum ErasureStep
{
    /// <summary>The user is logged out everywhere.</summary>
    LogOut,

    /// <summary>Name, password, profile, tokens, devices, drafts, mentions, what was reported.</summary>
    Person,

    Contacts,

    /// <summary>Messages and reactions, conversation by conversation.</summary>
    Messages,

    /// <summary>The user leaves its groups.</summary>
    Groups,

    /// <summary>Messages without a number in the queues of others.</summary>
    Queues,

    /// <summary>Messages that were under way when the user was logged out.</summary>
    Late,

    /// <summary>What has come for the user meanwhile, and its files.</summary>
    Rest,

    /// <summary>Conversations that the user has muted and pinned.</summary>
    Settings,

    Done,
}

/// <summary>How far the walk through conversations is.</summary>
/// <param name="Stage">0: groups; 1, 2: direct conversations in which the user is the lower, the higher one.</param>
/// <param name="A">Of the conversation.</param>
/// <param name="B">The same.</param>
/// <param name="Seq">Looked at up to here; <see cref="End"/>: all of it.</param>
readonly record struct ErasurePlace(int Stage, int A, int B, long Seq)
{
    public const long End = long.MaxValue;

    public static readonly ErasurePlace Begin = new(0, 0, 0, End);
}

/// <summary>A user whose contents go.</summary>
/// <param name="UserId">Who.</param>
/// <param name="Asked">When it was asked for, in milliseconds since 1970, UTC.</param>
/// <param name="Step">What is done next.</param>
/// <param name="Place">Of that step.</param>
/// <param name="Messages">So many were emptied.</param>
/// <param name="Done">Since when nothing is left; null: something is.</param>
sealed record ErasureJob(int UserId, long Asked, ErasureStep Step, ErasurePlace Place, long Messages, long? Done);

/// <summary>Users who are erased: who, and how far that is. One node at a time does a user's, and another one goes on where it has stopped.</summary>
sealed class ErasureStore(IChatDatabase database, NodeIdentity node, TimeProvider clock)
{
    /// <summary>How long a node has the right to go on, after each step.</summary>
    public static readonly TimeSpan Held = TimeSpan.FromSeconds(15);

    sealed class JobRow
    {
        public int UserId { get; init; }

        public long Asked { get; init; }

        public int Step { get; init; }

        public int Stage { get; init; }

        public int A { get; init; }

        public int B { get; init; }

        public long Seq { get; init; }

        public long Messages { get; init; }

        public long? Done { get; init; }

        public ErasureJob ToJob() => new(UserId, Asked, (ErasureStep)Step, new ErasurePlace(Stage, A, B, Seq), Messages, Done);
    }

    long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// From now on the user is shut out, and is to be erased. Who asks again changes nothing, unless it was done: then it is done again, for what has come since.
    /// </summary>
    /// <returns>False if there is no such user.</returns>
    public Task<bool> AskAsync(int userId) => database.WriteAsync(async (connection, transaction) =>
    {
        var (now, end) = (Now, ErasurePlace.End);
        if (await connection.ExecuteScalarAsync<int?>(database.Dialect.LockUser, new { userId }, transaction) is null)
            return false;
        if (await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM DisabledUser WHERE userid = @userId", new { userId }, transaction) == 0)
            await connection.ExecuteAsync("REPLACE INTO DisabledUser (userid, since) VALUES (@userId, @now)", new { userId, now }, transaction);
        if (await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM UserErasure WHERE userid = @userId", new { userId }, transaction) == 0)
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO UserErasure (userid, asked, step, stage, a, b, seq, messages, holder, held_until, done)
                VALUES (@userId, @now, 0, 0, 0, 0, @end, 0, 0, 0, NULL)
                """,
                new { userId, now, end }, transaction);
        }
        else
        {
            await connection.ExecuteAsync(
                """
                UPDATE UserErasure SET asked = @now, step = 0, stage = 0, a = 0, b = 0, seq = @end, holder = 0, held_until = 0, done = NULL
                WHERE userid = @userId AND done IS NOT NULL
                """,
                new { userId, now, end }, transaction);
        }

        return true;
    });

    /// <summary>Null: nobody has asked for it.</summary>
    public Task<ErasureJob?> FindAsync(int userId) => database.ReadAsync(async connection => (await connection.QuerySingleOrDefaultAsync<JobRow>(
        "SELECT userid, asked, step, stage, a, b, seq, messages, done FROM UserErasure WHERE userid = @userId", new { userId }))?.ToJob());

    /// <summary>What this node goes on with, the oldest first; null: nothing, or other nodes are at it, or it is not time.</summary>
    public async Task<ErasureJob?> ClaimAsync()
    {
        var (now, me) = (Now, node.Incarnation);
        var row = await database.ReadAsync(connection => connection.QueryFirstOrDefaultAsync<JobRow>(
            """
            SELECT userid, asked, step, stage, a, b, seq, messages, done FROM UserErasure
            WHERE done IS NULL AND (holder = @me OR held_until <= @now) ORDER BY asked LIMIT 1
            """,
            new { me, now }));
        if (row is null)
            return null;
        var until = now + (long)Held.TotalMilliseconds;
        var isMine = await database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
            "UPDATE UserErasure SET holder = @me, held_until = @until WHERE userid = @UserId AND done IS NULL AND (holder = @me OR held_until <= @now)",
            new { me, until, row.UserId, now }, transaction)) > 0;
        return isMine ? await FindAsync(row.UserId) : null; // somebody may have been here in between
    }

    /// <summary>A step is done. False: this node has it no more.</summary>
    /// <param name="job">What is next.</param>
    /// <param name="notBefore">Nobody goes on before; 0: this node does, at once.</param>
    public Task<bool> MoveAsync(ErasureJob job, long notBefore = 0)
    {
        var until = notBefore > 0 ? notBefore : Now + (long)Held.TotalMilliseconds;
        var holder = notBefore > 0 ? 0 : node.Incarnation;
        return database.WriteAsync(async (connection, transaction) => await connection.ExecuteAsync(
            """
            UPDATE UserErasure SET step = @step, stage = @Stage, a = @A, b = @B, seq = @Seq, messages = @Messages, done = @Done, holder = @holder, held_until = @until
            WHERE userid = @UserId AND holder = @me
            """,
            new { step = (int)job.Step, job.Place.Stage, job.Place.A, job.Place.B, job.Place.Seq, job.Messages, job.Done, holder, until, job.UserId, me = node.Incarnation }, transaction) > 0);
    }
}
