using Chat.Protocol;

namespace Chat.Node.Storage;

/// <summary>
/// Numbers from tables that other programs write too. One that is out of its range says nothing: it is taken for none, and does no harm to
/// the rows beside it. Pure.
/// </summary>
static class StoredNumbers
{
    /// <summary>The highest number that every client can count to.</summary>
    public const long MaxSeq = 9007199254740991;

    /// <summary>SQLite takes anything for a number; null if it is none.</summary>
    public static long? Of(object? value) => value switch
    {
        long number => number,
        int number => number,
        _ => null,
    };

    /// <summary>Null if the two are no conversation.</summary>
    public static ConversationId? Conversation(long? a, long? b) =>
        a is >= 0 and <= int.MaxValue && b is >= 1 and <= int.MaxValue && (a == 0 || a <= b) ? ConversationId.FromStored((int)a, (int)b) : null;

    /// <summary>A number of a message, or a time; 0 if it is none.</summary>
    public static long OrZero(long? number) => number is >= 0 and <= MaxSeq ? number.Value : 0;
}
