using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Chat.Node.Storage;

namespace Chat.Node.Files;

/// <summary>What an address lets its holder do.</summary>
enum LinkUse
{
    Get,
    Put,
}

/// <summary>
/// Addresses of files, signed for one user and a while: browsers show a picture by its address, and cannot say beside it who asks. The key is the cluster's
/// and lies in the database. That an address is good says who asks, not that the user may: that is looked at each time.
/// </summary>
sealed class FileLinks(FileStore store, TimeProvider clock)
{
    /// <summary>For so long an address is good at least, and for twice as long at most: within this time the same file has the same address.</summary>
    public static readonly TimeSpan GetLifetime = TimeSpan.FromHours(1);

    /// <summary>For so long the bytes of an announced file may come.</summary>
    public static readonly TimeSpan PutLifetime = TimeSpan.FromHours(1);

    const int KeyBytes = 32;
    const int SignatureBytes = 24;

    byte[]? _key;

    /// <summary>Before anybody asks for an address.</summary>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task PrepareAsync() => _key = Convert.FromHexString(await store.FactAsync("key", Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes))));

    /// <summary>Where a user gets a file.</summary>
    public string GetAddress(string id, int userId)
    {
        var step = (long)GetLifetime.TotalSeconds;
        var until = ((clock.GetUtcNow().ToUnixTimeSeconds() / step) + 2) * step;
        return Address(LinkUse.Get, id, userId, until);
    }

    /// <summary>Where a user sends the bytes of a file.</summary>
    public string PutAddress(string id, int userId, long untilMilliseconds) => Address(LinkUse.Put, id, userId, untilMilliseconds / 1000);

    /// <summary>For whom an address was signed; null: it was not, or not for this, or is over.</summary>
    public int? UserOf(LinkUse access, string id, string? user, string? until, string? signature)
    {
        if (!int.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var userId) || !long.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return null;
        var given = Encoding.UTF8.GetBytes(signature ?? "");
        var isRight = CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(Sign(access, id, userId, seconds)));
        return isRight && seconds >= clock.GetUtcNow().ToUnixTimeSeconds() ? userId : null;
    }

    string Address(LinkUse access, string id, int userId, long until) =>
        string.Create(CultureInfo.InvariantCulture, $"/files/{id}?u={userId}&e={until}&s={Sign(access, id, userId, until)}");

    string Sign(LinkUse access, string id, int userId, long until) => Base64Url.EncodeToString(
        HMACSHA256.HashData(
            _key ?? throw new InvalidOperationException("the key was not read"),
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{access}\n{id}\n{userId}\n{until}"))).AsSpan(0, SignatureBytes));
}
