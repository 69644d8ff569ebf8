using System.Globalization;
using Chat.Protocol;

namespace Chat.Node.Contracts;

/// <summary>
/// The cmid of a message that another server sent: <c>L:</c>, the digest of what it sent, and a number. Longer than any client's
/// own, so that none can be taken for one. Pure.
/// </summary>
static class ImportId
{
    const string Prefix = "L:";
    const int DigestCharacters = 64;

    /// <summary>One of equal messages to a group: copies for different members have the same.</summary>
    /// <param name="digest">32 bytes.</param>
    /// <param name="occurrence">1 for the first of equal messages.</param>
    public static string Of(ReadOnlySpan<byte> digest, int occurrence) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Convert.ToHexStringLower(digest)}:{occurrence}");

    /// <summary>A message to one user: each arrival is a message.</summary>
    public static string Of(ReadOnlySpan<byte> digest, long source, long number) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Convert.ToHexStringLower(digest)}:{source:x}.{number}");

    public static bool IsImport(string cmid) =>
        cmid.Length > Prefix.Length + DigestCharacters && cmid.StartsWith(Prefix, StringComparison.Ordinal) && cmid[Prefix.Length + DigestCharacters] == ':';

    /// <summary>
    /// Another server has sent it to a group, and sends a copy to every member: who is not here gets it there, or has it in the queue.
    /// </summary>
    public static bool IsBridged(ConversationId conversation, string? cmid) => conversation.IsGroup && cmid is not null && IsImport(cmid);

    /// <summary>The digest in an import's cmid, as text.</summary>
    public static string DigestOf(string cmid) => cmid.Substring(Prefix.Length, DigestCharacters);

    /// <summary>Which of equal messages to a group it is; 0 of a message to one user.</summary>
    public static int OccurrenceOf(string cmid) =>
        int.TryParse(cmid.AsSpan(Prefix.Length + DigestCharacters + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var occurrence) ? occurrence : 0;
}
