using System.Text;

namespace Chat.Protocol;

/// <summary>Texts as they are compared when somebody looks for words: the same on every machine.</summary>
public static class TextFold
{
    /// <summary>The text in Normalization Form C with simple case folding, without the width of letters and the accents of Latin ones.</summary>
    public static string Of(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var rune in NormalForm.Compose(text).EnumerateRunes())
            folded.Append(new Rune(FoldOf(rune.Value)).ToString());
        return folded.ToString();
    }

    static int FoldOf(int letter)
    {
        if (letter is >= 0xFF01 and <= 0xFF5E)
            letter -= 0xFEE0; // as wide as a Chinese one
        letter = UnicodeTable.Instance.FoldOf(letter);
        while (letter is >= 0xC0 and < 0x250 or >= 0x1E00 and < 0x1F00 && UnicodeTable.Instance.PartsOf(letter) is [var plain, ..] && plain != letter)
            letter = plain;
        return letter;
    }
}
