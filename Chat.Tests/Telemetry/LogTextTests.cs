using Chat.Node.Telemetry;
using Xunit;

namespace Chat.Tests.Telemetry;

public sealed class LogTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("你好 🙂 é", "你好 🙂 é")]
    [InlineData("two\nlines\r\nthree", "two lines three")]
    [InlineData("\u202Egnp.exe", @"\u202Egnp.exe")]
    [InlineData("\u2066a\u2069\u200B\uFEFF\u00AD", @"\u2066a\u2069\u200B\uFEFF\u00AD")]
    [InlineData("\u2028\u2029\u0085", @"\u2028\u2029\u0085")]
    [InlineData("\u001b[2J\0\a\b\t\r\u007f\u009b", @"\u001B[2J\u0000\u0007\u0008\u0009\u000D\u007F\u009B")]
    public void A_line_shows_what_is_in_it(string text, string expected) => Assert.Equal(expected, LogText.OneLine(text));

    [Fact]
    public void Half_a_character_is_shown_as_its_number() => Assert.Equal(@"half \uD83D of one", LogText.OneLine("half \uD83D of one"));

    [Fact]
    public void Marks_outside_the_basic_plane_are_shown_too() => Assert.Equal(@"\uDB40\uDC41", LogText.OneLine("\U000E0041"));

    [Fact]
    public void A_long_line_is_cut_and_says_so() => Assert.Equal("aaa… (2 more characters)", LogText.OneLine("aaaaa", 3));
}
