using System.Buffers;
using System.Globalization;
using System.Text;

namespace Chat.Node.Telemetry;

/// <summary>Pure: makes of any text a part of one log line that means what it shows.</summary>
static class LogText
{
    /// <summary>A longer line is cut: no stranger's text, and no chain of causes, fills the log.</summary>
    public const int MaxLength = 4000;

    /// <summary>
    /// Ends of lines become spaces. What a terminal obeys or a reader cannot see (control characters, marks of direction, line separators,
    /// half characters) becomes <c>\uXXXX</c>.
    /// </summary>
    public static string OneLine(string text, int maxLength = MaxLength)
    {
        var isCut = text.Length > maxLength;
        var part = isCut ? text.AsSpan(0, maxLength) : text.AsSpan();
        if (!isCut && IsHarmless(part))
            return text;
        var line = new StringBuilder(part.Length + 16);
        for (var i = 0; i < part.Length; i++)
            Append(line, part, ref i);
        return isCut ? line.Append("… (").Append(CultureInfo.InvariantCulture, $"{text.Length - maxLength} more characters)").ToString() : line.ToString();
    }

    static bool IsHarmless(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (character is < ' ' or > '~')
                return false;
        }

        return true;
    }

    static void Append(StringBuilder line, ReadOnlySpan<char> text, ref int index)
    {
        var character = text[index];
        if (character == '\r' && index + 1 < text.Length && text[index + 1] == '\n')
            return; // the other half of this end of a line follows
        if (character == '\n')
            line.Append(' ');
        else if (Rune.DecodeFromUtf16(text[index..], out var rune, out var length) == OperationStatus.Done && !IsHidden(rune))
        {
            line.Append(text.Slice(index, length));
            index += length - 1;
        }
        else
            line.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}");
    }

    static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
