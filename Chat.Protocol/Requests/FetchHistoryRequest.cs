using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>107: messages after or before a number, ascending; of a whole conversation, of one thread in it, or some by their numbers.</summary>
public sealed record FetchHistoryRequest(ConversationId Conversation, long? After, long? Before, int Limit) : UserRequest
{
    const int DefaultLimit = 100;
    const int MaxLimit = 1000;

    /// <summary>Messages that are asked for by their numbers at once.</summary>
    public const int MaxSeqs = 100;

    /// <summary>The number that a thread begins with, if only its messages are wanted; 0: all. To clients of version 2 the key means nothing.</summary>
    public long Thread { get; init; }

    /// <summary>The messages that are wanted, if they are wanted by their numbers. To clients of version 2 the key means nothing.</summary>
    public IReadOnlyList<long> Seqs { get; init; } = [];

    /// <summary>What is wrong with the keys that version 2 does not know; null: nothing.</summary>
    public string? Problem { get; init; }

    internal override int Number => MessageKind.FetchHistory;

    internal static Request Read(ref RequestFields fields)
    {
        if (!TryConversation(ref fields, out var conversation))
            return NoConversation();
        if (!OptionalInteger(ref fields, RequestKey.After, 0, long.MaxValue, out var after))
            return NoInteger(RequestKey.After);
        if (!OptionalInteger(ref fields, RequestKey.Before, 1, long.MaxValue, out var before))
            return NoInteger(RequestKey.Before);
        if (!OptionalInteger(ref fields, RequestKey.Limit, 1, int.MaxValue, out var limit))
            return NoInteger(RequestKey.Limit);
        if (after is not null && before is not null)
            return Invalid("\"after\" and \"before\" exclude each other");
        var request = new FetchHistoryRequest(conversation, after, before, (int)Math.Min(limit ?? DefaultLimit, MaxLimit));
        using var document = JsonDocument.Parse(fields.Frame);
        return request.WithPlaces(document.RootElement);
    }

    FetchHistoryRequest WithPlaces(JsonElement json)
    {
        var (hasThread, hasSeqs) = (json.TryGetProperty("thread", out var thread), json.TryGetProperty("seqs", out var seqs));
        if (!hasThread && !hasSeqs)
            return this;
        if (json.FindRepeated("thread", "seqs") is { } repeated)
            return this with { Problem = $"\"{repeated}\" is there twice: once is expected" };
        if (hasSeqs && (hasThread || After is not null || Before is not null))
            return this with { Problem = "\"seqs\" and \"thread\", \"after\", \"before\" exclude each other" };
        if (hasThread)
        {
            return TryNumber(thread, out var root)
                ? this with { Thread = root }
                : this with { Problem = "\"thread\" must be the number of the message that the thread begins with: an integer of at least 1" };
        }

        var numbers = new SortedSet<long>();
        if (seqs.ValueKind == JsonValueKind.Array && seqs.GetArrayLength() is >= 1 and <= MaxSeqs)
        {
            foreach (var item in seqs.EnumerateArray())
            {
                if (TryNumber(item, out var number))
                    numbers.Add(number);
                else
                    return this with { Problem = SeqsExpected };
            }
        }

        return numbers.Count > 0 ? this with { Seqs = [.. numbers] } : this with { Problem = SeqsExpected };
    }

    static readonly string SeqsExpected = $"\"seqs\" must be a list of 1 to {MaxSeqs} numbers of messages";

    static bool TryNumber(JsonElement value, out long number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out number) && number > 0;
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("conversation", Conversation.ToString());
        if (After is { } lower)
            writer.WriteNumber("after", lower);
        if (Before is { } upper)
            writer.WriteNumber("before", upper);
        if (Thread > 0)
            writer.WriteNumber("thread", Thread);
        if (Seqs.Count > 0)
        {
            writer.WriteStartArray("seqs");
            foreach (var seq in Seqs)
                writer.WriteNumberValue(seq);
            writer.WriteEndArray();
        }

        writer.WriteNumber("limit", Limit);
    }
}
