using System.Text;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>What somebody may react with.</summary>
public sealed class EmojiRuleTests
{
    [Theory]
    [InlineData("👍", "a picture")]
    [InlineData("👍🏽", "with the colour of a skin")]
    [InlineData("☝️🏽", "with a selector before it")]
    [InlineData("❤", "a heart as text")]
    [InlineData("❤️", "a heart as a picture")]
    [InlineData("❤\uFE0E", "a heart that is to be text")]
    [InlineData("♥", "of a pack of cards")]
    [InlineData("♡", "that is no emoji of Unicode, and old")]
    [InlineData("★", "another sign")]
    [InlineData("✓", "another sign")]
    [InlineData("‼️", "a sign of text")]
    [InlineData("ℹ️", "a letter that is an emoji")]
    [InlineData("Ⓜ️", "another one")]
    [InlineData("㊗️", "another one")]
    [InlineData("🆗", "two letters that are one emoji")]
    [InlineData("🅰️", "a letter that is an emoji")]
    [InlineData("1️⃣", "a key")]
    [InlineData("#⃣", "a key without a selector")]
    [InlineData("🇩🇪", "a flag")]
    [InlineData("🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F", "the flag of a part of a country")]
    [InlineData("🏴‍☠️", "a flag that is joined")]
    [InlineData("🏳️‍🌈", "another one")]
    [InlineData("👩‍🚀", "two that are joined")]
    [InlineData("👩🏽‍❤️‍💋‍👨🏿", "four that are joined")]
    [InlineData("🧑🏻‍🤝‍🧑🏾", "three")]
    [InlineData("🐈‍⬛", "with a square")]
    [InlineData("❤️‍🔥", "with a fire")]
    [InlineData("\U0001FAEA", "of a later Unicode")]
    public void These_are_taken(string emoji, string what) => Assert.True(IsTaken(emoji), what);

    [Theory]
    [InlineData("\u200B", "drawn as nothing")]
    [InlineData("\u200D", "a joiner alone")]
    [InlineData("\u202E", "it would turn what follows round")]
    [InlineData("\u00AD", "drawn as nothing")]
    [InlineData("\uFE0F", "a selector alone")]
    [InlineData("\u0301", "a combining mark")]
    [InlineData("\uE000", "private use")]
    [InlineData("\u2800", "an empty braille cell")]
    [InlineData("\u3164", "a filler")]
    [InlineData("🅵🆄", "letters in squares")]
    [InlineData("🅵", "one of them")]
    [InlineData("ⓐ", "a letter in a circle")]
    [InlineData("①", "a number in a circle")]
    [InlineData("❶", "another one")]
    [InlineData("Ⅷ", "a roman number")]
    [InlineData("🇦", "half a flag")]
    [InlineData("🇦🇧🇨🇩", "two flags")]
    [InlineData("👍👍", "two pictures")]
    [InlineData("👍\u200B", "with something that is drawn as nothing")]
    [InlineData("👍\u200D", "joined to nothing")]
    [InlineData("\u200D👍", "nothing that is joined")]
    [InlineData("👍\U000E0067\U000E007F", "tags without a flag")]
    [InlineData("🏴\U000E0067", "tags without an end")]
    [InlineData("a⃣", "no key")]
    [InlineData("1", "a digit")]
    [InlineData("12⃣", "no key either")]
    [InlineData("〈", "a bracket")]
    [InlineData("傻", "a letter")]
    [InlineData("", "nothing")]
    public void These_are_not(string text, string what) => Assert.False(IsTaken(text), what);

    [Fact]
    public void What_servers_of_before_have_taken_can_be_taken_back() =>
        Assert.IsType<ChangeMessageRequest>(Read("unreact", "\u200B🅵🆄"));

    static bool IsTaken(string text) => Read("react", text) is ChangeMessageRequest;

    static Request Read(string key, string text) =>
        Requests.Read(Encoding.UTF8.GetBytes($$"""{"msgid":131,"conversation":"d:1:3","seq":41,"{{key}}":{{System.Text.Json.JsonSerializer.Serialize(text)}}}"""));
}
