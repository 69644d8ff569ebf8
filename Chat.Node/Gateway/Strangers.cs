using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>
/// Accounts that are not there. Wrong passwords for them are counted as for the others, by an actor of a number that no user has: else who is refused a
/// try would be known to be there. Which number that is depends on a key of the cluster, so that nobody finds two names with the same one.
/// </summary>
sealed class Strangers(FileStore facts)
{
    const int KeyBytes = 32;

    byte[]? _key;

    /// <summary>Has no password that would be right.</summary>
    public static Account Account { get; } = new();

    /// <summary>A negative number.</summary>
    /// <param name="id">Which the login names, or null.</param>
    /// <param name="name">The same.</param>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async ValueTask<int> NumberOfAsync(int? id, string? name)
    {
        var key = _key ??= Convert.FromHexString(await facts.FactAsync("strangers", Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes))));
        var hash = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(id is { } number ? $"id {number}" : $"name {NameKey.Of(name ?? "")}"));
        return BinaryPrimitives.ReadInt32LittleEndian(hash) | int.MinValue;
    }
}
