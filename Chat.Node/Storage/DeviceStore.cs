using System.Security.Cryptography;
using System.Text;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>A device as a session stands on it: with another registration it was logged out meanwhile.</summary>
sealed record DeviceRegistration(string Device, long Registration);

/// <summary>A device of a user, as it is stored.</summary>
sealed class StoredDevice
{
    public int UserId { get; init; }

    public string Device { get; init; } = "";

    public long Registration { get; init; }

    public string Name { get; init; } = "";

    public string Platform { get; init; } = "";

    public long Created { get; init; }

    public long Seen { get; init; }

    public string? Provider { get; init; }

    public string? Token { get; init; }

    /// <summary>Since when the provider does not know the token, in milliseconds since 1970, UTC.</summary>
    public long? Failed { get; init; }
}

/// <summary>The statements for the devices of users.</summary>
sealed class DeviceStore(IChatDatabase database, TimeProvider clock)
{
    /// <summary>What a device did is noted at most once in this time.</summary>
    public const long SeenMilliseconds = 4 * 60 * 1000;

    long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The device of a login; null if the user has as many others as one may have.</summary>
    /// <param name="userId">Who logs in.</param>
    /// <param name="device">On what.</param>
    /// <param name="max">So many devices a user may have.</param>
    public async Task<DeviceRegistration?> RegisterAsync(int userId, LoginDevice device, int max)
    {
        var now = Now;
        if (await FindAsync(userId, device.Id) is { } known && now - known.Seen < SeenMilliseconds && (device.Platform ?? known.Platform) == known.Platform)
            return new DeviceRegistration(device.Id, known.Registration);
        var registration = await database.WriteAsync(async (connection, transaction) =>
        {
            await connection.ExecuteAsync(database.Dialect.LockUser, new { userId }, transaction);
            var found = await connection.QuerySingleOrDefaultAsync<long?>(
                "SELECT registration FROM Device WHERE userid = @userId AND device = @Id", new { userId, device.Id }, transaction);
            if (found is { } same)
            {
                await connection.ExecuteAsync(
                    "UPDATE Device SET seen = @now, platform = COALESCE(@Platform, platform) WHERE userid = @userId AND device = @Id",
                    new { userId, device.Id, device.Platform, now }, transaction);
                return same;
            }

            if (await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM Device WHERE userid = @userId", new { userId }, transaction) >= max)
                return 0L;
            var made = Random.Shared.NextInt64(1, long.MaxValue);
            await connection.ExecuteAsync(
                """
                INSERT INTO Device (userid, device, registration, name, platform, created, seen)
                VALUES (@userId, @Id, @made, @name, @platform, @now, @now)
                """,
                new { userId, device.Id, made, name = device.Name ?? "", platform = device.Platform ?? "", now }, transaction);
            return made;
        });
        return registration == 0 ? null : new DeviceRegistration(device.Id, registration);
    }

    public Task<StoredDevice?> FindAsync(int userId, string device) => database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<StoredDevice?>(
        """
        SELECT userid, device, registration, name, platform, created, seen, push_provider AS provider, push_token AS token, push_failed AS failed
        FROM Device WHERE userid = @userId AND device = @device
        """,
        new { userId, device }));

    /// <summary>The devices of a user, the one that was here last first.</summary>
    public Task<IReadOnlyList<StoredDevice>> ListAsync(int userId) => database.ReadAsync<IReadOnlyList<StoredDevice>>(async connection =>
        [.. (await connection.QueryAsync<StoredDevice>(
            """
            SELECT userid, device, registration, name, platform, created, seen, push_provider AS provider, push_token AS token, push_failed AS failed
            FROM Device WHERE userid = @userId ORDER BY seen DESC, device
            """,
            new { userId }))]);

    /// <summary>The devices of users that can be woken.</summary>
    public Task<ILookup<int, StoredDevice>> WakeableAsync(IReadOnlyCollection<int> userIds) => database.ReadAsync(async connection =>
        (await connection.QueryAsync<StoredDevice>(
            """
            SELECT userid, device, registration, name, platform, created, seen, push_provider AS provider, push_token AS token, push_failed AS failed
            FROM Device WHERE userid IN @userIds AND push_token IS NOT NULL AND push_failed IS NULL ORDER BY userid, device
            """,
            new { userIds })).ToLookup(device => device.UserId));

