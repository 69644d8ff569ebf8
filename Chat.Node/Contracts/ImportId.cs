using System.Globalization;
using Chat.Protocol;

namespace Chat.Node.Contracts;

/// <summary>
/// The cmid of a bridged message: <c>L:</c>, the digest of the object that the other server sent, and a number. It is longer than
/// any client's cmid, so nobody can confuse them. Pure.
/// </summary>
static class ImportId
{
    const string Prefix = "L:";
    const int DigestCharacters = 64;

    /// <summary>The id of one of several equal messages to a group. Its copies for different members have the same id.</summary>
    /// <param name="digest">32 bytes.</param>
    /// <param name="occurrence">1 for the first of equal messages.</param>
    public static string Of(ReadOnlySpan<byte> digest, int occurrence) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Convert.ToHexStringLower(digest)}:{occurrence}");

    /// <summary>The id of a message to one user. Each arrival is a message of its own.</summary>
    public static string Of(ReadOnlySpan<byte> digest, long source, long number) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Convert.ToHexStringLower(digest)}:{source:x}.{number}");

    public static bool IsImport(string cmid) =>
        cmid.Length > Prefix.Length + DigestCharacters && cmid.StartsWith(Prefix, StringComparison.Ordinal) && cmid[Prefix.Length + DigestCharacters] == ':';

    /// <summary>
    /// Another server has sent it to a group, and sends a copy to every member. A member who is not here gets the copy there, or has it in the queue.
    /// </summary>
    public static bool IsBridged(ConversationId conversation, string? cmid) => conversation.IsGroup && cmid is not null && IsImport(cmid);

    /// <summary>The digest in an import's cmid, as text.</summary>
    public static string DigestOf(string cmid) => cmid.Substring(Prefix.Length, DigestCharacters);

    /// <summary>Its place among equal messages to a group; 0 for a message to one user.</summary>
    public static int OccurrenceOf(string cmid) =>
        int.TryParse(cmid.AsSpan(Prefix.Length + DigestCharacters + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var occurrence) ? occurrence : 0;
}
