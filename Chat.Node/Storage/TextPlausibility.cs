using System.Globalization;
using System.Text;

namespace Chat.Node.Storage;

/// <summary>
/// How surprising a text is, in something like bits: common characters cost little, rare ones and odd neighbours much. Only differences
/// between two readings of the same bytes mean anything. Pure.
/// </summary>
static class TextPlausibility
{
    const int Odd = 22;

    /// <summary>What follows a letter of the same script.</summary>
    const int Next = 7;

    enum Script
    {
        Other,
        Latin,
        Cyrillic,
        Greek,
        Semitic,
        Hanzi,
    }

    public static int Bits(string text)
    {
        var (bits, before, runes) = (0, Script.Other, text.EnumerateRunes().ToList());
        var said = new HashSet<Rune>();
        for (var i = 0; i < runes.Count; i++)
        {
            var script = ScriptOf(runes[i].Value);
            if (!runes[i].IsAscii && said.Add(runes[i])) // 谢谢谢谢谢谢 is as likely as 谢, whatever лллллл is
                bits += script == Script.Hanzi ? OfHanzi(runes, i) : Of(runes[i], script, before);
            before = script;
        }

        return bits;
    }

    /// <summary>How many characters a text has that are no ASCII.</summary>
    public static int Foreign(string text) => text.EnumerateRunes().Count(rune => !rune.IsAscii);

    /// <summary>Whether a text has nothing but ASCII and Latin letters.</summary>
    public static bool IsLatin(string text) => text.EnumerateRunes().All(rune => rune.IsAscii || ScriptOf(rune.Value) == Script.Latin);

    static Script ScriptOf(int code) => code switch
    {
        >= 'A' and <= 'Z' or >= 'a' and <= 'z' or >= 0xC0 and <= 0x17E and not 0xD7 and not 0xF7 => Script.Latin,
        >= 0x391 and <= 0x3C9 => Script.Greek,
        >= 0x410 and <= 0x44F or 0x401 or 0x451 => Script.Cyrillic,
        >= 0x5D0 and <= 0x5EA or >= 0x621 and <= 0x64A => Script.Semitic,
        >= 0x4E00 and <= 0x9FFF => Script.Hanzi,
        _ => Script.Other,
    };

    /// <summary>The level of GB 2312 says how common it is; among Latin letters none is expected.</summary>
    static int OfHanzi(List<Rune> runes, int i)
    {
        var level = LegacyText.ToGbk(runes[i].ToString()) is not [var lead, var trail] || lead < 0xB0 || lead > 0xF7 || trail < 0xA1 ? 17 : lead < 0xD8 ? 9 : 13;
        return level + AfterLatin(runes, i - 1) + AfterLatin(runes, i + 1);
    }

    static int AfterLatin(List<Rune> runes, int i) => i >= 0 && i < runes.Count && runes[i].Value is >= 'a' and <= 'z' ? 3 : 0;

    static int Of(Rune rune, Script script, Script before) => (script, rune.Value) switch
    {
        _ when Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse or UnicodeCategory.Control => 30,
        (Script.Latin, _) => before == Script.Latin ? Next : 13,
        (Script.Cyrillic or Script.Greek, _) => before == script ? Next : 12,
        (Script.Semitic, _) => before == script ? Next + 1 : 14,
        (_, >= 0x3040 and <= 0x30FF) => 8, // kana
        (_, >= 0xAC00 and <= 0xD7A3) => 9, // Hangul
        (_, >= 0x2010 and <= 0x2026 or >= 0x3000 and <= 0x3017 or >= 0xFF01 and <= 0xFF5E) => 8, // punctuation, full width
        (_, 0xFFFD or >= 0x2030 and <= 0x27BF or 0xFE0F) => 12, // a lost character, symbols
        (_, >= 0x1F1E6 and <= 0x1FAFF) => 12, // emoji
        _ => Odd,
    };
}
