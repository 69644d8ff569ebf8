using System.Data.Common;
using System.Security.Cryptography;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>A request that may come again, and what it asks for.</summary>
/// <param name="Hash">Of whose key it is, of what is asked for, and of the <c>Idempotency-Key</c>.</param>
/// <param name="Fingerprint">Of the whole request: the same key for something else is a mistake.</param>
/// <param name="Now">Milliseconds since 1970, UTC.</param>
sealed record RepeatKey(byte[] Hash, byte[] Fingerprint, long Now)
{
    /// <param name="scope">Whose keys they are, and for what: others do not meet them.</param>
    /// <param name="key">As the client has it.</param>
    /// <param name="body">The request.</param>
    /// <param name="now">When it came.</param>
    public static RepeatKey Of(string scope, string key, byte[] body, DateTimeOffset now) => new(
        SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{scope}\n{key}")), SHA256.HashData(body), now.ToUnixTimeMilliseconds());

    /// <summary>In the transaction that does what is asked for.</summary>
    /// <exception cref="DuplicateKeyException">It was done before.</exception>
    public Task NoteAsync(DbConnection connection, DbTransaction transaction, int made) => connection.ExecuteAsync(
        "INSERT INTO ApiRequest (hash, fingerprint, made, created) VALUES (@Hash, @Fingerprint, @made, @Now)",
        new { Hash, Fingerprint, made, Now }, transaction);
}

/// <summary>What a request has made before.</summary>
sealed class RepeatedWrite
{
    public byte[] Fingerprint { get; init; } = [];

    /// <summary>The id of what it has made.</summary>
    public int Made { get; init; }

    public bool IsSame(RepeatKey key) => Fingerprint.AsSpan().SequenceEqual(key.Fingerprint);
}

/// <summary>Requests that have made something, so that their repetition does not make it again.</summary>
sealed class RepeatedWrites(IChatDatabase database)
{
    /// <summary>Null: it comes for the first time.</summary>
    public Task<RepeatedWrite?> FindAsync(RepeatKey key) => database.ReadAsync(connection =>
        connection.QuerySingleOrDefaultAsync<RepeatedWrite?>("SELECT fingerprint, made FROM ApiRequest WHERE hash = @Hash", new { key.Hash }));

    /// <summary>Forgets some of those that came before a time, the oldest first. How many.</summary>
    public Task<int> PurgeAsync(DateTimeOffset before, int max) => database.WriteAsync(async (connection, transaction) =>
    {
        var hashes = (await connection.QueryAsync<byte[]>(
            "SELECT hash FROM ApiRequest WHERE created <= @before ORDER BY created LIMIT @max", new { before = before.ToUnixTimeMilliseconds(), max }, transaction)).AsList();
        foreach (var hash in hashes)
            await connection.ExecuteAsync("DELETE FROM ApiRequest WHERE hash = @hash", new { hash }, transaction);
        return hashes.Count;
    });
}
