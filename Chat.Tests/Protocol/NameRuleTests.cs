using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

public sealed class NameRuleTests
{
    [Theory]
    [InlineData("a", 1)]
    [InlineData("x", 50)]
    [InlineData("ü", 50)]
    [InlineData("u\u0308", 50)] // composed, it is one character
    [InlineData("😀", 50)]
    public void A_name_of_1_to_50_characters_is_fine(string character, int count) => Assert.Null(Problem(character, count));

    [Theory]
    [InlineData("x", 51)]
    [InlineData("😀", 51)]
    [InlineData("u\u0308", 51)]
    public void A_longer_one_is_counted(string character, int count) =>
        Assert.Contains($"has {count} characters", Problem(character, count), StringComparison.Ordinal);

    [Fact]
    public void Nobody_is_called_as_the_sender_of_system_messages()
    {
        Assert.Contains("system messages", NameRule.Problem("name", SystemMessage.SenderName), StringComparison.Ordinal);
        Assert.Null(NameRule.Problem("name", $"{SystemMessage.SenderName}{SystemMessage.SenderName}"));
    }

    [Fact]
    public void An_empty_one_is_called_so() => Assert.Contains("empty", NameRule.Problem("name", ""), StringComparison.Ordinal);

    [Theory]
    [InlineData("O'Brien the 2nd")]
    [InlineData("user-1_x.y@z")]
    [InlineData("你好")]
    [InlineData("عمر")]
    [InlineData("हिन्दी")]
    [InlineData("한국어")]
    [InlineData("e\u0301")]
    [InlineData("👩\u200D👩\u200D👧")]
    [InlineData("❤\uFE0F")]
    [InlineData("🏳\uFE0F\u200D🌈")]
    [InlineData("👍🏽")]
    [InlineData("🇫🇷 a + b")]
    public void What_people_are_called_is_let_in(string name) => Assert.Null(NameRule.Problem("name", name));

    [Theory]
    [InlineData("a\nb", "000A", 2)]
    [InlineData("\0", "0000", 1)]
    [InlineData("a\u007f", "007F", 2)]
    [InlineData("a\u0085b", "0085", 2)]
    [InlineData(" a", "0020", 1)]
    [InlineData("a ", "0020", 2)]
    [InlineData("   ", "0020", 1)]
    [InlineData("a\u00A0b", "00A0", 2)]
    [InlineData("\u3000a", "3000", 1)]
    [InlineData("a\u2028b", "2028", 2)]
    [InlineData("a\u2029b", "2029", 2)]
    [InlineData("\u200B", "200B", 1)]
    [InlineData("bob\u200B", "200B", 4)]
    [InlineData("a\u200Cb", "200C", 2)]
    [InlineData("a\u200Db", "200D", 2)]
    [InlineData("👩\u200D", "200D", 2)]
    [InlineData("\u200D👩", "200D", 1)]
    [InlineData("a\u200Eb", "200E", 2)]
    [InlineData("a\u202Eb", "202E", 2)]
    [InlineData("a\u2066b", "2066", 2)]
    [InlineData("a\u2060b", "2060", 2)]
    [InlineData("\uFEFFa", "FEFF", 1)]
    [InlineData("a\u00ADb", "00AD", 2)]
    [InlineData("\u3164", "3164", 1)]
    [InlineData("\uFFA0", "FFA0", 1)]
    [InlineData("\u115F", "115F", 1)]
    [InlineData("a\u034Fb", "034F", 2)]
    [InlineData("a\uFE00", "FE00", 2)]
    [InlineData("a\uFE0F", "FE0F", 2)]
    [InlineData("\uFE0F", "FE0F", 1)]
    [InlineData("葛\U000E0100", "E0100", 2)]
    [InlineData("😀😀\U000E0067", "E0067", 3)]
    [InlineData("\u2800", "2800", 1)]
    [InlineData("\uFFFD", "FFFD", 1)]
    [InlineData("\u0301", "0301", 1)]
    [InlineData("a \u0301", "0301", 3)]
    [InlineData("!\u0301", "0301", 2)]
    [InlineData("\uE000", "E000", 1)]
    [InlineData("a\uFFFF", "FFFF", 2)]
    [InlineData("a\u0378", "0378", 2)]
    [InlineData("a\U000FFFFFb", "FFFFF", 2)]
    public void What_cannot_be_seen_or_told_apart_is_refused_by_its_number_and_place(string name, string character, int position) =>
        Assert.StartsWith($"\"groupname\" has U+{character} at position {position}: ", NameRule.Problem("groupname", name), StringComparison.Ordinal);

    static string? Problem(string character, int count) => NameRule.Problem("name", string.Concat(Enumerable.Repeat(character, count)));
}
