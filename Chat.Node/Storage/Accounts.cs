using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>A row of Users; <c>Password</c> is a hash, or in databases of legacy servers the password itself.</summary>
sealed class Account
{
    public int Id { get; init; }

    public string Name { get; init; } = "";

    public string Password { get; init; } = "";
}

/// <summary>Accounts and their resume tokens.</summary>
/// <param name="database">Where they are.</param>
/// <param name="writesForLegacy">Whether legacy servers read what is written: then names are stored as theirs are.</param>
/// <param name="texts">How theirs are stored.</param>
sealed class Accounts(IChatDatabase database, bool writesForLegacy = false, LegacyTexts? texts = null)
{
    readonly LegacyTexts _texts = texts ?? new LegacyTexts(database);
    readonly MissingKeys _keys = new(database);

    sealed class AccountQueryRow
    {
        public int Id { get; init; }

        public string Name { get; init; } = "";

        public string Password { get; init; } = "";

        public bool Ours { get; init; }

        public Account ToAccount(LegacyTexts texts) => new()
        {
            Id = Id,
            Name = Ours ? Name : texts.Read(Name),
            Password = Password,
        };
    }

    /// <summary>The new user's id, or null if the name is taken (docs/PROTOCOL.md, Names).</summary>
    /// <exception cref="RowRefusedException">Legacy servers read this database and could not store such a name.</exception>
    public async Task<int?> RegisterAsync(string name, string password)
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
                return (int?)id;
            });
        }
        catch (DuplicateKeyException)
        {
            return null;
        }
    }

    public async Task<Account?> FindAsync(int id) => await AccountOfAsync(await database.ReadAsync(connection =>
        connection.QuerySingleOrDefaultAsync<AccountQueryRow>("SELECT id, name, password, ours FROM Users WHERE id = @id", new { id })));

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
            SELECT id, name, password, ours FROM Users WHERE namefold IN (@key, @other)
            ORDER BY CASE WHEN HEX(name) = HEX(@name) THEN 0 WHEN HEX(name) IN (HEX(@composed), HEX(@legacy)) THEN 1 ELSE 2 END, id LIMIT 1
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

    /// <summary>Which of these users exist.</summary>
    public async Task<HashSet<int>> ExistingAsync(IReadOnlyCollection<int> ids) =>
        [.. await database.ReadAsync(connection => connection.QueryAsync<int>("SELECT id FROM Users WHERE id IN @ids", new { ids }))];

    /// <summary>Remembers a token's hash until <paramref name="expires"/>.</summary>
    public Task SaveTokenAsync(byte[] hash, int userId, DateTimeOffset expires) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync(
            "REPLACE INTO ResumeToken (hash, userid, expires) VALUES (@hash, @userId, @expires)",
            new { hash, userId, expires = expires.ToUnixTimeMilliseconds() }, transaction));

    /// <summary>The account of a token that has not expired.</summary>
    public async Task<Account?> FindByTokenAsync(byte[] hash, DateTimeOffset now) => await AccountOfAsync(await database.ReadAsync(connection =>
        connection.QuerySingleOrDefaultAsync<AccountQueryRow>(
            """
            SELECT u.id, u.name, u.password, u.ours FROM ResumeToken t JOIN Users u ON u.id = t.userid
            WHERE t.hash = @hash AND t.expires > @now
            """,
            new { hash, now = now.ToUnixTimeMilliseconds() })));

    public Task RevokeTokenAsync(byte[] hash) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync("DELETE FROM ResumeToken WHERE hash = @hash", new { hash }, transaction));

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
