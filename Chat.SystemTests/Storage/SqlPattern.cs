using System.Text.RegularExpressions;

namespace Chat.SystemTests.Storage;

/// <summary>Recognises a statement of the sources in what a database was asked, whatever its parameters were.</summary>
static class SqlPattern
{
    const string Value = @"(?:(?:_binary)?\s?[xX]?'(?:[^'\\]|''|\\.)*'|-?[\d.]+|NULL|TRUE|FALSE|true|false|\?)";
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <param name="statement">As it is in the sources.</param>
    public static Regex Of(string statement)
    {
        var text = Regex.Escape(Flat(statement)).Replace(@"\ ", " ", StringComparison.Ordinal);
        var pattern = Regex.Replace(text, @"[@]\w+|\\\$\w+|\\\?", _ => $@"(?:{Value}|\({Value}(?:,\s?{Value})*\))", RegexOptions.None, Patience);
        // The rows of a batch are put behind it.
        return new Regex($"^{pattern}{(text.EndsWith("VALUES", StringComparison.Ordinal) ? " " : "$")}", RegexOptions.ExplicitCapture, Patience);
    }

    /// <summary>Without the line breaks and indents.</summary>
    public static string Flat(string statement) => Regex.Replace(statement, @"\s+", " ", RegexOptions.None, Patience).Trim();
}
