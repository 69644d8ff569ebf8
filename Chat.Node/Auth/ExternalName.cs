using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Chat.Protocol;

namespace Chat.Node.Auth;

/// <summary>
/// How a user is named whom a token (JWT) has made. Names are unique, and those of a product's users are not: a name that is taken gets some
/// characters of a hash of issuer and subject, always the same. Pure.
/// </summary>
static class ExternalName
{
    /// <summary>The name of somebody who has none.</summary>
    const string Nobody = "user";

    const int MaxCodePoints = 50;
    const int ShortHash = 6;
    const int LongHash = 12;
    const int LongestHash = 24;

    /// <summary>The names to try, the best one first; the last one is ASCII, and nobody else's but by intent.</summary>
    /// <param name="display">What the user wants to be called; null for nothing.</param>
    /// <param name="issuer">Of the token.</param>
    /// <param name="subject">Of the token.</param>
    public static IEnumerable<string> Candidates(string? display, string issuer, string subject)
    {
        var hash = HashOf(issuer, subject);
        var name = Cut(NormalForm.Compose(display ?? "").Trim(), MaxCodePoints);
        if (IsAllowed(name))
        {
            yield return name;
            foreach (var length in (int[])[ShortHash, LongHash])
            {
                var marked = $"{Cut(name, MaxCodePoints - length - 1)}-{hash[..length]}";
                if (IsAllowed(marked))
                    yield return marked;
            }
        }

        yield return $"{Nobody}-{hash[..ShortHash]}";
        yield return $"{Nobody}-{hash[..LongestHash]}";
    }

    static bool IsAllowed(string name) => NameRule.Problem("name", name) is null;

    static string Cut(string text, int codePoints) => string.Concat(text.EnumerateRunes().Take(codePoints)).TrimEnd();

    /// <summary>The length in front, so that no issuer can make another one's hash.</summary>
    static string HashOf(string issuer, string subject)
    {
        var (one, other) = (Encoding.UTF8.GetBytes(issuer), Encoding.UTF8.GetBytes(subject));
        var bytes = new byte[sizeof(int) + one.Length + other.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, one.Length);
        one.CopyTo(bytes, sizeof(int));
        other.CopyTo(bytes, sizeof(int) + one.Length);
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
