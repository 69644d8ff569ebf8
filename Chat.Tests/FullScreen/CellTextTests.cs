using Chat.Client.FullScreen;
using Xunit;

namespace Chat.Tests.FullScreen;

public sealed class CellTextTests
{
    [Theory]
    [InlineData("hello", 5)]
    [InlineData("你好", 4)]
    [InlineData("한국어", 6)]
    [InlineData("ｗｉｄｅ", 8)]
    [InlineData("😀", 2)]
    [InlineData("e\u0301", 1)] // an e and an accent that stands on it
    [InlineData("𝐀", 1)] // outside of the first plane, and narrow
    [InlineData("𠀀", 2)]
    [InlineData("ไทย", 3)]
    [InlineData("", 0)]
    public void A_text_is_as_wide_as_its_cells(string text, int width) => Assert.Equal(width, CellText.Width(text));

    [Theory]
    [InlineData("👨‍👩‍👧", "👨", 2)]
    [InlineData("👍🏽", "👍", 2)]
    [InlineData("❤\uFE0F", "❤", 1)]
    [InlineData("🇩🇪", "DE", 2)]
    [InlineData("1\uFE0F\u20E3", "1", 1)]
    public void What_terminals_disagree_about_is_made_simpler(string text, string shown, int width)
    {
        Assert.Equal(shown, CellText.Cut(text, 10));
        Assert.Equal(width, CellText.Width(text));
    }

    [Theory]
    [InlineData("\u001b[2J\u001b]0;title\u0007")]
    [InlineData("\u009b31m")]
    [InlineData("a\rb\bc\u007fd")]
    [InlineData("\u202egnp.exe")]
    [InlineData("\u2066x\u2069\u200f\u061c\ufeff")]
    [InlineData("\u2028line\u2029")]
    [InlineData("\udb40\udc41tag")]
    [InlineData("\ud800 half")]
    public void Nothing_that_moves_the_cursor_or_turns_the_text_comes_out(string hostile)
    {
        foreach (var shown in new[] { CellText.Cut(hostile, 50), string.Concat(CellText.Wrap(hostile, 3)), CellText.Fit(hostile, 20) })
        {
            Assert.DoesNotContain(shown, character => char.IsControl(character) || char.IsSurrogate(character)
                || character is '\u061c' or '\ufeff' or (>= '\u200b' and <= '\u200f') or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069'));
        }
    }

    [Fact]
    public void A_hundred_marks_on_one_character_are_few()
    {
        var shown = CellText.Cut($"a{new string('\u0301', 100)}b", 10);

        Assert.InRange(shown.Length, 3, 10);
        Assert.Equal(2, CellText.Width(shown));
    }

    [Theory]
    [InlineData("hello world", 20, "hello world")]
    [InlineData("hello world", 11, "hello world")]
    [InlineData("hello world", 8, "hello w…")]
    [InlineData("你好世界", 8, "你好世界")]
    [InlineData("你好世界", 7, "你好世…")]
    [InlineData("你好世界", 6, "你好…")]
    [InlineData("hello", 1, "…")]
    [InlineData("hello", 0, "")]
    public void A_text_is_cut_where_there_is_no_room(string text, int width, string cut)
    {
        Assert.Equal(cut, CellText.Cut(text, width));
        Assert.True(CellText.Width(cut) <= width);
    }

    [Theory]
    [InlineData("你好", 7)]
    [InlineData("你好世界", 7)]
    [InlineData("", 3)]
    public void A_fitted_text_has_exactly_the_width(string text, int width) => Assert.Equal(width, CellText.Width(CellText.Fit(text, width)));

    [Theory]
    [InlineData("one two three", 7, "one two|three")]
    [InlineData("one two three", 5, "one|two|three")]
    [InlineData("abcdefghij", 4, "abcd|efgh|ij")]
    [InlineData("你好世界", 5, "你好|世界")]
    [InlineData("a\nb\r\n\nc", 10, "a|b||c")]
    [InlineData("", 10, "")]
    [InlineData("  indented", 20, "  indented")]
    public void A_text_is_wrapped_at_spaces_and_within_long_words(string text, int width, string lines) =>
        Assert.Equal(lines, string.Join('|', CellText.Wrap(text, width)));

    [Fact]
    public void No_wrapped_line_is_too_wide_and_no_word_is_lost()
    {
        const string text = "The quick 快速的棕色狐狸 jumps 😀😀😀 over averyveryverylongwordindeed the lazy dog";
        for (var width = 2; width < 40; width++)
        {
            var lines = CellText.Wrap(text, width);
            Assert.All(lines, line => Assert.True(CellText.Width(line) <= width, $"{width}: {line}"));
            Assert.Equal(text.Replace(" ", "", StringComparison.Ordinal), string.Concat(lines).Replace(" ", "", StringComparison.Ordinal));
        }
    }
}
