using System.Globalization;
using System.Text;
using Chat.Protocol;

namespace Chat.Node.Search;

/// <summary>
/// What texts are found by. A word is a run of letters and digits, without regard to case, width and the accents of Latin letters. Scripts that are written
/// without blanks (Chinese, Japanese, Korean, Thai and their like) have no such words: there each pair of neighbours is one, and so is the last letter of
/// a run. As tokens both are plain ASCII, which every full-text index takes, with a beginning that makes none too short or too common for one. Pure.
/// </summary>
static class SearchWords
{
    /// <summary>Tokens of one text, at most: what comes behind is not found.</summary>
    public const int MaxTokens = 1000;

    /// <summary>The letters of a word that count: longer ones are found by their beginning.</summary>
    const int MaxWord = 30;

    /// <summary>What was sent by a user.</summary>
    public static string SenderToken(int userId) => $"xs{userId:x8}";

    /// <summary>Direct messages of a user.</summary>
    public static string UserToken(int userId) => $"xu{userId:x8}";

    /// <summary>Messages of a conversation.</summary>
    public static string ConversationToken(ConversationId id) => id.IsGroup ? $"xg{id.B:x8}" : $"xd{id.A:x8}{id.B:x8}";

    /// <summary>Everything by which a message is found, with blanks between; empty if its text has nothing to find.</summary>
    public static string TokensOf(ConversationId id, int sender, string text)
    {
        var tokens = TokensOf(text);
        if (tokens.Count == 0)
            return "";
        var all = new List<string>(tokens.Count + 4) { SenderToken(sender), ConversationToken(id) };
        if (!id.IsGroup)
        {
            all.Add(UserToken(id.A));
            if (id.B != id.A)
                all.Add(UserToken(id.B));
        }

        all.AddRange(tokens);
        return string.Join(' ', all);
    }

    /// <summary>The tokens of a text.</summary>
    public static HashSet<string> TokensOf(string text)
    {
        var tokens = new HashSet<string>(StringComparer.Ordinal);
        foreach (var run in RunsOf(text))
        {
            if (tokens.Count >= MaxTokens)
                break;
            if (!run.IsDense)
            {
                tokens.Add(WordToken(run.Runes));
                continue;
            }

            for (var i = 0; i + 1 < run.Runes.Count && tokens.Count < MaxTokens; i++)
                tokens.Add(PairToken(run.Runes[i], run.Runes[i + 1]));
            tokens.Add(LetterToken(run.Runes[^1]));
        }

        return tokens;
    }

    /// <summary>What a text that somebody looks for asks an index for; empty if there is nothing to look for in it.</summary>
    public static List<string> TermsOf(string text)
    {
        var terms = new List<string>();
        foreach (var run in RunsOf(text))
        {
            if (!run.IsDense)
                terms.Add(WordToken(run.Runes));
            else if (run.Runes.Count == 1)
                terms.Add($"{LetterToken(run.Runes[0])}*"); // a pair that begins so, or a last letter
            for (var i = 0; run.IsDense && i + 1 < run.Runes.Count; i++)
                terms.Add(PairToken(run.Runes[i], run.Runes[i + 1]));
        }

        return [.. terms.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Whether a text has what somebody looks for: each of its words, and each of its runs without blanks as it stands.</summary>
    public static bool Matches(string text, string wanted)
    {
        var runs = RunsOf(text).ToList();
        return RunsOf(wanted).All(run => runs.Exists(other => other.IsDense == run.IsDense
            && (run.IsDense ? other.Text.Contains(run.Text, StringComparison.Ordinal) : other.Text == run.Text)));
    }

    static string PairToken(Rune first, Rune second) => $"zz{first.Value:x5}{second.Value:x5}";

    static string LetterToken(Rune letter) => $"zz{letter.Value:x5}";

    static string WordToken(List<Rune> word)
    {
        var token = new StringBuilder("xw");
        foreach (var letter in word.Take(MaxWord))
        {
            if (letter.IsAscii)
                token.Append((char)letter.Value);
            else
                token.Append(CultureInfo.InvariantCulture, $"q{letter.Value:x5}");
        }

        // Some full-text indexes cut or leave out words of more than 84 letters: then the beginning has to do.
        return token.Length <= 80 ? token.ToString() : token.ToString(0, 80);
    }

    sealed record Run(List<Rune> Runes, bool IsDense)
    {
        public string Text { get; } = string.Concat(Runes.Select(rune => rune.ToString()));
    }

    static IEnumerable<Run> RunsOf(string text)
    {
        List<Rune>? runes = null;
        var isDense = false;
        foreach (var rune in TextFold.Of(text).EnumerateRunes())
        {
            var kind = KindOf(rune);
            if (kind == Kind.Mark && runes is not null)
                kind = isDense ? Kind.Dense : Kind.Letter; // a vowel sign belongs to what it stands at
            if (runes is not null && (kind is not (Kind.Letter or Kind.Dense) || kind == Kind.Dense != isDense))
            {
                yield return new Run(runes, isDense);
                runes = null;
            }

            if (kind is not (Kind.Letter or Kind.Dense))
                continue;
            isDense = kind == Kind.Dense;
            (runes ??= []).Add(rune);
        }

        if (runes is not null)
            yield return new Run(runes, isDense);
    }

    enum Kind
    {
        Other,
        Mark,
        Letter,
        Dense,
    }

    static Kind KindOf(Rune rune)
    {
        if (IsDense(rune.Value))
            return Kind.Dense;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => Kind.Mark,
            _ => Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber ? Kind.Letter : Kind.Other,
        };
    }

    /// <summary>Letters of scripts that are written without blanks between words, or with few.</summary>
    static bool IsDense(int value) => value is
        (>= 0x0E00 and <= 0x0EFF) or (>= 0x1000 and <= 0x109F) or (>= 0x1780 and <= 0x17FF) // Thai, Lao, Burmese, Khmer
        or (>= 0x1100 and <= 0x11FF) or (>= 0x3130 and <= 0x318F) or (>= 0xAC00 and <= 0xD7FF) // Hangul
        or (>= 0x3041 and <= 0x30FF and not 0x30FB) or (>= 0x31F0 and <= 0x31FF) or (>= 0xFF66 and <= 0xFF9F) // kana
        or 0x3005 or 0x3007 or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF); // Han
}
