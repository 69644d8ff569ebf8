using System.Text;
using Chat.Node.Search;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Bench.Fuzzing.Targets;

/// <summary>Names and texts of users, as they are compared and searched for: in time, whatever marks stand behind each other, and the same when done twice.</summary>
sealed class TextTarget : FuzzTarget
{
    /// <summary>As many as a message may have.</summary>
    const int Largest = 60_000;

    public override string Name => "texts";

    public override int MaxBytes => Largest;

    public override long MaxAllocated(int length) => (1024 * 1024) + (1500L * length);

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            "alice", "Ålice Müller ", "你好 world 123", "e\u0301\u0323a\u0327\u0308", "\u1112\u1161\u11AB", "한글 テスト ﾊﾟ", "İstanbul ǅ ß ﬃ", "\u200B\u2060a\u00AD", "q\u0307\u0323\u0307", "浣犲ソ", "👩‍👩‍👧", "\uD7A3\u11A7\u11A8", "สวัสดี",
            "a" + string.Concat(Enumerable.Repeat("\u0301\u0323", Largest / 4 - 1)), // marks in the wrong order, as many as there can be
            string.Concat(Enumerable.Repeat("a ", Largest / 2)),
        }.Select(Utf8),
    ];

    public override IReadOnlyList<byte[]> Words { get; } = [.. new[] { "\u0301", "\u0323", "\u0327", "\u0345", "\u3099", "\u1161", "\u11A8", "\u200D", "ß", "ſ", "K", "Å", "中", "\u0E31", "\uFF21", "\u0340" }.Select(Utf8)];

    public override string Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var composed = NormalForm.Compose(text);
        Require(NormalForm.Compose(composed) == composed, "a composed text is composed to another one");
        var tokens = SearchWords.TokensOf(text);
        Require(tokens.Count <= SearchWords.MaxTokens + 1 && tokens.All(token => token.Length is > 2 and <= 80 && token.All(char.IsAsciiLetterOrDigit)), "a token that no index takes");
        Require(tokens.SetEquals(SearchWords.TokensOf(composed)), "a text is found by other words than the same text");
        if (text.Length > 2000)
            return $"long {composed.Length == text.Length} {tokens.Count}";
        var (key, problem) = (NameKey.Of(text), NameRule.Problem("name", text));
        Require(problem is not null || NameKey.Of(key) == key, "the key of a key is another one");
        Require(problem is not null || NameKey.Of(composed) == key, "one name has two keys");
        Require(LegacyText.Write(text) is not { } stored || Ascii.IsValid(text) || LegacyText.Undo(stored) == text, "a name that legacy servers store is read as another one");
        return $"{problem?[..12]} {composed.Length == text.Length} {key.Length == text.Length} {Math.Min(tokens.Count, 5)}";
    }
}
