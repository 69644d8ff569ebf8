using System.Buffers.Text;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>A conversation as a device saw it at a sync.</summary>
readonly record struct SeenConversation(ConversationId Id, long Head, long Read, long Rev = 0, long Floor = 0);

/// <summary>
/// What a device has seen: everything that changed before <c>Watermark</c>, and of what changed shortly before or after
/// it, exactly these states. So a commit that becomes visible late is not missed, and an unchanged world is answered
/// with nothing. Of nodes that started after <c>NewestStart</c> it says nothing: their clocks may be behind all others. Opaque to clients.
/// </summary>
sealed record SyncToken(long Watermark, long NewestStart, IReadOnlyList<SeenConversation> Recent)
{
    const byte Version = 4;

    /// <summary>The client may have made up thousands.</summary>
    readonly HashSet<SeenConversation> _recent = [.. Recent];

    /// <summary>How late a commit may become visible.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);

    /// <summary>Whether the device has to hear of a conversation in this state.</summary>
    /// <param name="now">Its state.</param>
    /// <param name="changedAt">When it came to that, by the clock of whoever changed it.</param>
    /// <param name="start">Which start of a node has written its newest message.</param>
    public bool IsNews(in SeenConversation now, long changedAt, long start) =>
        (changedAt >= Watermark || start > NewestStart) && !_recent.Contains(now);

    public string Encode()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(Version);
        writer.Write7BitEncodedInt64(Watermark);
        writer.Write7BitEncodedInt64(NewestStart);
        writer.Write7BitEncodedInt(Recent.Count);
        foreach (var (id, head, read, rev, floor) in Recent)
        {
            writer.Write7BitEncodedInt(id.A);
            writer.Write7BitEncodedInt(id.B);
            writer.Write7BitEncodedInt64(head);
            writer.Write7BitEncodedInt64(read);
            writer.Write7BitEncodedInt64(rev);
            writer.Write7BitEncodedInt64(floor);
        }

        return Base64Url.EncodeToString(bytes.ToArray());
    }

    /// <summary>Null if it is none of ours: then everything is news.</summary>
    public static SyncToken? TryDecode(string? text)
    {
        if (text is null)
            return null;
        try
        {
            using var reader = new BinaryReader(new MemoryStream(Base64Url.DecodeFromChars(text)));
            if (reader.ReadByte() != Version)
                return null;
            var (watermark, newestStart) = (reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64());
            var recent = new List<SeenConversation>();
            for (var count = reader.Read7BitEncodedInt(); count > 0; count--)
            {
                var id = ConversationId.FromStored(reader.Read7BitEncodedInt(), reader.Read7BitEncodedInt());
                recent.Add(new SeenConversation(id, reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64()));
            }

            return new SyncToken(watermark, newestStart, recent);
        }
        catch (Exception e) when (e is FormatException or IOException or ArgumentException)
        {
            return null;
        }
    }
}
