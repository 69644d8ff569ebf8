using System.Text;

namespace Chat.Protocol;

/// <summary>What clients may say of their devices. Pure.</summary>
public static class DeviceRule
{
    /// <summary>The longest id of a device, in characters.</summary>
    public const int MaxIdCharacters = 64;

    /// <summary>The longest name of a device, in code points.</summary>
    public const int MaxNameCharacters = 100;

    /// <summary>The longest word for a platform, or for a provider of pushes, in characters.</summary>
    public const int MaxWordCharacters = 32;

    /// <summary>The longest token of a provider of pushes, in bytes of UTF-8.</summary>
    public const int MaxTokenBytes = 2048;

    /// <summary>What is wrong with an id; null: nothing.</summary>
    public static string? IdProblem(string key, string id) => WordProblem(key, id, MaxIdCharacters);

    /// <summary>What is wrong with a platform or a provider; null: nothing.</summary>
    public static string? WordProblem(string key, string word) => WordProblem(key, word, MaxWordCharacters);

    /// <summary>What is wrong with a name; null: nothing. An empty one is none.</summary>
    public static string? NameProblem(string key, string name) => TextProblem(key, name, out var count) is { } problem
        ? problem
        : count > MaxNameCharacters ? $"\"{key}\" has {count} characters: at most {MaxNameCharacters} are expected" : null;

    /// <summary>What is wrong with a token; null: nothing. The token is not told.</summary>
    public static string? TokenProblem(string key, string token)
    {
        var bytes = Encoding.UTF8.GetByteCount(token);
        return bytes is < 1 or > MaxTokenBytes ? $"\"{key}\" has {bytes} bytes: 1 to {MaxTokenBytes} are expected" : TextProblem(key, token, out _);
    }

    static string? WordProblem(string key, string word, int max)
    {
        if (word.Length < 1 || word.Length > max)
            return $"\"{key}\" has {word.Length} characters: 1 to {max} are expected";
        for (var i = 0; i < word.Length; i++)
        {
            if (!char.IsAsciiLetterOrDigit(word[i]) && word[i] is not ('.' or '_' or '-' or ':'))
                return $"\"{key}\" has U+{(int)word[i]:X4} at position {i + 1}: only ASCII letters, digits, '.', '_', '-' and ':' are expected";
        }

        return null;
    }

    static string? TextProblem(string key, string text, out int count)
    {
        count = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            count++;
            if (Rune.IsControl(rune))
                return $"\"{key}\" has U+{rune.Value:X4} at position {count}: a control character, none is expected";
        }

        return null;
    }
}
