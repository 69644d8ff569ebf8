using System.Data.Common;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>A row of Users; <c>Password</c> is a hash, or in databases of legacy servers the password itself.</summary>
sealed class Account
{
    public int Id { get; init; }

    public string Name { get; init; } = "";

    public string Password { get; init; } = "";

    /// <summary>How often the user was logged out everywhere: a login is of the generation that it has read.</summary>
    public int Generation { get; init; }

    /// <summary>When that was last, in milliseconds since 1970, UTC; 0 for never.</summary>
    public long NotBefore { get; init; }

    /// <summary>Shut out: no login is taken.</summary>
    public bool IsDisabled { get; init; }
}

/// <summary>The account of a resume token, when the token (JWT) ends that the token belongs to, and of which device it is; null for none.</summary>
sealed record ResumedAccount(Account Account, DateTimeOffset? Ends, DeviceRegistration? Device);

/// <summary>Accounts and their resume tokens.</summary>
/// <param name="database">Where they are.</param>
/// <param name="writesForLegacy">Whether legacy servers read what is written: then names are stored as theirs are.</param>
/// <param name="texts">How theirs are stored.</param>
/// <param name="events">Who is told of new ones.</param>
sealed class Accounts(IChatDatabase database, bool writesForLegacy = false, LegacyTexts? texts = null, UserEvents? events = null)
{
    readonly LegacyTexts _texts = texts ?? new LegacyTexts(database);
    readonly MissingKeys _keys = new(database);

    sealed class AccountQueryRow
    {
        public int Id { get; init; }

        public string Name { get; init; } = "";

        public string Password { get; init; } = "";

        public bool Ours { get; init; }

        public int Generation { get; init; }

        public long NotBefore { get; init; }

        public long? Ends { get; init; }

        public bool Disabled { get; init; }

        public string? Device { get; init; }

        public long? Registration { get; init; }

        public Account ToAccount(LegacyTexts texts) => new()
        {
            Id = Id,
            Name = Ours ? Name : texts.Read(Name),
            Password = Password,
            Generation = Generation,
            NotBefore = NotBefore,
            IsDisabled = Disabled,
        };
    }

    /// <summary>The new user's id, or null if the name is taken (docs/PROTOCOL.md, Names).</summary>
    /// <param name="name">In Normalization Form C.</param>
    /// <param name="password">What is stored for it.</param>
    /// <param name="alsoAsync">What else is written of the new user, in the same transaction; a key that it finds taken counts as a name that is.</param>
    /// <exception cref="RowRefusedException">Legacy servers read this database and could not store such a name.</exception>
    public async Task<int?> RegisterAsync(string name, string password, Func<DbConnection, DbTransaction, int, Task>? alsoAsync = null)
    {
        var stored = StoredName.Of(name, writesForLegacy && await _texts.ReadGbkAsync());
        await _keys.FillUsersAsync();
        try
        {
            return await database.WriteAsync(async (connection, transaction) =>
            {
                await stored.EnsureFreeAsync(connection, transaction, database.Dialect.UsersOfName);
                await connection.ExecuteAsync(
                    database.Dialect.InsertUser, new { name = stored.Text, key = stored.Key, password, ours = stored.IsOurs }, transaction);
                var id = await connection.ExecuteScalarAsync<int>(database.Dialect.LastInsertId, transaction: transaction);
                await stored.EnsureFreeAsync(connection, transaction, database.Dialect.UsersOfName, id);
                if (alsoAsync is not null)
                    await alsoAsync(connection, transaction, id);
                if (events is not null)
                    await events.CreatedAsync(connection, transaction, id, name);
                return (int?)id;
            });
        }
        catch (DuplicateKeyException)
        {
            return null;
        }
    }

    public async Task<Account?> FindAsync(int id) => await AccountOfAsync(await database.ReadAsync(connection =>
        connection.QuerySingleOrDefaultAsync<AccountQueryRow>(
            """
            SELECT u.id, u.name, u.password, u.ours, COALESCE(r.generation, 0) AS generation, COALESCE(r.not_before, 0) AS notbefore,
                CASE WHEN d.userid IS NULL THEN 0 ELSE 1 END AS disabled
            FROM Users u LEFT JOIN UserRevocation r ON r.userid = u.id LEFT JOIN DisabledUser d ON d.userid = u.id WHERE u.id = @id
            """,
            new { id })));

    /// <summary>
    /// The account of a name. Several old rows may have the same name. Then it is the one that is written exactly so, else so in Form C,
    /// else the oldest. By their bytes: collations differ.
    /// </summary>
    public async Task<Account?> FindAsync(string name)
    {
        await _keys.FillUsersAsync();
        var composed = NormalForm.Compose(name);
        var stored = StoredName.Of(name, writesForLegacy: false);
        return await AccountOfAsync(await database.ReadAsync(connection => connection.QueryFirstOrDefaultAsync<AccountQueryRow>(
            """
            SELECT u.id, u.name, u.password, u.ours, COALESCE(r.generation, 0) AS generation, COALESCE(r.not_before, 0) AS notbefore,
                CASE WHEN d.userid IS NULL THEN 0 ELSE 1 END AS disabled
            FROM Users u LEFT JOIN UserRevocation r ON r.userid = u.id LEFT JOIN DisabledUser d ON d.userid = u.id WHERE u.namefold IN (@key, @other)
            ORDER BY CASE WHEN HEX(u.name) = HEX(@name) THEN 0 WHEN HEX(u.name) IN (HEX(@composed), HEX(@legacy)) THEN 1 ELSE 2 END, u.id LIMIT 1
            """,
            new { key = stored.Key, other = stored.Other, name, composed, legacy = LegacyText.Write(composed) ?? composed })));
    }

