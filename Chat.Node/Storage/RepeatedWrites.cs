using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>
/// A request that may come again, and what it asks for. What is stored of it is made with the sender's key of the API, of which the database has a hash only:
/// whoever reads the database cannot try out what the request may have said, a password for one, and senders with other keys do not meet.
/// </summary>
sealed class RepeatKey
{
    const int NonceBytes = 16;
    const int FingerprintBytes = 32;

    readonly byte[] _secret;
    readonly byte[] _body;

    RepeatKey(string scope, string key, byte[] secret, byte[] body, DateTimeOffset now)
    {
        var whole = Encoding.UTF8.GetBytes($"{scope}\n{key}");
        (_secret, _body, Now) = (secret, body, now.ToUnixTimeMilliseconds());
        Hash = HMACSHA256.HashData(secret, whole);
        FormerHash = SHA256.HashData(whole);
        Fingerprint = FingerprintOf(RandomNumberGenerator.GetBytes(NonceBytes));
    }

    /// <summary>Of whose key it is, of what is asked for, and of the <c>Idempotency-Key</c>.</summary>
    public byte[] Hash { get; }

    /// <summary>The same as it was stored at first, without whose key it is.</summary>
    public byte[] FormerHash { get; }

    /// <summary>A random beginning, and with it what the whole request says: the same key for something else is a mistake.</summary>
    public byte[] Fingerprint { get; }

    /// <summary>Milliseconds since 1970, UTC.</summary>
    public long Now { get; }

    /// <param name="scope">What is asked for: another endpoint may have the same key.</param>
    /// <param name="key">As the client has it.</param>
    /// <param name="secret">Known to this client and to nobody who reads the database.</param>
    /// <param name="body">The request.</param>
    /// <param name="now">When it came.</param>
    public static RepeatKey Of(string scope, string key, byte[] secret, byte[] body, DateTimeOffset now) => new(scope, key, secret, body, now);

    /// <summary>In the transaction that does what is asked for.</summary>
    /// <exception cref="DuplicateKeyException">It was done before.</exception>
    public Task NoteAsync(DbConnection connection, DbTransaction transaction, int made) => connection.ExecuteAsync(
        "INSERT INTO ApiRequest (hash, fingerprint, made, created) VALUES (@Hash, @Fingerprint, @made, @Now)",
        new { Hash, Fingerprint, made, Now }, transaction);

    /// <summary>Whether what was stored is of the same request.</summary>
    public bool IsSame(RepeatedWrite known) => CryptographicOperations.FixedTimeEquals(
        known.Fingerprint,
        IsFormer(known) ? SHA256.HashData(_body) : FingerprintOf(known.Fingerprint.AsSpan(0, Math.Min(NonceBytes, known.Fingerprint.Length))));

    /// <summary>Whether it was stored without whose key it is: what says something else may be of anybody.</summary>
    public bool IsFormer(RepeatedWrite known) => known.Hash.AsSpan().SequenceEqual(FormerHash);

    /// <summary>
    /// 32 bytes that only this request leads to, and its repetition again: what a request makes and nobody else may know is not stored for the repetition, it is computed anew.
    /// </summary>
    /// <param name="known">What was stored of the request; null: it comes for the first time.</param>
    /// <param name="purpose">What they are for.</param>
    public byte[] Derive(string purpose, RepeatedWrite? known = null) =>
        Mac([.. Encoding.UTF8.GetBytes($"{purpose}\n"), .. Hash, .. known?.Fingerprint ?? Fingerprint]);

    byte[] FingerprintOf(ReadOnlySpan<byte> nonce) => [.. nonce, .. Mac([.. nonce, .. _body]).AsSpan(0, FingerprintBytes - NonceBytes)];

    byte[] Mac(byte[] bytes) => HMACSHA256.HashData(_secret, bytes);
}

/// <summary>What a request has made before.</summary>
sealed class RepeatedWrite
{
    public byte[] Hash { get; init; } = [];

    public byte[] Fingerprint { get; init; } = [];

    /// <summary>The id of what it has made.</summary>
    public int Made { get; init; }

    /// <summary>When, in milliseconds since 1970, UTC.</summary>
    public long Created { get; init; }
}

/// <summary>Requests that have made something, so that their repetition does not make it again.</summary>
sealed class RepeatedWrites(IChatDatabase database)
{
    /// <summary>Null: it comes for the first time.</summary>
    public async Task<RepeatedWrite?> FindAsync(RepeatKey key)
    {
        var found = await database.ReadAsync(async connection => (await connection.QueryAsync<RepeatedWrite>(
            "SELECT hash, fingerprint, made, created FROM ApiRequest WHERE hash IN (@Hash, @FormerHash)", new { key.Hash, key.FormerHash })).AsList());
        return found.Find(known => !key.IsFormer(known)) ?? found.Find(key.IsSame);
    }

    /// <summary>Of a request that has made something in no transaction of its own, because it was there.</summary>
    /// <exception cref="DuplicateKeyException">It was noted before.</exception>
    public Task NoteAsync(RepeatKey key, int made) => database.WriteAsync(async (connection, transaction) =>
    {
        await key.NoteAsync(connection, transaction, made);
        return 0;
    });

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
