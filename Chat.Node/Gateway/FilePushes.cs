using Chat.Node.Files;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>
/// Messages with files, and those of the offline queue, as they are pushed to one user: each file with an address that is good for this user, for some hours. All other messages are pushed
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

    /// <summary>A message of the offline queue, never larger than a frame.</summary>
    /// <param name="row">It.</param>
    /// <param name="speaksNext">Whether the client speaks version 3.</param>
    /// <param name="links">Signs; null: there are no files here.</param>
    /// <param name="userId">For whom.</param>
    /// <param name="maxFrameBytes">What does not fit is left out.</param>
    public static byte[] OfQueued(QueuedMessage row, bool speaksNext, FileLinks? links, int userId, int maxFrameBytes)
    {
        var body = speaksNext ? ChangedBody.WithoutReferences(row.Body.Span) : row.Body.Span;
        return new DeliveredMessage(body == row.Body.Span ? row.Body : body.ToArray(), row.Conversation, row.Cmid, row.Seq, row.Ts)
        {
            OfflineId = row.Seq == 0 ? row.Id : 0,
            References = speaksNext ? WithAddresses(row.References, links, userId) : default,
        }.ToPush(maxFrameBytes);
    }

    public static bool HasFiles(ReadOnlyMemory<byte> references) => references.Span.IndexOf("\"attachments\""u8) >= 0;
}
