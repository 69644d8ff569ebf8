using System.Buffers;
using System.Text;

namespace Chat.Protocol;

/// <summary>What clients may say of files. Pure.</summary>
public static class FileRule
{
    /// <summary>The longest name of a file, in code points.</summary>
    public const int MaxNameCharacters = 200;

    /// <summary>The longest type of a file, in characters.</summary>
    public const int MaxTypeCharacters = 100;

    /// <summary>In front of each id of a file.</summary>
    public const string IdPrefix = "a_";

    /// <summary>So long is the id of a file, in characters.</summary>
    public const int IdCharacters = 34;

    internal static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Whether a text has the form of an id: then it is a safe name of a file, too.</summary>
    public static bool IsId(string? text) =>
        text is { Length: IdCharacters } && text.StartsWith(IdPrefix, StringComparison.Ordinal) && !text.AsSpan(IdPrefix.Length).ContainsAnyExcept(HexDigits);

    /// <summary>What is wrong with a name; null: nothing. It is for people, and never a path.</summary>
    public static string? NameProblem(string name)
    {
        var count = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            count++;
            if (Rune.IsControl(rune) || rune.Value is '/' or '\\')
                return $"\"name\" has U+{rune.Value:X4} at position {count}: a name without a path and without control characters is expected";
        }

        if (name is "." or "..")
            return "\"name\" is a folder: the name of a file is expected";
        return count is < 1 or > MaxNameCharacters ? $"\"name\" has {count} characters: 1 to {MaxNameCharacters} are expected" : null;
    }

    /// <summary>What is wrong with a type; null: nothing.</summary>
    public static string? TypeProblem(string type)
    {
        var slash = type.IndexOf('/', StringComparison.Ordinal);
        if (type.Length > MaxTypeCharacters)
            return $"\"type\" has {type.Length} characters: at most {MaxTypeCharacters} are expected";
        return slash > 0 && IsToken(type.AsSpan(0, slash)) && IsToken(type.AsSpan(slash + 1)) ? null : "\"type\" must be a type like image/png, without parameters";
    }

    static bool IsToken(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('.' or '+' or '-' or '_'))
                return false;
        }

        return text.Length > 0;
    }
}