    /// <summary>A resume token belongs to a device from now on.</summary>
    public Task TakeTokenAsync(byte[] hash, DeviceRegistration device) => database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
        "UPDATE ResumeToken SET device = @Registration WHERE hash = @hash", new { hash, device.Registration }, transaction));

    /// <summary>Another name, another way to wake it. False if the user has no such device.</summary>
    public async Task<bool> ChangeAsync(int userId, ChangeDeviceRequest change)
    {
        try
        {
            return await ChangeOnceAsync(userId, change);
        }
        catch (DuplicateKeyException)
        {
            return await ChangeOnceAsync(userId, change); // another device has told the same token at the same time
        }
    }

    /// <summary>A provider does not know a token any more. False if no device has it.</summary>
    public Task<bool> FailAsync(PushTarget push) => database.WriteAsync(async (connection, transaction) => await connection.ExecuteAsync(
        "UPDATE Device SET push_failed = @now WHERE push_hash = @hash", new { hash = HashOf(push), now = Now }, transaction) > 0);

    /// <summary>It is no device of the user any more: what stands on its registration is over. Null if it was none.</summary>
    public Task<long?> RevokeAsync(int userId, string device) => database.WriteAsync(async (connection, transaction) =>
    {
        await connection.ExecuteAsync(database.Dialect.LockUser, new { userId }, transaction);
        var registration = await connection.QuerySingleOrDefaultAsync<long?>(
            "SELECT registration FROM Device WHERE userid = @userId AND device = @device", new { userId, device }, transaction);
        if (registration is not null)
            await connection.ExecuteAsync("DELETE FROM Device WHERE userid = @userId AND device = @device", new { userId, device }, transaction);
        return registration;
    });

    /// <summary>Devices were here at these times.</summary>
    public Task SeeAsync(IReadOnlyCollection<(int UserId, string Device, long At)> seen) => database.WriteAsync(async (connection, transaction) =>
    {
        foreach (var (userId, device, at) in seen.Order()) // one order, for locks
        {
            await connection.ExecuteAsync(
                "UPDATE Device SET seen = @at WHERE userid = @userId AND device = @device AND seen <= @before",
                new { userId, device, at, before = at - SeenMilliseconds }, transaction);
        }

        return seen.Count;
    });

    /// <summary>Forgets some of those that were not here since a time. How many.</summary>
    public Task<int> PurgeAsync(DateTimeOffset notSeenSince, int max) => database.WriteAsync(async (connection, transaction) =>
    {
        var before = notSeenSince.ToUnixTimeMilliseconds();
        var old = (await connection.QueryAsync<StoredDevice>(
            "SELECT userid, device FROM Device WHERE seen < @before ORDER BY seen LIMIT @max", new { before, max }, transaction)).AsList();
        foreach (var device in old)
        {
            await connection.ExecuteAsync(
                "DELETE FROM Device WHERE userid = @UserId AND device = @Device AND seen < @before", new { device.UserId, device.Device, before }, transaction);
        }

        return old.Count;
    });

    Task<bool> ChangeOnceAsync(int userId, ChangeDeviceRequest change) => database.WriteAsync(async (connection, transaction) =>
    {
        var found = await connection.QuerySingleOrDefaultAsync<long?>(
            "SELECT registration FROM Device WHERE userid = @userId AND device = @Device", new { userId, change.Device }, transaction);
        if (found is null)
            return false;
        if (change.Name is { } name)
            await connection.ExecuteAsync("UPDATE Device SET name = @name WHERE userid = @userId AND device = @Device", new { userId, change.Device, name }, transaction);
        if (change is not { Push: null, ForgetsPush: false })
        {
            var hash = change.Push is { } push ? HashOf(push) : null;
            if (hash is not null) // a phone that somebody else has logged in on is woken for nobody else any more
            {
                await connection.ExecuteAsync(
                    "UPDATE Device SET push_provider = NULL, push_token = NULL, push_hash = NULL, push_failed = NULL WHERE push_hash = @hash", new { hash }, transaction);
            }

            await connection.ExecuteAsync(
                """
                UPDATE Device SET push_provider = @Provider, push_token = @Token, push_hash = @hash, push_failed = NULL
                WHERE userid = @userId AND device = @Device
                """,
                new { userId, change.Device, change.Push?.Provider, change.Push?.Token, hash }, transaction);
        }

        return true;
    });

    static byte[] HashOf(PushTarget push) => SHA256.HashData(Encoding.UTF8.GetBytes($"{push.Provider}\0{push.Token}"));
}
