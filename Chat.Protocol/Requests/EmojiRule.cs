using System.Globalization;
using System.Text;

namespace Chat.Protocol;

/// <summary>
/// What one emoji is, by the grammar of Unicode's UTS #51: pictures and signs, with what colours them, flags, keys, and several that are joined to one. The
/// pictures are ranges and no list, so that emojis of a later Unicode are let in too. What is drawn as nothing or spells words is none. Pure.
/// </summary>
static class EmojiRule
{
    const int Joiner = 0x200D;
    const int TextSelector = 0xFE0E;
    const int EmojiSelector = 0xFE0F;
    const int Key = 0x20E3;
    const int BlackFlag = 0x1F3F4;
    const int LastTag = 0xE007F;

    /// <summary>Blocks of signs: of these only what Unicode calls a symbol, because there are brackets and numbers among them.</summary>
    static readonly (int First, int Last)[] Signs = [(0x2190, 0x21FF), (0x2300, 0x23FF), (0x25A0, 0x27BF), (0x2900, 0x297F), (0x2B00, 0x2BFF)];

    /// <summary>Without letters in squares and circles, but for those that are emojis.</summary>
    static readonly (int First, int Last)[] Pictures =
    [
        (0xA9, 0xA9), (0xAE, 0xAE), (0x203C, 0x203C), (0x2049, 0x2049), (0x2122, 0x2122), (0x2139, 0x2139), (0x24C2, 0x24C2), (0x3030, 0x3030),
        (0x303D, 0x303D), (0x3297, 0x3297), (0x3299, 0x3299), (0x1F000, 0x1F0FF), (0x1F170, 0x1F171), (0x1F17E, 0x1F17F), (0x1F18E, 0x1F18E),
        (0x1F191, 0x1F19A), (0x1F201, 0x1F202), (0x1F21A, 0x1F21A), (0x1F22F, 0x1F22F), (0x1F232, 0x1F23A), (0x1F250, 0x1F251), (0x1F300, 0x1F64F),
        (0x1F680, 0x1F6FF), (0x1F780, 0x1F8FF), (0x1F900, 0x1FAFF),
    ];

    public static bool IsEmoji(string text)
    {
        var signs = text.EnumerateRunes().Select(rune => rune.Value).ToArray();
        return IsKey(signs) || (signs.Length == 2 && signs.All(IsFlagLetter)) || IsJoined(signs);
    }

    static bool IsKey(int[] signs) =>
        signs.Length is 2 or 3 && signs[^1] == Key && (signs[0] is '#' or '*' or (>= '0' and <= '9')) && (signs.Length == 2 || signs[1] == EmojiSelector);

    static bool IsFlagLetter(int sign) => sign is >= 0x1F1E6 and <= 0x1F1FF;

    static bool IsJoined(int[] signs)
    {
        for (var at = 0; at < signs.Length; at++)
        {
            var picture = signs[at++];
            if (!IsPicture(picture))
                return false;
            at = SkipLook(signs, at);
            if (picture == BlackFlag)
                at = SkipTags(signs, at);
            if (at == signs.Length)
                return true;
            if (signs[at] != Joiner)
                return false;
        }

        return false;
    }

    static bool IsPicture(int sign)
    {
        if (Array.Exists(Pictures, range => sign >= range.First && sign <= range.Last))
            return true;
        return Array.Exists(Signs, range => sign >= range.First && sign <= range.Last)
            && Rune.GetUnicodeCategory(new Rune(sign)) is UnicodeCategory.OtherSymbol or UnicodeCategory.MathSymbol;
    }

    /// <summary>As text or as a picture, and the colour of a skin.</summary>
    static int SkipLook(int[] signs, int at)
    {
        at += IsAt(signs, at, TextSelector, TextSelector) || IsAt(signs, at, EmojiSelector, EmojiSelector) ? 1 : 0;
        at += IsAt(signs, at, 0x1F3FB, 0x1F3FF) ? 1 : 0;
        return at + (IsAt(signs, at, EmojiSelector, EmojiSelector) ? 1 : 0);
    }

    /// <summary>Of which part of a country the flag is: letters and digits that are not drawn, up to their end.</summary>
    static int SkipTags(int[] signs, int at)
    {
        var end = at;
        while (IsAt(signs, end, 0xE0030, 0xE0039) || IsAt(signs, end, 0xE0061, 0xE007A))
            end++;
        return end > at && IsAt(signs, end, LastTag, LastTag) ? end + 1 : at;
    }

    static bool IsAt(int[] signs, int at, int first, int last) => at < signs.Length && signs[at] >= first && signs[at] <= last;
}