    async Task<Account?> AccountOfAsync(AccountQueryRow? row)
    {
        if (row is { Ours: false })
            await _texts.PrepareAsync([row.Name]);
        return row?.ToAccount(_texts);
    }

    /// <summary>Replaces what is stored for a password, unless somebody has replaced it meanwhile.</summary>
    public Task SetPasswordAsync(Account account, string password) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync(
            "UPDATE Users SET password = @password WHERE id = @Id AND password = @old",
            new { account.Id, password, old = account.Password }, transaction));

    /// <summary>Which of these users exist. Those who are erased do not: nobody writes to them any more.</summary>
    public async Task<HashSet<int>> ExistingAsync(IReadOnlyCollection<int> ids) => [.. await database.ReadAsync(connection => connection.QueryAsync<int>(
        "SELECT u.id FROM Users u LEFT JOIN UserErasure e ON e.userid = u.id WHERE u.id IN @ids AND e.userid IS NULL", new { ids }))];

    /// <summary>Remembers a token's hash.</summary>
    /// <param name="hash">Of a new token.</param>
    /// <param name="account">As it was when the login began: a user who is logged out everywhere meanwhile loses this token too.</param>
    /// <param name="expires">Until then, unless it is used.</param>
    /// <param name="ends">Until then and no longer, because the token (JWT) of its session ends; null where there is none.</param>
    /// <param name="device">The device that it belongs to.</param>
    public Task SaveTokenAsync(byte[] hash, Account account, DateTimeOffset expires, DateTimeOffset? ends = null, DeviceRegistration? device = null) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync(
            "REPLACE INTO ResumeToken (hash, userid, expires, ends, generation, device) VALUES (@hash, @Id, @expires, @ends, @Generation, @Registration)",
            new { hash, account.Id, expires = Earlier(expires, ends), ends = ends?.ToUnixTimeMilliseconds(), account.Generation, device?.Registration }, transaction));

    /// <summary>A token is used, or its session has a newer token (JWT). One that was revoked meanwhile stays so.</summary>
    /// <inheritdoc cref="SaveTokenAsync" />
    public Task ProlongTokenAsync(byte[] hash, DateTimeOffset expires, DateTimeOffset? ends) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync(
            "UPDATE ResumeToken SET expires = @expires, ends = @ends WHERE hash = @hash",
            new { hash, expires = Earlier(expires, ends), ends = ends?.ToUnixTimeMilliseconds() }, transaction));

    static long Earlier(DateTimeOffset expires, DateTimeOffset? ends) => (ends < expires ? ends.Value : expires).ToUnixTimeMilliseconds();

    /// <summary>The account of a token that has not expired, and whose user, or device, was not logged out since it was made.</summary>
    public async Task<ResumedAccount?> FindByTokenAsync(byte[] hash, DateTimeOffset now)
    {
        var row = await database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<AccountQueryRow>(
            """
            SELECT u.id, u.name, u.password, u.ours, COALESCE(r.generation, 0) AS generation, COALESCE(r.not_before, 0) AS notbefore, t.ends,
                CASE WHEN d.userid IS NULL THEN 0 ELSE 1 END AS disabled, v.device, t.device AS registration
            FROM ResumeToken t JOIN Users u ON u.id = t.userid LEFT JOIN UserRevocation r ON r.userid = u.id LEFT JOIN DisabledUser d ON d.userid = u.id
                LEFT JOIN Device v ON v.userid = t.userid AND v.registration = t.device
            WHERE t.hash = @hash AND t.expires > @now AND t.generation = COALESCE(r.generation, 0) AND (t.device IS NULL OR v.device IS NOT NULL)
            """,
            new { hash, now = now.ToUnixTimeMilliseconds() }));
        return await AccountOfAsync(row) is { } account
            ? new ResumedAccount(
                account, row!.Ends is { } ends ? DateTimeOffset.FromUnixTimeMilliseconds(ends) : null,
                row is { Device: { } device, Registration: { } registration } ? new DeviceRegistration(device, registration) : null)
            : null;
    }

    /// <summary>A logout. A device whose last token it was is none of the user's any more, and is not woken.</summary>
    public Task RevokeTokenAsync(byte[] hash) => database.WriteAsync(async (connection, transaction) =>
    {
        var (userId, device) = await connection.QuerySingleOrDefaultAsync<(int UserId, long? Device)>(
            "SELECT userid, device FROM ResumeToken WHERE hash = @hash", new { hash }, transaction);
        var count = await connection.ExecuteAsync("DELETE FROM ResumeToken WHERE hash = @hash", new { hash }, transaction);
        if (device is not null)
        {
            await connection.ExecuteAsync(
                """
                DELETE FROM Device WHERE userid = @userId AND registration = @device
                    AND NOT EXISTS (SELECT 1 FROM ResumeToken t WHERE t.userid = @userId AND t.device = @device)
                """,
                new { userId, device }, transaction);
        }

        return count;
    });

    /// <summary>Deletes some of the tokens that had expired by a time, the oldest first. How many.</summary>
    public Task<int> PurgeTokensAsync(DateTimeOffset expiredBy, int max) => database.WriteAsync(async (connection, transaction) =>
    {
        var hashes = (await connection.QueryAsync<byte[]>(
            "SELECT hash FROM ResumeToken WHERE expires <= @expired ORDER BY expires LIMIT @max",
            new { expired = expiredBy.ToUnixTimeMilliseconds(), max }, transaction)).AsList();
        foreach (var hash in hashes)
            await connection.ExecuteAsync("DELETE FROM ResumeToken WHERE hash = @hash", new { hash }, transaction);
        return hashes.Count;
    });
}
