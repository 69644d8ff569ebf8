using System.Data.Common;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>How users want to be shown, and who is shut out.</summary>
sealed class UserProfiles(IChatDatabase database)
{
    const int AvatarKind = 1;
    const int AboutKind = 2;

    /// <summary>Of a new user, in the transaction that makes it.</summary>
    public static Task InsertAsync(DbConnection connection, DbTransaction transaction, int userId, string display) => connection.ExecuteAsync(
        "INSERT INTO UserProfile (userid, display) VALUES (@userId, @display)", new { userId, display }, transaction);

    /// <inheritdoc cref="ChangeAsync" />
    public Task SetDisplayAsync(int userId, string display) => ChangeAsync(userId, display, avatar: null, about: null);

    /// <summary>
    /// All of it or nothing: what is null stays, what is empty is removed. Also what the token of an issuer said: until the next one says something else.
    /// </summary>
    public Task ChangeAsync(int userId, string? display, string? avatar, string? about) => database.WriteAsync(async (connection, transaction) =>
    {
        if (display is not null)
            await ChangeDisplayAsync(connection, transaction, userId, display);
        if (avatar is not null && await connection.ExecuteAsync(
            "UPDATE ExternalIdentity SET avatar = @avatar WHERE userid = @userId", new { userId, avatar = avatar.Length > 0 ? avatar : null }, transaction) == 0)
            await ChangeTextAsync(connection, transaction, userId, AvatarKind, avatar);
        if (about is not null)
            await ChangeTextAsync(connection, transaction, userId, AboutKind, about);
        return 0;
    });

    static async Task ChangeDisplayAsync(DbConnection connection, DbTransaction transaction, int userId, string display)
    {
        if (await connection.ExecuteAsync(
            "UPDATE ExternalIdentity SET display = @display WHERE userid = @userId", new { userId, display = display.Length > 0 ? display : null }, transaction) > 0)
            return;
        await connection.ExecuteAsync(
            display.Length > 0 ? "REPLACE INTO UserProfile (userid, display) VALUES (@userId, @display)" : "DELETE FROM UserProfile WHERE userid = @userId",
            new { userId, display }, transaction);
    }

    static Task<int> ChangeTextAsync(DbConnection connection, DbTransaction transaction, int userId, int kind, string text) => connection.ExecuteAsync(
        text.Length > 0 ? "REPLACE INTO ProfileText (userid, kind, text) VALUES (@userId, @kind, @text)" : "DELETE FROM ProfileText WHERE userid = @userId AND kind = @kind",
        new { userId, kind, text }, transaction);

    /// <summary>Whether the user is the subject of an issuer, who has no password.</summary>
    public async Task<bool> IsExternalAsync(int userId) => await database.ReadAsync(connection =>
        connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM ExternalIdentity WHERE userid = @userId", new { userId })) > 0;

    /// <summary>From now on no login of the user is taken.</summary>
    public Task DisableAsync(int userId, DateTimeOffset now) => database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
        "REPLACE INTO DisabledUser (userid, since) VALUES (@userId, @since)", new { userId, since = now.ToUnixTimeMilliseconds() }, transaction));

    public Task EnableAsync(int userId) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync("DELETE FROM DisabledUser WHERE userid = @userId", new { userId }, transaction));
}
