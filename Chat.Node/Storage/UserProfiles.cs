using System.Data.Common;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>How users want to be called, and who is shut out.</summary>
sealed class UserProfiles(IChatDatabase database)
{
    /// <summary>Of a new user, in the transaction that makes it.</summary>
    public static Task InsertAsync(DbConnection connection, DbTransaction transaction, int userId, string display) => connection.ExecuteAsync(
        "INSERT INTO UserProfile (userid, display) VALUES (@userId, @display)", new { userId, display }, transaction);

    /// <summary>Also what the token of an issuer said: until the next one says something else.</summary>
    public Task SetDisplayAsync(int userId, string display) => database.WriteAsync(async (connection, transaction) =>
    {
        if (await connection.ExecuteAsync("UPDATE ExternalIdentity SET display = @display WHERE userid = @userId", new { userId, display }, transaction) > 0)
            return 1;
        return await connection.ExecuteAsync("REPLACE INTO UserProfile (userid, display) VALUES (@userId, @display)", new { userId, display }, transaction);
    });

    /// <summary>Whether the user is the subject of an issuer, who has no password.</summary>
    public async Task<bool> IsExternalAsync(int userId) => await database.ReadAsync(connection =>
        connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM ExternalIdentity WHERE userid = @userId", new { userId })) > 0;

    /// <summary>From now on no login of the user is taken.</summary>
    public Task DisableAsync(int userId, DateTimeOffset now) => database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
        "REPLACE INTO DisabledUser (userid, since) VALUES (@userId, @since)", new { userId, since = now.ToUnixTimeMilliseconds() }, transaction));

    public Task EnableAsync(int userId) => database.WriteAsync((connection, transaction) =>
        connection.ExecuteAsync("DELETE FROM DisabledUser WHERE userid = @userId", new { userId }, transaction));
}
