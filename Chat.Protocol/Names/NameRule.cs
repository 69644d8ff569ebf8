using System.Globalization;
using System.Text;

namespace Chat.Protocol;

/// <summary>What a new user or group may be called (docs/PROTOCOL.md, Names). Pure.</summary>
public static class NameRule
{
    /// <summary>The longest name, in code points of its Normalization Form C.</summary>
    public const int MaxCharacters = 50;

    /// <summary>Who is shown where nobody has sent a message: a user of this name would be taken for the server.</summary>
    const string NobodysName = SystemMessage.SenderName;

    const int Joiner = 0x200D;
    const int EmojiSelector = 0xFE0F;

    /// <summary>Unicode's Default_Ignorable_Code_Point: shown as nothing, whatever category it has.</summary>
    static readonly (int First, int Last)[] Ignorable =
    [
        (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F),
        (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8),
        (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
    ];

    /// <summary>Letters and symbols that are drawn as nothing, or that stand for something lost.</summary>
    static readonly int[] Blank = [0x2800, 0x13441, 0x13442, 0x1D159, 0xFFFC, 0xFFFD];

    /// <summary>Why a name is not let in, or null. Positions are those of the text as it was sent, from 1 on.</summary>
    /// <param name="key">The key that held it, for the reason.</param>
    /// <param name="name">The name as it was sent.</param>
    public static string? Problem(string key, string name)
    {
        var runes = name.EnumerateRunes().ToArray();
        if (runes.Length == 0)
            return $"\"{key}\" is empty: 1 to {MaxCharacters} characters are expected";
        if (name == NobodysName)
            return $"\"{key}\" is {NobodysName}, by which system messages are shown: another one is expected";
        for (var i = 0; i < runes.Length; i++)
        {
            if (ProblemAt(runes, i) is { } problem)
                return $"\"{key}\" has U+{runes[i].Value:X4} at position {i + 1}: {problem}";
        }

        var count = NormalForm.Compose(name).EnumerateRunes().Count();
        return count > MaxCharacters ? $"\"{key}\" has {count} characters: 1 to {MaxCharacters} are expected" : null;
    }

    /// <summary>Whether a character is shown as nothing.</summary>
    internal static bool IsInvisible(int character) => Array.Exists(Ignorable, range => character >= range.First && character <= range.Last);

    static string? ProblemAt(Rune[] runes, int i)
    {
        var value = runes[i].Value;
        var category = Rune.GetUnicodeCategory(runes[i]);
        if (value is Joiner or EmojiSelector)
            return JoinProblem(runes, i);
        if (value == ' ')
            return i == 0 || i == runes.Length - 1 ? "a blank at an end, none is expected there" : null;
        return category switch
        {
            UnicodeCategory.Control => "a control character, none is expected",
            UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => "a line or paragraph separator, none is expected",
            UnicodeCategory.SpaceSeparator => "a blank of another kind, only U+0020 is expected",
            UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned => "a character without a meaning of its own, an assigned one is expected",
            _ when IsInvisible(value) || category == UnicodeCategory.Format => "a character that is not seen, none is expected",
            _ when Array.IndexOf(Blank, value) >= 0 => "a character that shows nothing of its own, none is expected",
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark =>
                i > 0 && CanCarryMarks(runes[i - 1]) ? null : "a combining mark, a letter, a number or another mark is expected before it",
            _ => null,
        };
    }

    /// <summary>Both belong to emoji: 👩‍🚀, ❤️. Elsewhere they only make two names look like one.</summary>
    static string? JoinProblem(Rune[] runes, int i)
    {
        var isBehindSymbol = i > 0 && (Rune.IsSymbol(runes[i - 1]) || (runes[i].Value == Joiner && runes[i - 1].Value == EmojiSelector));
        if (!isBehindSymbol)
            return "a character that is not seen, expected behind a symbol (an emoji) only";
        return runes[i].Value == Joiner && (i + 1 == runes.Length || !Rune.IsSymbol(runes[i + 1]))
            ? "a joiner, a symbol (an emoji) is expected behind it"
            : null;
    }

    static bool CanCarryMarks(Rune before) => Rune.IsLetter(before) || Rune.IsNumber(before) || Rune.GetUnicodeCategory(before)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
