using Chat.Node.Files;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>
/// Messages with files as they are pushed to one user: each file with an address that is good for this user, for some hours. All other messages are pushed
/// as they are to everybody. Pure, but for the clock.
/// </summary>
static class FilePushes
{
    /// <summary>What a message refers to, with addresses; the same bytes if it has no files.</summary>
    /// <param name="references">As they are stored.</param>
    /// <param name="links">Signs; null: there are no files here.</param>
    /// <param name="userId">For whom.</param>
    public static ReadOnlyMemory<byte> WithAddresses(ReadOnlyMemory<byte> references, FileLinks? links, int userId)
    {
        if (links is null || !HasFiles(references))
            return references;
        var read = MessageReferences.Parse(references);
        return (read with { Attachments = [.. read.Attachments.Select(file => file with { Url = links.GetAddress(file.Id, userId) })] }).ToBytes();
    }

    public static bool HasFiles(ReadOnlyMemory<byte> references) => references.Span.IndexOf("\"attachments\""u8) >= 0;
}
