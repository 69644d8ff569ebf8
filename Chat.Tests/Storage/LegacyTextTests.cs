using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Storage;

public sealed class LegacyTextTests
{
    [Theory]
    [InlineData("浣犲ソ", "你好")]
    [InlineData("鏃ユ湰瑾炪儐銈广儓", "日本語テスト")]
    [InlineData("袩褉懈胁械褌", "Привет")]
    [InlineData("馃榾", "😀")]
    [InlineData("a浣燽濂絚", "a你b好c")]
    [InlineData("{\"msg\":\"浣犲ソ\",\"name\":\"bob\"}", "{\"msg\":\"你好\",\"name\":\"bob\"}")]
    public void What_went_through_a_mislabelled_connection_is_read_as_it_was_typed(string stored, string typed)
    {
        Assert.Equal(typed, LegacyText.Undo(stored));
        Assert.Equal(stored, LegacyText.Write(typed));
    }

    [Theory]
    [InlineData("浣?", "\uFFFD")]
    [InlineData("hi 浣犲ソ鍚?!", "hi 你好\uFFFD!")]
    public void A_character_that_the_database_lost_half_of_is_marked(string stored, string read) => Assert.Equal(read, LegacyText.Undo(stored));

    [Theory]
    [InlineData("")]
    [InlineData("plain?")]
    [InlineData("你好")]
    [InlineData("中文 text")]
    [InlineData("naïve")]
    [InlineData("😀")]
    [InlineData("\uFFFD")]
    [InlineData("\ud83d")]
    public void Other_text_is_left_alone(string text) => Assert.Null(LegacyText.Undo(text));

    [Theory]
    [InlineData("你")]
    [InlineData("你好吗")]
    [InlineData("你奀")] // leads into the private use area of code page 936, which their databases do not have
    [InlineData("\ud83d")]
    public void Text_that_they_could_not_store_is_not_written(string text) => Assert.Null(LegacyText.Write(text));
}
