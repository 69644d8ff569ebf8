using System.Security.Cryptography;
using System.Text;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>The user of somebody whom an issuer of tokens (JWT) calls a subject, and what the newest token said about the user.</summary>
sealed record ExternalUser(int UserId, string? Display, string? Avatar);

/// <summary>Users of the product itself: who is which subject of which issuer. They have no password.</summary>
sealed class ExternalIdentities(IChatDatabase database, Accounts accounts)
{
    /// <summary>The longest display name that is kept, in UTF-16 units.</summary>
    public const int MaxDisplay = 255;

    sealed class IdentityRow
    {
        public int UserId { get; init; }

        public string? Display { get; init; }

        public string? Avatar { get; init; }
    }

    /// <summary>Null if nobody is.</summary>
    public async Task<ExternalUser?> FindAsync(string issuer, string subject) => await database.ReadAsync(connection =>
        connection.QuerySingleOrDefaultAsync<IdentityRow>(
            "SELECT userid, display, avatar FROM ExternalIdentity WHERE issuer = @issuer AND subject = @subject", new { issuer = Key(issuer), subject = Key(subject) }))
        is { } row ? new ExternalUser(row.UserId, row.Display, row.Avatar) : null;

    /// <summary>
    /// Makes a user for a subject that has none. Two nodes may be asked at the same time, and one is told that it comes too late.
    /// </summary>
    /// <param name="issuer">1 to 200 bytes.</param>
    /// <param name="subject">1 to 200 bytes.</param>
    /// <param name="name">The new user's name.</param>
    /// <param name="display">What the user wants to be called.</param>
    /// <param name="avatar">Where the user's picture is; at most 1024 bytes.</param>
    /// <returns>The new user's id; null if the name is taken, or the subject has a user.</returns>
    /// <exception cref="RowRefusedException">Legacy servers read this database and could not store such a name.</exception>
    public Task<int?> CreateAsync(string issuer, string subject, string name, string? display, string? avatar) =>
        accounts.RegisterAsync(name, NoPassword(), (connection, transaction, userId) => connection.ExecuteAsync(
            "INSERT INTO ExternalIdentity (issuer, subject, userid, display, avatar) VALUES (@issuer, @subject, @userId, @display, @avatar)",
            new { issuer = Key(issuer), subject = Key(subject), userId, display = Cut(display), avatar }, transaction));

    /// <summary>What a newer token says about the user.</summary>
    public Task DescribeAsync(int userId, string? display, string? avatar) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync(
            "UPDATE ExternalIdentity SET display = @display, avatar = @avatar WHERE userid = @userId", new { userId, display = Cut(display), avatar }, transaction));

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
