using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Chat.Node.Storage;

namespace Chat.Node.Api;

/// <summary>A token that a device logs in with. Nobody stores it: who asks for it again with the same key is told it because it is computed anew.</summary>
sealed record LoginTokenText(string Text)
{
    const int Bytes = 32;

    /// <summary>What is stored of it.</summary>
    public byte[] Hash => SHA256.HashData(Encoding.UTF8.GetBytes(Text));

    public static LoginTokenText Random() => Of(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>That of a request which may come again.</summary>
    /// <param name="once">The request.</param>
    /// <param name="known">What was stored of it; null: it comes for the first time.</param>
    public static LoginTokenText Of(RepeatKey once, RepeatedWrite? known = null) => Of(once.Derive("login token", known));

    static LoginTokenText Of(byte[] secret) => new($"ct_{Base64Url.EncodeToString(secret)}");
}
