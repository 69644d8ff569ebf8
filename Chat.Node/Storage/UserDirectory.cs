using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>A user as the product may know it.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Name">As it was registered.</param>
/// <param name="IsOnline">As it is shown: also offline is who wants to be.</param>
sealed record DirectoryUser(int Id, string Name, bool IsOnline)
{
    /// <summary>How the user wants to be called; null if nobody has said it.</summary>
    public string? Display { get; init; }

    /// <summary>Where the user's picture is; null for nowhere.</summary>
    public string? Avatar { get; init; }

    /// <summary>What the user says about itself; null for nothing.</summary>
    public string? About { get; init; }

    /// <summary>The issuer whose <see cref="Subject"/> the user is; null for none.</summary>
    public string? Issuer { get; init; }

    public string? Subject { get; init; }

    /// <summary>Shut out: no login is taken.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>As other users see it. Issuers may have written longer texts than users may.</summary>
    public UserProfile ToProfile() => new(Id, Name) { Display = Display, Avatar = Avatar, About = About };
}

/// <summary>Users by their ids, many at once, and by the beginning of their names.</summary>
/// <param name="database">Where they are.</param>
/// <param name="texts">How legacy servers' names are stored.</param>
sealed class UserDirectory(IChatDatabase database, LegacyTexts texts)
{
    sealed class UserRow
    {
        public int Id { get; init; }

        public string Name { get; init; } = "";

        public string State { get; init; } = "";

        public bool Ours { get; init; }

        public byte[]? Issuer { get; init; }

        public byte[]? Subject { get; init; }

        public string? Display { get; init; }

        public string? Avatar { get; init; }

        public string? About { get; init; }

        public bool Disabled { get; init; }

        public DirectoryUser ToUser(LegacyTexts texts) => new(Id, Ours ? Name : texts.Read(Name), State == "online")
        {
            Display = Display,
            Avatar = Avatar,
            About = About,
            Issuer = Issuer is null ? null : SqlDialect.TextOf(Issuer),
            Subject = Subject is null ? null : SqlDialect.TextOf(Subject),
            IsDisabled = Disabled,
        };
    }

    /// <summary>Behind every character of a name.</summary>
    const string HighestCharacter = "\U0010FFFF";

    readonly MissingKeys _keys = new(database);

    /// <summary>Null if there is no such user.</summary>
    public async Task<DirectoryUser?> FindAsync(int id) => (await FindAsync([id])).FirstOrDefault();

    /// <summary>Those of these users that exist.</summary>
    public async Task<List<DirectoryUser>> FindAsync(IReadOnlyCollection<int> ids)
    {
        if (ids.Count == 0)
            return [];
        var rows = (await database.ReadAsync(connection => connection.QueryAsync<UserRow>(
            """
            SELECT u.id, u.name, u.state, u.ours, e.issuer, e.subject, COALESCE(e.display, p.display) AS display,
                COALESCE(e.avatar, v.text) AS avatar, t.text AS about, CASE WHEN d.userid IS NULL THEN 0 ELSE 1 END AS disabled
            FROM Users u LEFT JOIN ExternalIdentity e ON e.userid = u.id LEFT JOIN UserProfile p ON p.userid = u.id LEFT JOIN DisabledUser d ON d.userid = u.id
                LEFT JOIN ProfileText v ON v.userid = u.id AND v.kind = 1 LEFT JOIN ProfileText t ON t.userid = u.id AND t.kind = 2
            WHERE u.id IN @ids
            """,
            new { ids }))).AsList();
        await texts.PrepareAsync(rows.Where(row => !row.Ours).Select(row => row.Name));
        return rows.ConvertAll(row => row.ToUser(texts));
    }

    /// <summary>Users whose names begin so, compared as names are, in the order of their names. Who is shut out is not found so.</summary>
    public async Task<List<DirectoryUser>> FindByPrefixAsync(string prefix, int max)
    {
        await _keys.FillUsersAsync();
        var first = NameKey.Of(prefix);
        var ids = (await database.ReadAsync(connection => connection.QueryAsync<int>(
            """
            SELECT u.id FROM Users u LEFT JOIN DisabledUser d ON d.userid = u.id
            WHERE u.namefold >= @first AND u.namefold < @last AND d.userid IS NULL ORDER BY u.namefold, u.id LIMIT @max
            """,
            new { first, last = first + HighestCharacter, max }))).AsList();
        var users = (await FindAsync(ids)).ToDictionary(user => user.Id);
        return [.. ids.Where(users.ContainsKey).Select(id => users[id])];
    }
}
