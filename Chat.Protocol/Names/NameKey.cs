using System.Text;

namespace Chat.Protocol;

/// <summary>By what names of users and groups are compared: those with one key are one name (docs/PROTOCOL.md, Names).</summary>
public static class NameKey
{
    /// <summary>Longer keys than this are cut; no name that a node lets in has one.</summary>
    public const int MaxCharacters = 255;

    /// <summary>
    /// İ has no simple folding. MySQL and MariaDB make i of it, and by that a legacy server learns that a name is taken: both have to agree.
    /// </summary>
    const int CapitalIWithDot = 0x130;

    /// <summary>What lies behind does not count: only a database that was taken over can hold so long a name.</summary>
    const int MaxUnits = 2048;

    /// <summary>
    /// The name without blanks at its ends and without characters that cannot be seen, in Normalization Form C with simple case
    /// folding. Made for every text, also for names that a node would not let in.
    /// </summary>
    public static string Of(string name)
    {
        if (name.Length > MaxUnits)
            name = name[..MaxUnits];
        if (Ascii.IsValid(name) && name.Length <= MaxCharacters)
            return FoldAscii(name).Trim();
        var folded = new StringBuilder(name.Length);
        foreach (var rune in NormalForm.Compose(name).EnumerateRunes())
        {
            if (!NameRule.IsInvisible(rune.Value))
                folded.Append(new Rune(FoldOf(rune.Value)).ToString());
        }

        // Once more: a letter may have a form with the mark behind it that its capital has not.
        return Cut(NormalForm.Compose(folded.ToString()).Trim());
    }

    static int FoldOf(int character) => character == CapitalIWithDot ? 'i' : UnicodeTable.Instance.FoldOf(character);

    static string FoldAscii(string name) => string.Create(name.Length, name, static (target, source) => Ascii.ToLower(source, target, out _));

    static string Cut(string key)
    {
        var length = 0;
        var count = 0;
        foreach (var rune in key.EnumerateRunes())
        {
            if (++count > MaxCharacters)
                return key[..length];
            length += rune.Utf16SequenceLength;
        }

        return key;
    }
}
