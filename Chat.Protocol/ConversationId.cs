using System.Globalization;

namespace Chat.Protocol;

/// <summary>
/// Names a conversation: two users (<c>d:3:17</c>, the lower id first) or a group (<c>g:5</c>).
/// Stored as the two integers <see cref="A"/> and <see cref="B"/>; a group is (0, its id).
/// </summary>
public readonly record struct ConversationId : IComparable<ConversationId>
{
    ConversationId(int a, int b) => (A, B) = (a, b);

    /// <summary>The lower user id, or 0 for a group.</summary>
    public int A { get; }

    /// <summary>The higher user id, or the group's id.</summary>
    public int B { get; }

    /// <summary>Whether this is a group.</summary>
    public bool IsGroup => A == 0;

    /// <summary>The conversation of two users, in either order; both may be the same user.</summary>
    public static ConversationId Direct(int one, int other)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(one, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(other, 1);
        return one <= other ? new(one, other) : new(other, one);
    }

    /// <summary>The conversation of a group.</summary>
    public static ConversationId Group(int groupId)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groupId, 1);
        return new(0, groupId);
    }

    /// <summary>From the two stored integers.</summary>
    public static ConversationId FromStored(int a, int b) => a == 0 ? Group(b) : Direct(a, b);

    /// <summary>Whether a user is one of the two of a direct conversation; always false for a group.</summary>
    public bool IsBetween(int userId) => !IsGroup && (A == userId || B == userId);

    /// <summary>The other user of a direct conversation.</summary>
    public int Other(int userId) => A == userId ? B : A;

    /// <summary>Reads <c>d:3:17</c> or <c>g:5</c>; anything else, also <c>d:17:3</c>, is not a conversation.</summary>
    public static bool TryParse(string? text, out ConversationId id)
    {
        id = default;
        if (text is null || text.Length < 3 || text[1] != ':')
            return false;
        var rest = text.AsSpan(2);
        if (text[0] == 'g')
        {
            if (!TryParseId(rest, out var group))
                return false;
            id = new(0, group);
            return true;
        }

        var colon = rest.IndexOf(':');
        if (text[0] != 'd' || colon < 0 || !TryParseId(rest[..colon], out var a) || !TryParseId(rest[(colon + 1)..], out var b) || a > b)
            return false;
        id = new(a, b);
        return true;
    }

    static bool TryParseId(ReadOnlySpan<char> digits, out int value) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0 && digits[0] != '0';

    /// <inheritdoc />
    public int CompareTo(ConversationId other) => A != other.A ? A.CompareTo(other.A) : B.CompareTo(other.B);

    /// <inheritdoc />
    public override string ToString() => IsGroup ? $"g:{B}" : $"d:{A}:{B}";
}
