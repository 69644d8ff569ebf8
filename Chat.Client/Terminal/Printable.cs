using System.Text;

namespace Chat.Client.Terminal;

/// <summary>Makes what others wrote harmless for a terminal.</summary>
static class Printable
{
    /// <summary>The same text with one visible character for each control character, escape sequences among them.</summary>
    public static string Text(string text)
    {
        if (!text.Any(IsUnsafe))
            return text;
        var safe = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            safe.Append(character switch
            {
                '\n' => '⏎',
                '\t' => ' ',
                _ when IsUnsafe(character) => '·',
                _ => character,
            });
        }

        return safe.ToString();
    }

    // Also the marks that turn the direction of writing, with which a text can pose as another.
    static bool IsUnsafe(char character) =>
        char.IsControl(character) || character is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u2028' or '\u2029';
}
