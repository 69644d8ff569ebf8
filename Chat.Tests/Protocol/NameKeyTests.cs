using System.Text;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>The runtime of the tests has no ICU either: what is expected here is from Unicode's tables.</summary>
public sealed class NameKeyTests
{
    [Theory]
    [InlineData("Alice", "aLICE")]
    [InlineData("É", "é")]
    [InlineData("É", "E\u0301")]
    [InlineData("e\u0301", "é")]
    [InlineData("\u212A", "k")] // KELVIN SIGN
    [InlineData("\u212B", "å")] // ANGSTROM SIGN
    [InlineData("ſ", "S")]
    [InlineData("ẞ", "ß")]
    [InlineData("ΣΑΣ", "σας")]
    [InlineData("µ", "Μ")] // MICRO SIGN, capital mu
    [InlineData("Ǆ", "ǅ")]
    [InlineData("J\u030C", "ǰ")] // the capital has no form with the mark in it
    [InlineData("ᾈ", "ᾀ")]
    [InlineData("ΐ", "\u1FD3")]
    [InlineData("Ж", "ж")]
    [InlineData("İ", "i")]
    [InlineData("Ა", "ა")]
    [InlineData("Ꭰ", "ꭰ")]
    [InlineData("𐐀", "𐐨")]
    [InlineData("각", "\u1100\u1161\u11A8")]
    [InlineData("a\u0323\u0307", "a\u0307\u0323")] // marks in another order
    [InlineData("❤", "❤\uFE0F")]
    [InlineData("bob", "bob\u200B")] // as a database that was taken over may hold it
    [InlineData("bob", " bob ")]
    public void Names_with_one_key_are_one_name(string one, string other) => Assert.Equal(NameKey.Of(one), NameKey.Of(other));

    [Theory]
    [InlineData("a", "á")]
    [InlineData("ß", "ss")]
    [InlineData("ı", "i")]
    [InlineData("a", "\u0430")] // a Cyrillic letter
    [InlineData("ﬁ", "fi")]
    [InlineData("Ａ", "a")] // full width
    [InlineData("a b", "ab")]
    public void Others_are_not(string one, string other) => Assert.NotEqual(NameKey.Of(one), NameKey.Of(other));

    [Fact]
    public void A_key_is_the_key_of_itself()
    {
        foreach (var character in UnicodeTable.Instance.Folded.Concat(UnicodeTable.Instance.Composed))
        {
            var key = NameKey.Of($"a{new Rune(character)}");
            Assert.Equal(key, NameKey.Of(key));
        }
    }

    [Fact]
    public void A_very_long_name_has_a_key_that_fits_its_column()
    {
        Assert.Equal(NameKey.MaxCharacters, NameKey.Of(new string('É', 100_000)).Length);
        Assert.Equal(NameKey.MaxCharacters, NameKey.Of(new string('A', 100_000)).Length);
        Assert.Equal(2 * NameKey.MaxCharacters, NameKey.Of(string.Concat(Enumerable.Repeat("😀", 1000))).Length);
    }

    [Theory]
    [InlineData("e\u0301", "é")]
    [InlineData("\u2126", "Ω")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("\u1E0A\u0323", "\u1E0C\u0307")]
    [InlineData("\u0958", "क\u093C")] // excluded from composition
    [InlineData("\u1100\u1161\u11A8", "각")]
    [InlineData("가\u11A8", "각")]
    [InlineData("a\u0315\u0300\u05AE\u0300b", "à\u05AE\u0300\u0315b")]
    public void The_normal_form_is_the_legacy_one(string text, string composed) => Assert.Equal(composed, NormalForm.Compose(text));

    [Fact]
    public void What_is_taken_apart_comes_together_again()
    {
        foreach (var character in UnicodeTable.Instance.Composed)
        {
            var composed = NormalForm.Compose(new Rune(character).ToString());
            Assert.Equal(composed, NormalForm.Compose(composed));
            Assert.Equal(composed, NormalForm.Compose(Apart(character)));
        }
    }

    static string Apart(int character) =>
        UnicodeTable.Instance.PartsOf(character) is { } parts ? string.Concat(parts.Select(Apart)) : new Rune(character).ToString();
}
