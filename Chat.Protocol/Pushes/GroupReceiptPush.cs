using System.Globalization;
using System.Text.Json;

namespace Chat.Protocol;

/// <summary>113 of a group that is watched: members have read it up to these numbers. One that is lower than what is known says nothing.</summary>
/// <param name="Conversation">Which.</param>
/// <param name="Readers">How far, by the members' ids.</param>
public sealed record GroupReceiptPush(ConversationId Conversation, IReadOnlyDictionary<int, long> Readers)
{
    /// <summary>The frame without any reader, and the longest reader.</summary>
    const int EmptyBytes = 96, ReaderBytes = 34;

    /// <summary>So many readers fit into a frame of so many bytes, at least one.</summary>
    public static int Fitting(int maxFrameBytes) => Math.Max(1, (maxFrameBytes - EmptyBytes) / ReaderBytes);

    /// <summary>The frame.</summary>
    public byte[] ToBytes() => ModernFrames.Frame(MessageKind.Receipt, default, writer =>
    {
        writer.WriteString("conversation", Conversation.ToString());
        writer.WriteStartObject("readers");
        foreach (var (userId, read) in Readers.OrderBy(reader => reader.Key))
            writer.WriteNumber(userId.ToString(CultureInfo.InvariantCulture), read);
        writer.WriteEndObject();
    });

    /// <summary>Written by <see cref="ToBytes"/>; null: this 113 is a <see cref="ReceiptPush"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static GroupReceiptPush? Find(JsonElement json)
    {
        if (!json.TryGetProperty("readers", out var readers))
            return null;
        if (!ConversationId.TryParse(json.OptionalText("conversation"), out var conversation) || readers.ValueKind != JsonValueKind.Object)
            throw new FormatException("readers without their conversation");
        var found = new Dictionary<int, long>();
        foreach (var reader in readers.EnumerateObject())
        {
            if (!int.TryParse(reader.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var userId) || reader.Value.ValueKind != JsonValueKind.Number || !reader.Value.TryGetInt64(out var read))
                throw new FormatException("\"readers\" has an unexpected value");
            found[userId] = read;
        }

        return new GroupReceiptPush(conversation, found);
    }
}
