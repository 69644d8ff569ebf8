using System.Buffers.Text;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>A conversation as a device saw it at a sync.</summary>
readonly record struct SeenConversation(ConversationId Id, long Head, long Read);

/// <summary>
/// What a device has seen: everything that changed before <c>Watermark</c>, and of what changed shortly before or after
/// it, exactly these states. So a commit that becomes visible late is not missed, and an unchanged world is answered
/// with nothing. Opaque to clients.
/// </summary>
sealed record SyncToken(long Watermark, IReadOnlyList<SeenConversation> Recent)
{
    const byte Version = 1;

    /// <summary>The client may have made up thousands.</summary>
    readonly HashSet<SeenConversation> _recent = [.. Recent];

    /// <summary>How late a commit, and how wrong another node's clock, may be.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);

    /// <summary>Whether the device has to hear of a conversation in this state.</summary>
    public bool IsNews(in SeenConversation now, long changedAt) =>
        changedAt >= Watermark && !_recent.Contains(now);

    public string Encode()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(Version);
        writer.Write7BitEncodedInt64(Watermark);
        writer.Write7BitEncodedInt(Recent.Count);
        foreach (var (id, head, read) in Recent)
        {
            writer.Write7BitEncodedInt(id.A);
            writer.Write7BitEncodedInt(id.B);
            writer.Write7BitEncodedInt64(head);
            writer.Write7BitEncodedInt64(read);
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
            var watermark = reader.Read7BitEncodedInt64();
            var recent = new List<SeenConversation>();
            for (var count = reader.Read7BitEncodedInt(); count > 0; count--)
            {
                var id = ConversationId.FromStored(reader.Read7BitEncodedInt(), reader.Read7BitEncodedInt());
                recent.Add(new SeenConversation(id, reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64()));
            }

            return new SyncToken(watermark, recent);
        }
        catch (Exception e) when (e is FormatException or IOException or ArgumentException)
        {
            return null;
        }
    }
}
