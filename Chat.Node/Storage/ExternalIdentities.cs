using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>
/// What the newest token (JWT) of a user has said about name and picture, hashed. Users and the product's servers may say something else since: that stays until a token says
/// something new, not until the next one says the same again.
/// </summary>
/// <param name="Name">Null: no token has said anything.</param>
/// <param name="Avatar">The same of the picture.</param>
sealed record TokenSaid(string? Name, string? Avatar)
{
    public static readonly TokenSaid Nothing = new(null, null);

    public static TokenSaid Of(string? name, string? avatar) => new(Hash(name), Hash(avatar));

    static string? Hash(string? text) => string.IsNullOrEmpty(text) ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}

/// <summary>What a token says that none has said before; what is null it does not say, or it is known.</summary>
sealed record TokenNews(string? Name, string? Avatar, TokenSaid Said);

/// <summary>The user of somebody whom an issuer of tokens (JWT) calls a subject.</summary>
sealed record ExternalUser(int UserId, string? Display)
{
    public TokenSaid Said { get; init; } = TokenSaid.Nothing;

    /// <summary>Null: a token with this name and this picture says nothing new. What a token does not have is nothing that it says.</summary>
    public TokenNews? NewsOf(string? name, string? avatar)
    {
        var said = TokenSaid.Of(name, avatar);
        var (hasName, hasAvatar) = (said.Name is not null && said.Name != Said.Name, said.Avatar is not null && said.Avatar != Said.Avatar);
        return hasName || hasAvatar ? new TokenNews(hasName ? name : null, hasAvatar ? avatar : null, said) : null;
    }
}

/// <summary>Users of the product itself: who is which subject of which issuer. They have no password.</summary>
sealed class ExternalIdentities(IChatDatabase database, Accounts accounts)
{
    /// <summary>The longest display name that is kept, in UTF-16 units.</summary>
    public const int MaxDisplay = 255;

    /// <summary>What tokens have said, among the texts of users.</summary>
    const int SaidNameKind = 3;
    const int SaidAvatarKind = 4;

    sealed class IdentityRow
    {
        public int UserId { get; init; }

        public string? Display { get; init; }

        public string? SaidName { get; init; }

        public string? SaidAvatar { get; init; }
    }

    /// <summary>Null if nobody is.</summary>
    public async Task<ExternalUser?> FindAsync(string issuer, string subject) => await database.ReadAsync(connection =>
        connection.QuerySingleOrDefaultAsync<IdentityRow>(
            """
            SELECT e.userid, e.display, n.text AS saidname, p.text AS saidavatar
            FROM ExternalIdentity e LEFT JOIN ProfileText n ON n.userid = e.userid AND n.kind = 3 LEFT JOIN ProfileText p ON p.userid = e.userid AND p.kind = 4
            WHERE e.issuer = @issuer AND e.subject = @subject
            """,
            new { issuer = Key(issuer), subject = Key(subject) }))
        is { } row ? new ExternalUser(row.UserId, row.Display) { Said = new TokenSaid(row.SaidName, row.SaidAvatar) } : null;

    /// <summary>
    /// Makes a user for a subject that has none. Two nodes may be asked at the same time, and one is told that it comes too late.
    /// </summary>
    /// <param name="issuer">1 to 200 bytes.</param>
    /// <param name="subject">1 to 200 bytes.</param>
    /// <param name="name">The new user's name.</param>
    /// <param name="display">What the user wants to be called.</param>
    /// <param name="avatar">Where the user's picture is; at most 1024 bytes.</param>
    /// <param name="said">What a token has said, if one makes the user.</param>
    /// <param name="once">The request that makes it, if that may come again; noted with it.</param>
    /// <returns>The new user's id; null if the name is taken, the subject has a user, or the same request was carried out before.</returns>
    /// <exception cref="RowRefusedException">Legacy servers read this database and could not store such a name.</exception>
    public Task<int?> CreateAsync(string issuer, string subject, string name, string? display, string? avatar, TokenSaid? said = null, RepeatKey? once = null) =>
        accounts.RegisterAsync(name, NoPassword(), async (connection, transaction, userId) =>
        {
            await connection.ExecuteAsync(
                "INSERT INTO ExternalIdentity (issuer, subject, userid, display, avatar) VALUES (@issuer, @subject, @userId, @display, @avatar)",
                new { issuer = Key(issuer), subject = Key(subject), userId, display = Cut(display), avatar }, transaction);
            await SaidAsync(connection, transaction, userId, said ?? TokenSaid.Nothing);
            if (once is not null)
                await once.NoteAsync(connection, transaction, userId);
        });

    /// <summary>What a newer token says about the user; what it does not say stays.</summary>
    public Task DescribeAsync(int userId, TokenNews news) => database.WriteAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync(
            "UPDATE ExternalIdentity SET display = COALESCE(@display, display), avatar = COALESCE(@avatar, avatar) WHERE userid = @userId",
            new { userId, display = Cut(news.Name), avatar = news.Avatar }, transaction);
        await SaidAsync(connection, transaction, userId, news.Said);
        return 0;
    });

    static async Task SaidAsync(DbConnection connection, DbTransaction transaction, int userId, TokenSaid said)
    {
        foreach (var (kind, text) in ((int, string?)[])[(SaidNameKind, said.Name), (SaidAvatarKind, said.Avatar)])
        {
            if (text is not null)
                await connection.ExecuteAsync("REPLACE INTO ProfileText (userid, kind, text) VALUES (@userId, @kind, @text)", new { userId, kind, text }, transaction);
        }
    }

    /// <summary>As it is kept.</summary>
    public static string? Cut(string? display) => display is { Length: > MaxDisplay }
        ? display[..(char.IsHighSurrogate(display[MaxDisplay - 1]) ? MaxDisplay - 1 : MaxDisplay)]
        : display;

    /// <summary>
    /// No hash, and nothing that anybody could type: legacy servers compare the column with what was typed, so that an empty one would let everybody in.
    /// </summary>
    public static string NoPassword() => $"!{Convert.ToBase64String(RandomNumberGenerator.GetBytes(24))}";

    static byte[] Key(string text) => Encoding.UTF8.GetBytes(text);
}
