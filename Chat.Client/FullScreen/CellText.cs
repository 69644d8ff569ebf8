using System.Globalization;
using System.Text;
using Chat.Client.Terminal;

namespace Chat.Client.FullScreen;

/// <summary>
/// Text as a terminal shows it: in cells, of which a character takes one or two. What terminals disagree about (joined emojis, flags, skin tones) is made
/// simpler, so that every column stands where it was put. Control characters and marks of direction never come out of here. Pure.
/// </summary>
static class CellText
{
    const int MaxMarks = 4;

    /// <summary>The pieces that a line can be cut between, each with its width; nothing in them moves the cursor.</summary>
    public static IEnumerable<(string Text, int Width)> Pieces(string text)
    {
        var safe = Printable.Text(text);
        for (var at = 0; at < safe.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(safe.AsSpan(at));
            var piece = Simplified(safe.AsSpan(at, length));
            at += length;
            if (piece.Width > 0)
                yield return piece;
        }
    }

    public static int Width(string text) => Pieces(text).Sum(piece => piece.Width);

    /// <summary>As much as there is room for, with dots where something is missing.</summary>
    public static string Cut(string text, int width)
    {
        if (width <= 0)
            return "";
        var cut = new StringBuilder();
        var used = 0;
        var whole = 0; // of it, so much fits with dots behind
        foreach (var (piece, cells) in Pieces(text))
        {
            if (used + cells > width)
                return $"{cut.ToString(0, whole)}…";
            cut.Append(piece);
            used += cells;
            if (used < width)
                whole = cut.Length;
        }

        return cut.ToString();
    }

    /// <summary>Exactly so wide, with spaces behind.</summary>
    public static string Fit(string text, int width)
    {
        var cut = Cut(text, width);
        return $"{cut}{new string(' ', Math.Max(width - Width(cut), 0))}";
    }

    /// <summary>Lines of at most this width, broken at spaces where there are some; at least one.</summary>
    public static List<string> Wrap(string text, int width)
    {
        var lines = new List<string>();
        foreach (var paragraph in text.ReplaceLineEndings("\n").Split('\n'))
            WrapParagraph(paragraph, Math.Max(width, 2), lines);
        return lines;
    }

    static void WrapParagraph(string text, int width, List<string> lines)
    {
        var line = new StringBuilder();
        var (used, afterSpace) = (0, 0); // where the last word begins
        foreach (var (piece, cells) in Pieces(text))
        {
            if (used + cells > width)
            {
                if (piece == " ")
                {
                    // It is not missed at the end of a line.
                    Break(line.Length);
                    continue;
                }

                Break(afterSpace > 0 ? afterSpace : line.Length);
            }

            line.Append(piece);
            used += cells;
            if (piece == " ")
                afterSpace = line.Length;
        }

        lines.Add(line.ToString());

        void Break(int at)
        {
            var rest = line.ToString(at, line.Length - at);
            lines.Add(line.ToString(0, at).TrimEnd(' '));
            line.Clear().Append(rest);
            (used, afterSpace) = (Width(rest), 0);
        }
    }

    /// <summary>One character with its marks, or what stands for a joined one.</summary>
    static (string Text, int Width) Simplified(ReadOnlySpan<char> element)
    {
        if (element.Length == 1 && element[0] is >= ' ' and < '\x7F')
            return (element.ToString(), 1);
        var text = new StringBuilder();
        var (width, marks, isPicture) = (0, 0, false);
        foreach (var rune in element.EnumerateRunes())
        {
            var cells = RuneWidth.Of(rune);
            if (text.Length == 0 && cells > 0)
            {
                isPicture = Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherSymbol;
                text.Append(Letter(rune));
                width = cells;
            }
            else if (cells > 0 && IsFlagLetter(rune))
            {
                text.Append(Letter(rune));
                width += cells;
            }
            else if (text.Length > 0 && !isPicture && IsShown(rune) && marks++ < MaxMarks)
            {
                text.Append(rune);
                width += cells;
            }
        }

        return (text.ToString(), width);
    }

    /// <summary>A flag is two letters to a terminal that has no picture for it, and one or two wide characters to others.</summary>
    static string Letter(Rune rune) => IsFlagLetter(rune) ? ((char)('A' + rune.Value - 0x1F1E6)).ToString()
        : rune == Rune.ReplacementChar ? "·" : rune.ToString();

    static bool IsFlagLetter(Rune rune) => rune.Value is >= 0x1F1E6 and <= 0x1F1FF;

    /// <summary>Whether it may stand behind the first character of an element: marks, not what joins or picks a presentation.</summary>
    static bool IsShown(Rune rune) => rune.Value is not ((>= 0xFE00 and <= 0xFE0F) or (>= 0xE0000 and <= 0xE0FFF) or (>= 0x1F3FB and <= 0x1F3FF) or 0x20E3)
        && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.OtherSymbol);
}
