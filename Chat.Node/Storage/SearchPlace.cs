using System.Globalization;

namespace Chat.Node.Storage;

/// <summary>
/// The place of a message in the order of what is found, the newest first. A client brings it back with the request for the next page: whatever it writes
/// into it, it finds only what it may find anyway. Pure.
/// </summary>
/// <param name="Order">The id of its row in SQLite, its time in MySQL.</param>
/// <param name="A">Its conversation, as it is stored.</param>
/// <param name="B">The other half of that.</param>
/// <param name="Seq">Its number there.</param>
readonly record struct SearchPlace(long Order, int A, int B, long Seq)
{
    /// <summary>Before the newest message.</summary>
    public static readonly SearchPlace First = new(long.MaxValue, int.MaxValue, int.MaxValue, long.MaxValue);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Order}.{A}.{B}.{Seq}");

    /// <summary>Null if it is none.</summary>
    public static SearchPlace? Find(string text)
    {
        var parts = text.Split('.');
        return parts.Length == 4 && TryRead(parts[0], out var order) && TryRead(parts[1], out var a) && TryRead(parts[2], out var b) && TryRead(parts[3], out var seq)
            && a <= int.MaxValue && b <= int.MaxValue
                ? new SearchPlace(order, (int)a, (int)b, seq)
                : null;
    }

    static bool TryRead(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
